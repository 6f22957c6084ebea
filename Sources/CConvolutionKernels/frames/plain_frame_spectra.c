// Access to the loops around the Fourier transforms of frames, and their definitions in plain scalar C.
#include "CConvolutionKernels.h"
#include "FrameKernels.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

extern const cck_spectral_kernels cck_spectral_kernels_baseline;
#if defined(__x86_64__)
extern const cck_spectral_kernels cck_spectral_kernels_avx2, cck_spectral_kernels_avx512;
#endif

const cck_spectral_kernels *cck_spectral_kernels_of(int level) {
  if (!cck_level_available(level)) return NULL;
#if defined(__x86_64__)
  if (level == CCK_LEVEL_AVX2) return &cck_spectral_kernels_avx2;
  if (level == CCK_LEVEL_AVX512) return &cck_spectral_kernels_avx512;
#endif
  return &cck_spectral_kernels_baseline;
}

static void real_bin(const float *z, const float *w, size_t half, size_t k, float *re, float *im) {
  if (k == 0 || k == half) {
    *re = k == 0 ? z[0] + z[1] : z[0] - z[1], *im = 0;
    return;
  }
  const float *a = z + 2 * k, *b = z + 2 * (half - k);
  const float odd_re = a[0] - b[0], odd_im = a[1] + b[1];
  *re = (a[0] + b[0]) * 0.5f + (odd_re * w[2 * k] - odd_im * w[2 * k + 1]);
  *im = (a[1] - b[1]) * 0.5f + (odd_re * w[2 * k + 1] + odd_im * w[2 * k]);
}

static void real_spectrum_plain(const float *z, const float *twiddles, size_t half, float *x) {
  for (size_t k = 0; k <= half; k++) real_bin(z, twiddles, half, k, x + 2 * k, x + 2 * k + 1);
}

static void real_power_plain(const float *z, const float *twiddles, size_t half, float *y) {
  for (size_t k = 0; k <= half; k++) {
    float re, im;
    real_bin(z, twiddles, half, k, &re, &im);
    y[k] = re * re + im * im;
  }
}

static void power_plain(const float *x, size_t count, float *y) {
  for (size_t i = 0; i < count; i++) y[i] = x[2 * i] * x[2 * i] + x[2 * i + 1] * x[2 * i + 1];
}

static void magnitude_plain(const float *x, size_t count, float *y) {
  for (size_t i = 0; i < count; i++) y[i] = sqrtf(x[2 * i] * x[2 * i] + x[2 * i + 1] * x[2 * i + 1]);
}

static void multiply_add_plain(const float *a, const float *b, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = fmaf(a[i], b[i], y[i]);
}

static void band_sums_plain(const float *x, const cck_band *bands, size_t count, float *y) {
  for (size_t b = 0; b < count; b++) {
    float sum[CCK_DOT_CHAINS] = {};
    for (size_t i = 0; i < bands[b].count; i++)
      sum[i % CCK_DOT_CHAINS] = fmaf(bands[b].weights[i], x[bands[b].first + (ptrdiff_t)i], sum[i % CCK_DOT_CHAINS]);
    for (int half = CCK_DOT_CHAINS / 2; half > 0; half /= 2)
      for (int lane = 0; lane < half; lane++) sum[lane] += sum[lane + half];
    y[b] = sum[0];
  }
}

static void logarithm_plain(const float *x, float floor, float scale, float offset, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const float v = x[i] < floor ? floor : x[i];
    int32_t bits;
    memcpy(&bits, &v, sizeof bits);
    const int32_t shifted = (int32_t)((uint32_t)bits - 0x3F3504F3u), low = (shifted & 0x7FFFFF) + 0x3F3504F3;
    float m;
    memcpy(&m, &low, sizeof m);
    const float s = (m - 1.0f) / (m + 1.0f), q = s * s;
    float p = 1.0f / 9;
    p = p * q + 1.0f / 7;
    p = p * q + 1.0f / 5;
    p = p * q + 1.0f / 3;
    p = p * q + 1.0f;
    const float log2 = (float)(shifted >> 23) + s * p * 2.8853900817779268f;
    y[i] = v < INFINITY ? fmaf(log2, scale, offset) : v;
  }
}

static void turn_powers(const float *turns, size_t row, size_t n, float *c, float *s) {
  for (int i = 0; i < 3; i++)
    c[1 << i] = turns[(size_t)(2 * i) * row + n], s[1 << i] = turns[(size_t)(2 * i + 1) * row + n];
  for (int i = 3; i < 8; i++) {
    if (i == 4) continue;
    const int b = i == 3 ? 2 : 4, a = i - b;
    c[i] = c[a] * c[b] - s[a] * s[b];
    s[i] = c[a] * s[b] + s[a] * c[b];
  }
}

