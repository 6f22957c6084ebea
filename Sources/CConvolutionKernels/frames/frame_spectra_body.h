// The loops around the Fourier transforms of frames, for one vector width. Included by level.h.
#include "FrameKernels.h"

#if CCK_WIDTH == 16
#define CCK_ODD_LANES(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define CCK_REVERSED(a) __builtin_shufflevector(a, a, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#elif CCK_WIDTH == 8
#define CCK_ODD_LANES(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define CCK_REVERSED(a) __builtin_shufflevector(a, a, 7, 6, 5, 4, 3, 2, 1, 0)
#else
#define CCK_ODD_LANES(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#define CCK_REVERSED(a) __builtin_shufflevector(a, a, 3, 2, 1, 0)
#endif

// Real and imaginary parts of CCK_WIDTH neighbours.
static inline __attribute__((always_inline)) void CCK_NAME(parts)(const float *x, vf *re, vf *im) {
  const vf a = CCK_NAME(load)(x), b = CCK_NAME(load)(x + CCK_WIDTH);
  *re = CCK_EVERY_SECOND(a, b), *im = CCK_ODD_LANES(a, b);
}

// Bins k ... k + CCK_WIDTH - 1 of the spectrum of real samples: with A = z[k], B = conj z[M - k], the even samples have
// (A + B) / 2 and the odd ones (A - B) / 2, turned by their delay of one sample.
static inline __attribute__((always_inline)) void CCK_NAME(real_bins)(
    const float *z, const float *twiddles, size_t half, size_t k, vf *re, vf *im) {
  vf ar, ai, br, bi, wr, wi;
  CCK_NAME(parts)(z + 2 * k, &ar, &ai);
  CCK_NAME(parts)(z + 2 * ((ptrdiff_t)half - (ptrdiff_t)k - CCK_WIDTH + 1), &br, &bi);
  CCK_NAME(parts)(twiddles + 2 * k, &wr, &wi);
  br = CCK_REVERSED(br), bi = CCK_REVERSED(bi);
  const vf odd_re = ar - br, odd_im = ai + bi;
  *re = (ar + br) * 0.5f + (odd_re * wr - odd_im * wi);
  *im = (ai - bi) * 0.5f + (odd_re * wi + odd_im * wr);
}

static void CCK_NAME(real_spectrum)(const float *z, const float *twiddles, size_t half, float *x) {
  for (size_t k = 1; k < half; k += CCK_WIDTH) {
    vf re, im;
    CCK_NAME(real_bins)(z, twiddles, half, k, &re, &im);
    const size_t floats = 2 * (half - k);
    CCK_NAME(store)(x + 2 * k, CCK_LOWS(re, im), floats);
    if (floats > CCK_WIDTH) CCK_NAME(store)(x + 2 * k + CCK_WIDTH, CCK_HIGHS(re, im), floats - CCK_WIDTH);
  }
  x[0] = z[0] + z[1], x[1] = 0;
  x[2 * half] = z[0] - z[1], x[2 * half + 1] = 0;
}

static void CCK_NAME(real_power)(const float *z, const float *twiddles, size_t half, float *y) {
  for (size_t k = 1; k < half; k += CCK_WIDTH) {
    vf re, im;
    CCK_NAME(real_bins)(z, twiddles, half, k, &re, &im);
    CCK_NAME(store)(y + k, re * re + im * im, half - k);
  }
  y[0] = (z[0] + z[1]) * (z[0] + z[1]);
  y[half] = (z[0] - z[1]) * (z[0] - z[1]);
}

static void CCK_NAME(powers)(const float *x, size_t count, float *y) {
  CCK_FOR_VECTORS(count) {
    vf re, im;
    CCK_NAME(parts)(x + 2 * i, &re, &im);
    CCK_NAME(store)(y + i, re * re + im * im, count - i);
  }
}

static void CCK_NAME(magnitudes)(const float *x, size_t count, float *y) {
  CCK_FOR_VECTORS(count) {
    vf re, im;
    CCK_NAME(parts)(x + 2 * i, &re, &im);
    CCK_NAME(store)(y + i, __builtin_elementwise_sqrt(re * re + im * im), count - i);
  }
}

static void CCK_NAME(multiply_add)(const float *a, const float *b, float *y, size_t count) {
  CCK_FOR_VECTORS(count)
  CCK_NAME(store)(y + i,
                  __builtin_elementwise_fma(CCK_NAME(load)(a + i), CCK_NAME(load)(b + i), CCK_NAME(load)(y + i)),
                  count - i);
}

