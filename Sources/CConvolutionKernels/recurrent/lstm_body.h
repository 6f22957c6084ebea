// Long short-term memory, for one vector width. Included by each level after the activations.
//
// Vectors run across the rows of the gates, because a frame needs the state of the one before: along the frames there is
// nothing to do at once. A lane is one row's own chain of multiply-adds, so the bits do not depend on the width.

// `blocks` vectors of units from unit `first` on: their four gates each, which never leave the registers, their cells, and
// their new hidden state to `next`. Several chains side by side, because each waits for its own last multiply-add.
static inline __attribute__((always_inline)) void CCK_NAME(lstm_units)(
    const cck_lstm *p, const float *x, size_t first, float *next, const int blocks) {
  size_t units = p->units;
  vf sum[8];  // by gate, i, f, o and g, and block
#define CCK_EACH_SUM _Pragma("clang loop unroll(full)") for (int i = 0; i < 4 * blocks; i++)
#define CCK_ROW ((size_t)(i / blocks) * units + (size_t)(i % blocks) * CCK_WIDTH)
  CCK_EACH_SUM sum[i] = CCK_NAME(load)(p->bias + first + CCK_ROW);
  const float *w = p->weights + first;
  for (size_t column = 0; column < p->inputs; column++, w += 4 * units) {
    vf value = (vf)(x[(ptrdiff_t)column * p->x_stride]);
    CCK_EACH_SUM sum[i] = __builtin_elementwise_fma(CCK_NAME(load)(w + CCK_ROW), value, sum[i]);
  }
  for (size_t column = 0; column < p->outputs; column++, w += 4 * units) {
    vf value = (vf)(p->hidden[column]);
    CCK_EACH_SUM sum[i] = __builtin_elementwise_fma(CCK_NAME(load)(w + CCK_ROW), value, sum[i]);
  }
#undef CCK_ROW
#undef CCK_EACH_SUM
  _Pragma("clang loop unroll(full)") for (int b = 0; b < blocks; b++) {
    size_t at = first + (size_t)b * CCK_WIDTH;
    vf input = CCK_NAME(sigmoid)(sum[b]), forget = CCK_NAME(sigmoid)(sum[blocks + b]);
    vf output = CCK_NAME(sigmoid)(sum[2 * blocks + b]), candidate = CCK_NAME(tanh)(sum[3 * blocks + b]);
    vf cell = __builtin_elementwise_fma(forget, CCK_NAME(load)(p->cell + at), input * candidate);
    CCK_NAME(store)(p->cell + at, cell, CCK_WIDTH);
    CCK_NAME(store)(next + at, output * CCK_NAME(tanh)(cell), CCK_WIDTH);
  }
}

static void CCK_NAME(lstm)(const cck_lstm *p) {
  size_t units = p->units;  // a multiple of any width
  float *next = units <= 2 * CCK_WIDTH ? p->hidden : p->next;  // everybody has read the old state, or not
  for (size_t t = 0; t < p->frames; t++) {
    size_t u = 0;
    for (; u + 2 * CCK_WIDTH <= units; u += 2 * CCK_WIDTH) CCK_NAME(lstm_units)(p, p->x + t, u, next, 2);
    if (u < units) CCK_NAME(lstm_units)(p, p->x + t, u, next, 1);
    if (next != p->hidden) __builtin_memcpy(p->hidden, next, units * sizeof *next);
    for (size_t i = 0; i < p->outputs; i++) p->y[(ptrdiff_t)i * p->y_stride + (ptrdiff_t)t] = p->hidden[i];
  }
}
