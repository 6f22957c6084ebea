// Pointwise functions over whole vectors, written once and compiled for each instruction set.
//
// No include guard: each level includes this file inside `#pragma clang attribute push(target(...))`, after
//   #pragma STDC FP_CONTRACT OFF
//   CCK_WIDTH      lanes of a vector: 4, 8 or 16
//   vf, vi         float and int32_t ext vectors of CCK_WIDTH lanes, natural alignment
//   CCK_NAME(x)    x with the suffix of the level
//
// Every level gives the same bits. Only these operations are used, and each is exact or correctly rounded by
// IEEE 754 on every instruction set: + - * /, one-rounding multiply-add (__builtin_elementwise_fma), comparison and
// selection, and integer work on the bit pattern. No reciprocal estimates, no libm, no tables.
//
// NaN and infinity: selections are written `limit < x ? limit : x`; the comparison is false for a NaN, which stays.
// This is also exactly what vminps(limit, x) computes, so the compiler needs one instruction for it. Builtin minimum
// and maximum are not used, because their treatment of NaN differs between instruction sets.
//
// Flush to zero: no step needs a denormal intermediate, so the results have the same bits with and without it, except
// that results below 2^-126 may be zero, and arguments below 2^-126 may count as zero.

static inline __attribute__((always_inline)) vf CCK_NAME(splat)(float value) { return (vf)(value); }

static inline __attribute__((always_inline)) vf CCK_NAME(fma)(vf a, vf b, vf c) {
  return __builtin_elementwise_fma(a, b, c);
}

// `yes` where the mask is all ones, `no` where it is all zeros.
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

// tanh(a) = E / (E + 2) with E = expm1(2a), for a = |x|; the sign is restored at the end, which makes the function
// exactly odd and keeps the sign of zero.
//
// 2a = n ln2 + 2r with n = round(2a / ln2), so |2r| <= ln2 / 2 and
//   E / 2 = s expm1(2r) + (s - 1/2),  s = 2^(n - 1)    (s = 1/2 when n = 0: E / 2 is then expm1(2r) / 2, exactly
//   scaled)
// - Rounding: adding 1.5 * 2^23 + 126 rounds to an integer and leaves n + 126 in the low bits, the biased exponent of
//   s; shifting them by 23 makes s. r has one rounding (the multiply-add), and none when n = 0.
// - One float for ln2 / 2 is enough: its relative error is 2^-28.5, and a relative error of the argument counts less
//   than once in tanh.
// - E >= 0 and nothing cancels. Where E is large, its error counts only 2 / (E + 2) times, so that beyond |x| = 4 only
//   the rounding of the division remains. A quotient of two rational polynomials, in contrast, carries the errors of
//   both to the end, where they are largest in ulp. E / (E + 2) also never exceeds 1.
// - Beyond 9.05 the result rounds to 1. The clamp keeps a NaN (see above), and so does everything after it.
// - In pairs (Estrin) rather than in one chain (Horner), and step by step over `count` vectors: the loop is limited by
//   instructions that wait for an earlier one, and with several vectors most operands are ready.
//   8.9 cycles for 16 floats one vector at a time, 7.6 with four (AVX-512); 10.9, and 9.6 with three, for 8 floats (AVX2).
#define CCK_SIDE_BY_SIDE _Pragma("clang loop unroll(full)") for (int i = 0; i < count; i++)
static inline __attribute__((always_inline)) void CCK_NAME(tanh_side_by_side)(vf *x, const int count) {
  const float round = 0x1.8p23f + 126.0f;
  vf a[4], k[4], s[4], r[4], r2[4], low[4], high[4], e[4], half[4];
  CCK_SIDE_BY_SIDE a[i] = CCK_NAME(at_most)(CCK_NAME(magnitude)(x[i]), 9.05f);
  CCK_SIDE_BY_SIDE k[i] = CCK_NAME(fma)(a[i], CCK_NAME(splat)(0x1.715476p1f), CCK_NAME(splat)(round));
  CCK_SIDE_BY_SIDE r[i] = CCK_NAME(fma)(k[i] - round, CCK_NAME(splat)(-0x1.62e430p-2f), a[i]);
  CCK_SIDE_BY_SIDE s[i] = (vf)((vi)k[i] << 23);
  CCK_SIDE_BY_SIDE r2[i] = r[i] * r[i];
  CCK_SIDE_BY_SIDE high[i] = CCK_NAME(fma)(CCK_NAME(splat)(0x1.6ef1dap-4f), r[i], CCK_NAME(splat)(0x1.12351p-2f));
  CCK_SIDE_BY_SIDE low[i] = CCK_NAME(fma)(CCK_NAME(splat)(0x1.55524ep-1f), r[i], CCK_NAME(splat)(0x1.55549ap0f));
  CCK_SIDE_BY_SIDE high[i] = CCK_NAME(fma)(high[i], r2[i], low[i]);
  CCK_SIDE_BY_SIDE high[i] = CCK_NAME(fma)(high[i], r[i], CCK_NAME(splat)(0x1.000002p1f));
  CCK_SIDE_BY_SIDE e[i] = CCK_NAME(fma)(r2[i], high[i], r[i] + r[i]);  // expm1(2r)
  CCK_SIDE_BY_SIDE half[i] = CCK_NAME(fma)(s[i], e[i], s[i] - 0.5f);
  CCK_SIDE_BY_SIDE {  // the sign goes on while the sum is being made
    vi sign = (vi)x[i] & (int32_t)0x80000000;
    x[i] = (vf)((vi)half[i] | sign) / (half[i] + 1.0f);
  }
}
#undef CCK_SIDE_BY_SIDE

