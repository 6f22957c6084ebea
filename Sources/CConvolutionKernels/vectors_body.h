// Vectors to and from memory, for one vector width. Included by each level first of all.

static inline __attribute__((always_inline)) vf CCK_NAME(load)(const float *p) {
  vf v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

// Stores the first `lanes` floats of v: all of them at once, or halves, quarters … as the number's bits say.
static inline __attribute__((always_inline)) void CCK_NAME(store)(float *p, vf v, size_t lanes) {
  if (__builtin_expect(lanes >= CCK_WIDTH, 1)) {
    __builtin_memcpy(p, &v, sizeof v);
    return;
  }
#if CCK_WIDTH == 16
  float __attribute__((ext_vector_type(8))) eight = v.lo;
  if (lanes & 8) {
    __builtin_memcpy(p, &eight, sizeof eight);
    p += 8;
    eight = v.hi;
  }
#elif CCK_WIDTH == 8
  vf eight = v;
#endif
#if CCK_WIDTH >= 8
  float __attribute__((ext_vector_type(4))) four = eight.lo;
  if (lanes & 4) {
    __builtin_memcpy(p, &four, sizeof four);
    p += 4;
    four = eight.hi;
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
}
