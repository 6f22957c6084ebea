// Vectors to and from memory, for one vector width. Included by each level first of all.

static inline __attribute__((always_inline)) vf CCK_NAME(load)(const float *p) {
  vf v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

// Stores the first `lanes` floats of v, by halves.
static inline __attribute__((always_inline)) void CCK_NAME(store)(float *p, vf v, size_t lanes) {
  if (__builtin_expect(lanes >= CCK_WIDTH, 1)) {
    __builtin_memcpy(p, &v, sizeof v);
    return;
  }
  float one[CCK_WIDTH];
  __builtin_memcpy(one, &v, sizeof v);
  for (size_t i = 0; i < lanes; i++) p[i] = one[i];
}