static inline __attribute__((always_inline)) float CCK_NAME(dot)(const float *a, const float *b, size_t count) {
  enum { vectors = CCK_DOT_CHAINS / CCK_WIDTH };
  vf sum[vectors];
  for (int v = 0; v < vectors; v++) sum[v] = (vf){};
  for (size_t i = 0; i < count; i += CCK_DOT_CHAINS)
    for (int v = 0; v < vectors; v++)
      sum[v] = __builtin_elementwise_fma(CCK_NAME(load)(a + i + v * CCK_WIDTH), CCK_NAME(load)(b + i + v * CCK_WIDTH),
                                         sum[v]);
#if CCK_WIDTH == 16
  const float __attribute__((ext_vector_type(8))) eight = sum[0].lo + sum[0].hi;
  const float __attribute__((ext_vector_type(4))) four = eight.lo + eight.hi;
#elif CCK_WIDTH == 8
  const vf eight = sum[0] + sum[1];
  const float __attribute__((ext_vector_type(4))) four = eight.lo + eight.hi;
#else
  const vf low = sum[0] + sum[2], high = sum[1] + sum[3];
  const vf four = low + high;
#endif
  const float __attribute__((ext_vector_type(2))) two = four.lo + four.hi;
  return two.x + two.y;
}

static void CCK_NAME(band_sums)(const float *x, const cck_band *bands, size_t count, float *y) {
  for (size_t b = 0; b < count; b++) y[b] = CCK_NAME(dot)(bands[b].weights, x + bands[b].first, bands[b].count);
}

// x = 2^e · m with m from sqrt(1/2) to sqrt(2); ln m = 2 artanh(s) with s = (m - 1) / (m + 1), |s| <= 0.1716, whose
// series s + s³/3 + s⁵/5 ... ends with s⁹; the rest is below 4e-10 of it.
static void CCK_NAME(logarithm)(const float *x, float floor, float scale, float offset, float *y, size_t count) {
  CCK_FOR_VECTORS(count) {
    const vf in = CCK_NAME(load)(x + i);
    const vf v = in < (vf)(floor) ? (vf)(floor) : in;
    const vi bits = (vi)v;
    // The exponent of m / sqrt(1/2), so that m begins there.
    const vi shifted = bits - 0x3F3504F3;
    const vi exponent = shifted >> 23;
    const vf m = (vf)((shifted & 0x7FFFFF) + 0x3F3504F3);
    const vf s = (m - 1.0f) / (m + 1.0f), q = s * s;
    vf p = (vf)(1.0f / 9);
    p = p * q + 1.0f / 7;
    p = p * q + 1.0f / 5;
    p = p * q + 1.0f / 3;
    p = p * q + 1.0f;
    const vf log2 = __builtin_convertvector(exponent, vf) + s * p * 2.8853900817779268f;
    const vf result = __builtin_elementwise_fma(log2, (vf)(scale), (vf)(offset));
    CCK_NAME(store)(y + i, v < (vf)(__builtin_inff()) ? result : v, count - i);
  }
}

// The powers 1 ... 7 of a turn, three of them read and four multiplied.
static inline __attribute__((always_inline)) void CCK_NAME(turn_powers)(
    const float *turns, size_t row, size_t n, vf *c, vf *s, const int last) {
  for (int i = 0; i < 3; i++) {
    c[1 << i] = CCK_NAME(load)(turns + (size_t)(2 * i) * row + n);
    s[1 << i] = CCK_NAME(load)(turns + (size_t)(2 * i + 1) * row + n);
  }
  const int pairs[4][2] = {{1, 2}, {1, 4}, {2, 4}, {3, 4}};
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 4; i++) {
    const int a = pairs[i][0], b = pairs[i][1];
    if (a + b > last) break;
    c[a + b] = c[a] * c[b] - s[a] * s[b];
    s[a + b] = c[a] * s[b] + s[a] * c[b];
  }
}

static inline __attribute__((always_inline)) void CCK_NAME(store_complex)(
    float *x, size_t row, size_t n, vf re, vf im) {
  const size_t floats = 2 * (row - n);
  CCK_NAME(store)(x + 2 * n, CCK_LOWS(re, im), floats);
  if (floats > CCK_WIDTH) CCK_NAME(store)(x + 2 * n + CCK_WIDTH, CCK_HIGHS(re, im), floats - CCK_WIDTH);
}

#define CCK_ROOT_HALF 0.70710678118654752f