static void split_eight_plain(const float *x, const float *turns, size_t row, float *rows) {
  const float root_half = 0.70710678118654752f;
  for (size_t n = 0; n < row; n++) {
    float c[8], s[8], in[8], re[5], im[5];
    for (int q = 0; q < 8; q++) in[q] = x[(size_t)q * row + n];
    const float b0 = in[0] + in[4], b1 = in[1] + in[5], b2 = in[2] + in[6], b3 = in[3] + in[7];
    const float d0 = in[0] - in[4], d1 = in[1] - in[5], d2 = in[2] - in[6], d3 = in[3] - in[7];
    const float less = (d1 - d3) * root_half, more = (d1 + d3) * root_half;
    re[0] = (b0 + b2) + (b1 + b3), im[0] = 0;
    re[1] = d0 + less, im[1] = -(d2 + more);
    re[2] = b0 - b2, im[2] = b3 - b1;
    re[3] = d0 - less, im[3] = d2 - more;
    re[4] = (b0 + b2) - (b1 + b3), im[4] = 0;
    turn_powers(turns, row, n, c, s);
    rows[2 * n] = re[0], rows[2 * n + 1] = im[0];
    for (size_t r = 1; r < 5; r++) {
      rows[2 * (r * row + n)] = re[r] * c[r] + im[r] * s[r];
      rows[2 * (r * row + n) + 1] = im[r] * c[r] - re[r] * s[r];
    }
  }
}

static void conjugate_reversed_plain(const float *x, size_t count, float *y) {
  for (size_t m = 0; m < count; m++) y[2 * m] = x[2 * (count - 1 - m)], y[2 * m + 1] = -x[2 * (count - 1 - m) + 1];
}

static void join_eight_plain(const float *rows, const float *turns, size_t row, float *y) {
  const float root_half = 0.70710678118654752f;
  for (size_t n = 0; n < row; n++) {
    float c[8], s[8], re[8], im[8];
    turn_powers(turns, row, n, c, s);
    re[0] = rows[2 * n], im[0] = rows[2 * n + 1];
    for (size_t r = 1; r < 8; r++) {
      const float a = rows[2 * (r * row + n)], b = rows[2 * (r * row + n) + 1];
      re[r] = a * c[r] - b * s[r], im[r] = a * s[r] + b * c[r];
    }
    for (int r = 0; r < 4; r++) {
      const float a = re[r], b = im[r];
      re[r] = a + re[r + 4], im[r] = b + im[r + 4];
      re[r + 4] = a - re[r + 4], im[r + 4] = b - im[r + 4];
    }
    const float r5 = re[5], r7 = re[7], r6 = re[6];
    re[5] = (r5 - im[5]) * root_half, im[5] = (r5 + im[5]) * root_half;
    re[7] = -(r7 + im[7]) * root_half, im[7] = (r7 - im[7]) * root_half;
    re[6] = -im[6], im[6] = r6;
    for (size_t odd = 0; odd < 2; odd++) {
      const float *a = re + 4 * odd, *b = im + 4 * odd;
      const float s0r = a[0] + a[2], s0i = b[0] + b[2], s1r = a[0] - a[2], s1i = b[0] - b[2];
      const float s2r = a[1] + a[3], s2i = b[1] + b[3], s3r = a[1] - a[3], s3i = b[1] - b[3];
      const float out_re[4] = {s0r + s2r, s1r - s3i, s0r - s2r, s1r + s3i};
      const float out_im[4] = {s0i + s2i, s1i + s3r, s0i - s2i, s1i - s3r};
      for (size_t q = 0; q < 4; q++)
        y[(2 * q + odd) * row + n] = sqrtf(out_re[q] * out_re[q] + out_im[q] * out_im[q]);
    }
  }
}

const cck_spectral_kernels cck_spectral_kernels_plain = {
    .real_spectrum = real_spectrum_plain,
    .real_power = real_power_plain,
    .powers = power_plain,
    .magnitudes = magnitude_plain,
    .multiply_add = multiply_add_plain,
    .band_sums = band_sums_plain,
    .logarithm = logarithm_plain,
    .split_eight = split_eight_plain,
    .conjugate_reversed = conjugate_reversed_plain,
    .join_eight = join_eight_plain,
};
