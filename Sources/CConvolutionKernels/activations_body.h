// Pointwise functions over whole vectors, written once and compiled once per instruction set.
//
// No include guard: each level file includes this text inside `#pragma clang attribute push(target(...))`, after
//   #pragma STDC FP_CONTRACT OFF
//   CCK_WIDTH      lanes of a vector: 4, 8 or 16
//   vf, vi         float and int32_t ext vectors of CCK_WIDTH lanes, natural alignment
//   CCK_NAME(x)    x with the suffix of the level
//
// Every level gives the same bits. Only these operations are used, and each is exact or correctly rounded by
// IEEE 754 on every instruction set: + - * /, one-rounding multiply-add (__builtin_elementwise_fma), comparison and
// selection, and integer work on the bit pattern. No reciprocal estimates, no libm, no tables.
//
// NaN and infinity: selections are written `limit < x ? limit : x`, which is false for a NaN and keeps it; that is
// also exactly what vminps(limit, x) computes, so the compiler needs one instruction for it. Builtin minimum and
// maximum are avoided, because what they do with NaN differs between instruction sets.
//
// Flush to zero: no step needs a denormal intermediate, so the results are the same bits with and without it, except
// that results below 2^-126 may then be zero.

static inline __attribute__((always_inline)) vf CCK_NAME(splat)(float value) { return (vf)(value); }

static inline __attribute__((always_inline)) vf CCK_NAME(fma)(vf a, vf b, vf c) {
  return __builtin_elementwise_fma(a, b, c);
}

// yes where the mask is all ones, no where it is all zeros.
static inline __attribute__((always_inline)) vf CCK_NAME(select)(vi mask, vf yes, vf no) {
  return mask ? yes : no;
}

static inline __attribute__((always_inline)) vf CCK_NAME(at_most)(vf x, float limit) {
  vf l = CCK_NAME(splat)(limit);
  return CCK_NAME(select)(l < x, l, x);
}

static inline __attribute__((always_inline)) vf CCK_NAME(at_least)(vf x, float limit) {
  vf l = CCK_NAME(splat)(limit);
  return CCK_NAME(select)(l > x, l, x);
}

static inline __attribute__((always_inline)) vf CCK_NAME(magnitude)(vf x) {
  return (vf)((vi)x & 0x7fffffff);
}

// tanh(x) = x * P(x^2) / Q(x^2), degrees 9 over 8.
static inline __attribute__((always_inline)) vf CCK_NAME(tanh)(vf x) {
  x = CCK_NAME(at_least)(CCK_NAME(at_most)(x, 9.01f), -9.01f);
  vf t = x * x;
  vf p = CCK_NAME(splat)(0x1.cc4c1cp-27f);
  p = CCK_NAME(fma)(p, t, CCK_NAME(splat)(0x1.5a63e0p-16f));
  p = CCK_NAME(fma)(p, t, CCK_NAME(splat)(0x1.ca83bep-9f));
  p = CCK_NAME(fma)(p, t, CCK_NAME(splat)(0x1.121734p-3f));
  p = CCK_NAME(fma)(p, t, CCK_NAME(splat)(1.0f));
  vf q = CCK_NAME(splat)(0x1.a2882ap-21f);
  q = CCK_NAME(fma)(q, t, CCK_NAME(splat)(0x1.58f1f4p-12f));
  q = CCK_NAME(fma)(q, t, CCK_NAME(splat)(0x1.a822ecp-6f));
  q = CCK_NAME(fma)(q, t, CCK_NAME(splat)(0x1.de60e8p-2f));
  q = CCK_NAME(fma)(q, t, CCK_NAME(splat)(1.0f));
  return (x * p) / q;
}