static void CCK_NAME(split_eight)(const float *x, const float *turns, size_t row, float *rows) {
  CCK_FOR_VECTORS(row) {
    vf c[8], s[8], in[8], re[5], im[5];
    for (int q = 0; q < 8; q++) in[q] = CCK_NAME(load)(x + (size_t)q * row + i);
    const vf b0 = in[0] + in[4], b1 = in[1] + in[5], b2 = in[2] + in[6], b3 = in[3] + in[7];
    const vf d0 = in[0] - in[4], d1 = in[1] - in[5], d2 = in[2] - in[6], d3 = in[3] - in[7];
    const vf less = (d1 - d3) * CCK_ROOT_HALF, more = (d1 + d3) * CCK_ROOT_HALF;
    re[0] = (b0 + b2) + (b1 + b3), im[0] = (vf){};
    re[1] = d0 + less, im[1] = -(d2 + more);
    re[2] = b0 - b2, im[2] = b3 - b1;
    re[3] = d0 - less, im[3] = d2 - more;
    re[4] = (b0 + b2) - (b1 + b3), im[4] = (vf){};
    CCK_NAME(turn_powers)(turns, row, i, c, s, 4);
    CCK_NAME(store_complex)(rows, row, i, re[0], im[0]);
    _Pragma("clang loop unroll(full)") for (int r = 1; r < 5; r++)
      CCK_NAME(store_complex)(rows + 2 * (size_t)r * row, row, i, re[r] * c[r] + im[r] * s[r],
                              im[r] * c[r] - re[r] * s[r]);
  }
}

static void CCK_NAME(conjugate_reversed)(const float *x, size_t count, float *y) {
  CCK_FOR_VECTORS(count) {
    vf re, im;
    CCK_NAME(parts)(x + 2 * ((ptrdiff_t)count - (ptrdiff_t)i - CCK_WIDTH), &re, &im);
    CCK_NAME(store_complex)(y, count, i, CCK_REVERSED(re), -CCK_REVERSED(im));
  }
}

static void CCK_NAME(join_eight)(const float *rows, const float *turns, size_t row, float *y) {
  CCK_FOR_VECTORS(row) {
    vf c[8], s[8], re[8], im[8];
    CCK_NAME(turn_powers)(turns, row, i, c, s, 7);
    CCK_NAME(parts)(rows + 2 * i, &re[0], &im[0]);
    _Pragma("clang loop unroll(full)") for (int r = 1; r < 8; r++) {
      vf a, b;
      CCK_NAME(parts)(rows + 2 * ((size_t)r * row + i), &a, &b);
      re[r] = a * c[r] - b * s[r], im[r] = a * s[r] + b * c[r];
    }
    _Pragma("clang loop unroll(full)") for (int r = 0; r < 4; r++) {
      const vf a = re[r], b = im[r];
      re[r] = a + re[r + 4], im[r] = b + im[r + 4];
      re[r + 4] = a - re[r + 4], im[r + 4] = b - im[r + 4];
    }
    // The odd outputs' terms are turned by 1, 3 and 2 eighths.
    const vf r5 = re[5], r7 = re[7], r6 = re[6];
    re[5] = (r5 - im[5]) * CCK_ROOT_HALF, im[5] = (r5 + im[5]) * CCK_ROOT_HALF;
    re[7] = -(r7 + im[7]) * CCK_ROOT_HALF, im[7] = (r7 - im[7]) * CCK_ROOT_HALF;
    re[6] = -im[6], im[6] = r6;
    _Pragma("clang loop unroll(full)") for (int odd = 0; odd < 2; odd++) {
      const vf *a = re + 4 * odd, *b = im + 4 * odd;
      const vf s0r = a[0] + a[2], s0i = b[0] + b[2], s1r = a[0] - a[2], s1i = b[0] - b[2];
      const vf s2r = a[1] + a[3], s2i = b[1] + b[3], s3r = a[1] - a[3], s3i = b[1] - b[3];
      const vf or[4] = {s0r + s2r, s1r - s3i, s0r - s2r, s1r + s3i};
      const vf oi[4] = {s0i + s2i, s1i + s3r, s0i - s2i, s1i - s3r};
      _Pragma("clang loop unroll(full)") for (int q = 0; q < 4; q++)
        CCK_NAME(store)(y + (size_t)(2 * q + odd) * row + i,
                        __builtin_elementwise_sqrt(or[q] * or[q] + oi[q] * oi[q]), row - i);
    }
  }
}

extern const cck_spectral_kernels CCK_NAME(spectral_kernels);
const cck_spectral_kernels CCK_NAME(spectral_kernels) = {
    .real_spectrum = CCK_NAME(real_spectrum),
    .real_power = CCK_NAME(real_power),
    .powers = CCK_NAME(powers),
    .magnitudes = CCK_NAME(magnitudes),
    .multiply_add = CCK_NAME(multiply_add),
    .band_sums = CCK_NAME(band_sums),
    .logarithm = CCK_NAME(logarithm),
    .split_eight = CCK_NAME(split_eight),
    .conjugate_reversed = CCK_NAME(conjugate_reversed),
    .join_eight = CCK_NAME(join_eight),
};