static inline __attribute__((always_inline)) vf CCK_NAME(tanh)(vf x) {
  CCK_NAME(tanh_side_by_side)(&x, 1);
  return x;
}

// expm1(r) for |r| <= ln2 / 2.
static inline __attribute__((always_inline)) vf CCK_NAME(small_expm1)(vf r) {
  vf r2 = r * r;
  vf low = CCK_NAME(fma)(CCK_NAME(splat)(0x1.555492p-3f), r, CCK_NAME(splat)(0x1.fffffcp-2f));
  vf high = CCK_NAME(fma)(CCK_NAME(splat)(0x1.123988p-7f), r, CCK_NAME(splat)(0x1.5558aep-5f));
  high = CCK_NAME(fma)(CCK_NAME(splat)(0x1.6a4fb2p-10f), r2, high);
  return CCK_NAME(fma)(r2, CCK_NAME(fma)(high, r2, low), r);
}

// ln2 in two parts. The first has 15 bits, so that its product with n is exact.
#define CCK_LOG2_E 0x1.715476p0f
#define CCK_LN2_HIGH 0x1.62e4p-1f
#define CCK_LN2_LOW 0x1.7f7d1cp-20f

// 1 / (1 + exp(v)) for v = n ln2 + r, given r and a k whose low bits hold n + 87. Computed as
// 2^-40 / (2^-40 + 2^(n-40) + 2^(n-40) expm1(r)): the scale 2^-40 lets n run to 167 without overflow, so that the
// result falls through the denormals to exactly zero. n must be at least -87.
#define CCK_LOGISTIC_ROUND (0x1.8p23f + 87.0f)
static inline __attribute__((always_inline)) vf CCK_NAME(logistic)(vf r, vf k) {
  vf s = (vf)((vi)k << 23);
  return 0x1p-40f / CCK_NAME(fma)(s, CCK_NAME(small_expm1)(r), s + 0x1p-40f);
}

// Above 30 the result rounds to 1, and at -112 it is 0, even when multiplied by 112 (see silu).
static inline __attribute__((always_inline)) vf CCK_NAME(sigmoid)(vf x) {
  x = CCK_NAME(at_least)(CCK_NAME(at_most)(x, 30.0f), -112.0f);
  vf k = CCK_NAME(fma)(x, CCK_NAME(splat)(-CCK_LOG2_E), CCK_NAME(splat)(CCK_LOGISTIC_ROUND));
  vf n = k - CCK_LOGISTIC_ROUND;
  vf r = CCK_NAME(fma)(n, CCK_NAME(splat)(-CCK_LN2_HIGH), -x);
  return CCK_NAME(logistic)(CCK_NAME(fma)(n, CCK_NAME(splat)(-CCK_LN2_LOW), r), k);
}

// The factor is clamped below, because -infinity * 0 would be NaN; -112 * 0 is the limit, -0.
static inline __attribute__((always_inline)) vf CCK_NAME(silu)(vf x) {
  return CCK_NAME(at_least)(x, -112.0f) * CCK_NAME(sigmoid)(x);
}

static inline __attribute__((always_inline)) vf CCK_NAME(identity)(vf x) { return x; }

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

// (x + 3) / 6 rather than x / 6 + 1/2: its sum is exact near -3, where the other form loses all digits. 6 times the
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

// (1 + x / (1 + |x|)) / 2, as one quotient on either side of zero: (1/2 + x) / (1 + x), and (1/2) / (1 - x), where the
// sum would cancel. Only +infinity is clamped, because infinity / infinity would be NaN.
static inline __attribute__((always_inline)) vf CCK_NAME(soft_sigmoid)(vf x) {
  x = CCK_NAME(at_most)(x, 0x1.fffffep127f);
  return (0.5f + CCK_NAME(at_least)(x, 0.0f)) / (1.0f + CCK_NAME(magnitude)(x));
}

