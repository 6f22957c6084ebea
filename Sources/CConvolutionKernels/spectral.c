// The way to the loops around Fourier transforms of frames, and their definitions in plain scalar C.
#include "CConvolutionKernels.h"
#include "SpectralKernels.h"

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

const cck_spectral_kernels cck_spectral_kernels_plain = {
    .real_spectrum = real_spectrum_plain,
    .real_power = real_power_plain,
    .powers = power_plain,
    .magnitudes = magnitude_plain,
    .multiply_add = multiply_add_plain,
    .band_sums = band_sums_plain,
    .logarithm = logarithm_plain,
};