// exp(-x) = p * s with p = exp(r) in about [0.7, 1.42], |r| <= ln2 / 2, and s = 2^n, n = round(-x / ln 2).
//
// x is clamped to [-88.8, 87]. The lower limit gives n = 128 and s = infinity, so that what divides by 1 + exp(-x)
// ends at zero; exp(-x) itself still fits in a float a little above the place where n becomes 128 (x = -88.376), but
// there 1 / (1 + exp(-x)) is below 2^-126 already. The upper limit keeps s a normal number.
//
// Adding 1.5 * 2^23 + 127 rounds to an integer and leaves n + 127 in the low bits, and shifting these by 23 makes the
// bits of 2^n. A NaN makes a senseless s, but p stays NaN and so does p * s.
static inline __attribute__((always_inline)) vf CCK_NAME(exp_negative)(vf x, vf *scale) {
  const float round = 0x1.8p23f + 127.0f;
  vf k = CCK_NAME(fma)(x, CCK_NAME(splat)(-0x1.715476p0f), CCK_NAME(splat)(round));
  *scale = (vf)((vi)k << 23);
  vf n = k - round;
  // r = -x - n ln2, ln2 in two parts; n times the first (9 trailing zeros) is exact.
  vf r = CCK_NAME(fma)(n, CCK_NAME(splat)(-0x1.62e400p-1f), -x);
  r = CCK_NAME(fma)(n, CCK_NAME(splat)(-0x1.7f7d1cp-20f), r);
  vf p = CCK_NAME(splat)(0x1.6a507ap-10f);
  p = CCK_NAME(fma)(p, r, CCK_NAME(splat)(0x1.123976p-7f));
  p = CCK_NAME(fma)(p, r, CCK_NAME(splat)(0x1.5558acp-5f));
  p = CCK_NAME(fma)(p, r, CCK_NAME(splat)(0x1.555492p-3f));
  p = CCK_NAME(fma)(p, r, CCK_NAME(splat)(0x1.fffffcp-2f));
  p = CCK_NAME(fma)(p, r, CCK_NAME(splat)(1.0f));
  return CCK_NAME(fma)(p, r, CCK_NAME(splat)(1.0f));
}

static inline __attribute__((always_inline)) vf CCK_NAME(sigmoid)(vf x) {
  x = CCK_NAME(at_least)(CCK_NAME(at_most)(x, 87.0f), -88.8f);
  vf s, p = CCK_NAME(exp_negative)(x, &s);
  return 1.0f / CCK_NAME(fma)(p, s, CCK_NAME(splat)(1.0f));
}

// The numerator is clamped below only: -88.8 / infinity is -0, where -infinity / infinity would be NaN.
static inline __attribute__((always_inline)) vf CCK_NAME(silu)(vf x) {
  x = CCK_NAME(at_least)(x, -88.8f);
  vf s, p = CCK_NAME(exp_negative)(CCK_NAME(at_most)(x, 87.0f), &s);
  return x / CCK_NAME(fma)(p, s, CCK_NAME(splat)(1.0f));
}

static inline __attribute__((always_inline)) vf CCK_NAME(relu)(vf x) { return CCK_NAME(at_least)(x, 0.0f); }

static inline __attribute__((always_inline)) vf CCK_NAME(leaky_relu)(vf x, vf slope) {
  return CCK_NAME(select)(x > 0.0f, x, slope * x);
}

// Clamped to the largest finite number, which gives +-1, because infinity / infinity would be NaN.
static inline __attribute__((always_inline)) vf CCK_NAME(softsign)(vf x) {
  x = CCK_NAME(at_least)(CCK_NAME(at_most)(x, 0x1.fffffep127f), -0x1.fffffep127f);
  return x / (1.0f + CCK_NAME(magnitude)(x));
}

static inline __attribute__((always_inline)) vf CCK_NAME(hard_tanh)(vf x) {
  return CCK_NAME(at_least)(CCK_NAME(at_most)(x, 1.0f), -1.0f);
}

// (x + 3) / 6 rather than x / 6 + 1/2: the sum is exact near -3, where the other one loses everything. 6 times the
// rounded 1/6 rounds to exactly 1.
static inline __attribute__((always_inline)) vf CCK_NAME(hard_sigmoid)(vf x) {
  x = CCK_NAME(at_least)(CCK_NAME(at_most)(x + 3.0f, 6.0f), 0.0f);
  return x * 0x1.555556p-3f;
}