// The quotient that players of amplifier models use instead of tanh (NeuralAmpModelerCore, activations.h); with a = |x|
// and its terms in order of powers:
//   x (c1 + c1 a + c2 a^2 + c3 a^3) / (d + d a + d e a^2 + a^3 + e a^4)
// Where the quotient is large, every rounding of numerator and denominator goes into the result: 6 ulp near 1. So
// beyond 1.25 it is 1 + r / denominator, where r = numerator - denominator is a separate polynomial, whose errors count
// a fifth. Numerator and denominator are multiplied by 1.5452101063865178, which happens to bring all coefficients so
// near to floats that their roundings make 0.01 units of 2^-24 (0.66 without). Beyond 2^28 the value is the limit, c3 /
// e = 1.00808; the clamp keeps the fourth power finite.
static inline __attribute__((always_inline)) vf CCK_NAME(fast_tanh)(vf x) {
  const float c1 = 0x1.e5aacep+1f, c2 = 0x1.61569cp+0f, c3 = 0x1.44db12p+0f;
  const float d = 0x1.e39a22p+1f, de = 0x1.89f682p+1f, one = 0x1.8b92e4p+0f, e = 0x1.424056p+0f;
  const float r1 = 0x1.085602p-6f, r2 = 0x1.6ed130p-1f, r3 = -0x1.51e23ep-3f, r4 = 0x1.4d5dfep-7f;
  vf a = CCK_NAME(at_most)(CCK_NAME(magnitude)(x), 0x1p28f);
  vi is_large = a > 1.25f;
  vf under = CCK_NAME(fma)(a, CCK_NAME(splat)(e), CCK_NAME(splat)(one));
  under = CCK_NAME(fma)(a, CCK_NAME(fma)(a, under, CCK_NAME(splat)(de)), CCK_NAME(splat)(d));
  under = CCK_NAME(fma)(a, under, CCK_NAME(splat)(d));
  vf over = CCK_NAME(fma)(a, CCK_NAME(splat)(c3), CCK_NAME(splat)(c2));
  over = CCK_NAME(fma)(a, CCK_NAME(fma)(a, over, CCK_NAME(splat)(c1)), CCK_NAME(splat)(c1));
  vf rest = CCK_NAME(fma)(a, CCK_NAME(splat)(r4), CCK_NAME(splat)(r3));
  rest = CCK_NAME(fma)(a, CCK_NAME(fma)(a, rest, CCK_NAME(splat)(r2)), CCK_NAME(splat)(r1));
  rest = CCK_NAME(fma)(a, rest, CCK_NAME(splat)(-d));
  vf quotient = CCK_NAME(select)(is_large, rest, a * over) / under;
  vf size = CCK_NAME(select)(is_large, 1.0f + quotient, quotient);
  return (vf)((vi)size | ((vi)x & (int32_t)0x80000000));
}

// x sigmoid(v), v = x (c0 + c1 x^2), c0 = 2 sqrt(2/pi), c1 = 0.044715 c0. An absolute error of v is a relative error of
// the result where x < 0, and v reaches -7 before the absolute bound applies. So v itself is never rounded: the product
// x * factor goes exactly into the multiply-add that makes r, and the rounding errors of the factor, of x^2 and of the
// constants are added afterwards as x * rest (c0 - factor is exact where it matters).
// Below -11 the sigmoid is 0; above 6 it is 1.
static inline __attribute__((always_inline)) vf CCK_NAME(gelu_tanh)(vf x) {
  const float c0 = 0x1.988454p0f, c0_rest = -0x1.857936p-25f, c1 = 0x1.2444f2p-4f, c1_rest = 0x1.49b16ap-29f;
  vf bounded = CCK_NAME(at_least)(x, -11.0f);
  vf b = CCK_NAME(at_most)(bounded, 6.0f), square = b * b;
  vf factor = CCK_NAME(fma)(square, CCK_NAME(splat)(c1), CCK_NAME(splat)(c0));
  vf rest = CCK_NAME(fma)(square, CCK_NAME(splat)(c1_rest), CCK_NAME(splat)(c0_rest));
  rest = CCK_NAME(fma)(CCK_NAME(fma)(b, b, -square), CCK_NAME(splat)(c1), rest);
  rest += CCK_NAME(fma)(square, CCK_NAME(splat)(c1), c0 - factor);
  vf k = CCK_NAME(fma)(b * factor, CCK_NAME(splat)(-CCK_LOG2_E), CCK_NAME(splat)(CCK_LOGISTIC_ROUND));
  vf n = k - CCK_LOGISTIC_ROUND;
  vf r = CCK_NAME(fma)(-b, factor, n * -CCK_LN2_HIGH);
  r = CCK_NAME(fma)(-b, rest, CCK_NAME(fma)(n, CCK_NAME(splat)(-CCK_LN2_LOW), r));
  return bounded * CCK_NAME(logistic)(r, k);
}

