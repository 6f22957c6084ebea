// Loads, stores and interleaving for one vector width. Each level includes this first.

static inline __attribute__((always_inline)) vf CCK_NAME(load)(const float *p) {
  vf v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

// Stores the first `lanes` floats of v: all at once, with a mask, or as halves, quarters … by the bits of the number.
static inline __attribute__((always_inline)) void CCK_NAME(store)(float *p, vf v, size_t lanes) {
  if (__builtin_expect(lanes >= CCK_WIDTH, 1)) {
    __builtin_memcpy(p, &v, sizeof v);
    return;
  }
#if CCK_WIDTH == 16
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << lanes) - 1), (__m512)v);
#else
#if CCK_WIDTH == 8
  float __attribute__((ext_vector_type(4))) four = v.lo;
  if (lanes & 4) {
    __builtin_memcpy(p, &four, sizeof four);
    p += 4;
    four = v.hi;
  }
#else
  vf four = v;
#endif
  float __attribute__((ext_vector_type(2))) two = four.lo;
  if (lanes & 2) {
    __builtin_memcpy(p, &two, sizeof two);
    p += 2;
    two = four.hi;
  }
  if (lanes & 1) *p = two.x;
#endif
}

// Stores lanes [first, first + count) of v at p, `step` floats apart.
static inline __attribute__((always_inline)) void CCK_NAME(store_part)(
    float *p, ptrdiff_t step, vf v, size_t first, size_t count) {
  if (step == 1 && first == 0) {
    CCK_NAME(store)(p, v, count);
    return;
  }
#if CCK_WIDTH == 16
  if (step == 1) {
    _mm512_mask_storeu_ps(p - first, (__mmask16)(((1u << count) - 1) << first), (__m512)v);
    return;
  }
#endif
  float lanes[CCK_WIDTH];
  CCK_NAME(store)(lanes, v, CCK_WIDTH);
  for (size_t i = 0; i < count; i++) p[(ptrdiff_t)i * step] = lanes[first + i];
}

// Two vectors interleaved lane by lane: the result of their lower halves, and of their upper halves. And every second
// lane of both.
#if CCK_WIDTH == 16
#define CCK_LOWS(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define CCK_HIGHS(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define CCK_EVERY_SECOND(a, b) \
  __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#elif CCK_WIDTH == 8
#define CCK_EVERY_SECOND(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define CCK_LOWS(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define CCK_HIGHS(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define CCK_EVERY_SECOND(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define CCK_LOWS(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define CCK_HIGHS(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif
