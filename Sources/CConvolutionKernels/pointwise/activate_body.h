// An array of vectors through one pointwise function, the choice of function outside of the loop. Included by each
// level after the functions themselves.

#define CCK_ACTIVATE(kind)                                                                                    \
  case kind:                                                                                                  \
    for (size_t i = 0; i < count; i++) values[i] = CCK_NAME(apply)(kind, values[i], parameter);                \
    return;

static __attribute__((noinline)) void CCK_NAME(activate_vectors)(
    int activation, vf parameter, vf *values, size_t count) {
  switch (activation) {
    case CCK_IDENTITY: return;
    case CCK_TANH:
      for (; count >= CCK_TOGETHER; values += CCK_TOGETHER, count -= CCK_TOGETHER)
        CCK_NAME(tanh_side_by_side)(values, CCK_TOGETHER);
      for (size_t i = 0; i < count; i++) values[i] = CCK_NAME(tanh)(values[i]);
      return;
    CCK_ACTIVATE(CCK_SIGMOID)
    CCK_ACTIVATE(CCK_RELU)
    CCK_ACTIVATE(CCK_LEAKY_RELU)
    CCK_ACTIVATE(CCK_SILU)
    CCK_ACTIVATE(CCK_GELU)
    CCK_ACTIVATE(CCK_GELU_TANH)
    CCK_ACTIVATE(CCK_SOFTSIGN)
    CCK_ACTIVATE(CCK_HARD_TANH)
    CCK_ACTIVATE(CCK_HARD_SIGMOID)
    CCK_ACTIVATE(CCK_HARD_SWISH)
    CCK_ACTIVATE(CCK_SOFT_SIGMOID)
    CCK_ACTIVATE(CCK_FAST_TANH)
  }
}
#undef CCK_ACTIVATE