// max(x, 0) - a Phi(-a), a = |x|, Phi(-a) = exp(-a^2/2) M(a), M a rational function. Subtracting the tail from max(x,
// 0) is accurate on both sides, where x/2 (1 + erf) cancels for x < 0.
// -a^2/2 is not rounded: its exact product goes into the multiply-add that makes r. At 13.27 n is -127 and the scale
// 2^n is exactly 0 (biased exponent 0), which is the limit; the result is below 2^-126 before that. Here the clamp
// removes a NaN (also one vminps, with its operands exchanged). Only max(x, 0) keeps it, unchanged, because which of
// several NaNs a multiply-add returns, and with which sign, differs between levels.
static inline __attribute__((always_inline)) vf CCK_NAME(gelu)(vf x) {
  const float round = 0x1.8p23f + 127.0f;
  vf size = CCK_NAME(magnitude)(x), most = CCK_NAME(splat)(13.27f);
  vf a = CCK_NAME(select)(size < most, size, most), h = a * -0.5f, a2 = a * a;
  vf k = CCK_NAME(fma)(a2, CCK_NAME(splat)(-0.5f * CCK_LOG2_E), CCK_NAME(splat)(round));
  vf s = (vf)((vi)k << 23), n = k - round;
  vf r = CCK_NAME(fma)(a, h, n * -CCK_LN2_HIGH);
  r = CCK_NAME(fma)(n, CCK_NAME(splat)(-CCK_LN2_LOW), r);
  // The constant terms come last, so that only one rounding of each is as large as they are.
  vf p = CCK_NAME(fma)(CCK_NAME(splat)(0x1.224798p-20f), a, CCK_NAME(splat)(0x1.6549fcp-7f));
  p = CCK_NAME(fma)(p, a2, CCK_NAME(fma)(CCK_NAME(splat)(0x1.75c03ap-4f), a, CCK_NAME(splat)(0x1.3a7d9ap-2f)));
  vf q = CCK_NAME(fma)(CCK_NAME(splat)(0x1.c157p-6f), a, CCK_NAME(splat)(0x1.d1966p-3f));
  q = CCK_NAME(fma)(q, a2, CCK_NAME(fma)(CCK_NAME(splat)(0x1.9e5126p-1f), a, CCK_NAME(splat)(0x1.6980fp0f)));
  // P = 1/2 + a p and Q = 1 + a q, each with its rounding error (the differences are exact); M = m + m_rest, corrected
  // by the residual of the quotient. m + t is never rounded: each goes exactly into its own multiply-add, the small
  // part first. With the rounded sum it would be 4.1 ulp instead of 3.6, and with P, Q, M and the product each rounded,
  // 4.8.
  vf over = CCK_NAME(fma)(p, a, CCK_NAME(splat)(0.5f)), over_rest = CCK_NAME(fma)(p, a, 0.5f - over);
  vf under = CCK_NAME(fma)(q, a, CCK_NAME(splat)(1.0f)), under_rest = CCK_NAME(fma)(q, a, 1.0f - under);
  vf inverse = 1.0f / under, m = over * inverse;
  vf m_rest = inverse * (CCK_NAME(fma)(-m, under, over) + CCK_NAME(fma)(-m, under_rest, over_rest));
  vf minus = s * -a, t = CCK_NAME(fma)(m, CCK_NAME(small_expm1)(r), m_rest);
  return CCK_NAME(fma)(minus, m, CCK_NAME(fma)(minus, t, CCK_NAME(relu)(x)));
}

#undef CCK_LOG2_E
#undef CCK_LN2_HIGH
#undef CCK_LN2_LOW
#undef CCK_LOGISTIC_ROUND

// The function `kind` of one vector; `a` is its slope, where it has one.
static inline __attribute__((always_inline)) vf CCK_NAME(apply)(int kind, vf x, vf a) {
#define CCK_CASE(CODE, function, name, arguments) \
  case CCK_##CODE: return CCK_NAME(function) arguments;
  switch (kind) {
    CCK_ACTIVATIONS(CCK_CASE)
    default: return x;
  }
#undef CCK_CASE
}