// Clamped below first, because -infinity * 0 would be NaN.
static inline __attribute__((always_inline)) vf CCK_NAME(hard_swish)(vf x) {
  x = CCK_NAME(at_least)(x, -3.0f);
  return x * CCK_NAME(hard_sigmoid)(x);
}

// PRELIMINARY, to be replaced: both within a few ulp only for x > 0.
static inline __attribute__((always_inline)) vf CCK_NAME(gelu_tanh)(vf x) {
  vf v = x * CCK_NAME(fma)(x * x, CCK_NAME(splat)(0.07135481627f), CCK_NAME(splat)(1.595769122f));
  v = CCK_NAME(at_least)(v, -88.8f);
  x = CCK_NAME(at_least)(x, -12.0f);
  vf s, p = CCK_NAME(exp_negative)(CCK_NAME(at_most)(v, 87.0f), &s);
  return x / CCK_NAME(fma)(p, s, CCK_NAME(splat)(1.0f));
}

static inline __attribute__((always_inline)) vf CCK_NAME(gelu)(vf x) { return CCK_NAME(gelu_tanh)(x); }

static inline __attribute__((always_inline)) vf CCK_NAME(apply)(int kind, vf x, vf parameter) {
  switch (kind) {
    case CCK_TANH: return CCK_NAME(tanh)(x);
    case CCK_SIGMOID: return CCK_NAME(sigmoid)(x);
    case CCK_RELU: return CCK_NAME(relu)(x);
    case CCK_LEAKY_RELU: return CCK_NAME(leaky_relu)(x, parameter);
    case CCK_SILU: return CCK_NAME(silu)(x);
    case CCK_GELU: return CCK_NAME(gelu)(x);
    case CCK_GELU_TANH: return CCK_NAME(gelu_tanh)(x);
    case CCK_SOFTSIGN: return CCK_NAME(softsign)(x);
    case CCK_HARD_TANH: return CCK_NAME(hard_tanh)(x);
    case CCK_HARD_SIGMOID: return CCK_NAME(hard_sigmoid)(x);
    case CCK_HARD_SWISH: return CCK_NAME(hard_swish)(x);
    default: return x;
  }
}

// One row with a kind known to the compiler. Rows may start anywhere; y may be x. The last, partial vector is loaded
// whole (the slack behind x makes that readable) and computed whole, and only its own frames are stored.
static inline __attribute__((always_inline)) void CCK_NAME(activate_row_of)(
    int kind, vf parameter, const float *x, float *y, size_t n) {
  size_t i = 0;
  for (; i + CCK_WIDTH <= n; i += CCK_WIDTH) {
    vf v;
    __builtin_memcpy(&v, x + i, sizeof v);
    v = CCK_NAME(apply)(kind, v, parameter);
    __builtin_memcpy(y + i, &v, sizeof v);
  }
  if (i < n) {
    vf v;
    __builtin_memcpy(&v, x + i, sizeof v);
    v = CCK_NAME(apply)(kind, v, parameter);
    for (size_t lane = 0; i + lane < n; lane++) y[i + lane] = v[lane];
  }
}

static void CCK_NAME(activate_row)(int kind, float parameter, const float *x, float *y, size_t n) {
  vf p = CCK_NAME(splat)(parameter);
  switch (kind) {
#define CCK_ROW(k) \
  case k: CCK_NAME(activate_row_of)(k, p, x, y, n); break;
    CCK_ROW(CCK_TANH)
    CCK_ROW(CCK_SIGMOID)
    CCK_ROW(CCK_RELU)
    CCK_ROW(CCK_LEAKY_RELU)
    CCK_ROW(CCK_SILU)
    CCK_ROW(CCK_GELU)
    CCK_ROW(CCK_GELU_TANH)
    CCK_ROW(CCK_SOFTSIGN)
    CCK_ROW(CCK_HARD_TANH)
    CCK_ROW(CCK_HARD_SIGMOID)
    CCK_ROW(CCK_HARD_SWISH)
#undef CCK_ROW
    default: CCK_NAME(activate_row_of)(CCK_IDENTITY, p, x, y, n); break;
  }
}
