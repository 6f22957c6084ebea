// An array of vectors through one pointwise function, with the choice of function outside the loop. Each level includes
// this after the functions themselves.

// `kind` is a constant: the loop of one function.
static inline __attribute__((always_inline)) void CCK_NAME(activate_all)(
    const int kind, vf parameter, vf *values, size_t count) {
  if (kind == CCK_IDENTITY) return;
  if (kind == CCK_TANH) {
    for (; count >= CCK_TOGETHER; values += CCK_TOGETHER, count -= CCK_TOGETHER)
      CCK_NAME(tanh_side_by_side)(values, CCK_TOGETHER);
    for (size_t i = 0; i < count; i++) values[i] = CCK_NAME(tanh)(values[i]);
    return;
  }
  for (size_t i = 0; i < count; i++) values[i] = CCK_NAME(apply)(kind, values[i], parameter);
}

static __attribute__((noinline)) void CCK_NAME(activate_vectors)(
    int activation, vf parameter, vf *values, size_t count) {
#define CCK_CASE(CODE, function, name, arguments) \
  case CCK_##CODE: CCK_NAME(activate_all)(CCK_##CODE, parameter, values, count); return;
  switch (activation) { CCK_ACTIVATIONS(CCK_CASE) }
#undef CCK_CASE
}
