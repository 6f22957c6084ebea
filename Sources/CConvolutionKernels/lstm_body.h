// Long short-term memory, for one vector width. Included by each level after the activations.
//
// Vectors run across the rows of the gates, because a frame needs the state of the one before: along the frames there is
// nothing to do at once. A lane is one row's own chain of multiply-adds, so the bits do not depend on the width.

// Rows of `count` vectors from row `first` on. Several chains side by side, because each waits for its own last
// multiply-add.
static inline __attribute__((always_inline)) void CCK_NAME(lstm_rows)(
    const cck_lstm *p, const float *x, size_t first, const int count) {
  vf sum[8];
  _Pragma("clang loop unroll(full)") for (int v = 0; v < count; v++)
    sum[v] = CCK_NAME(load)(p->bias + first + v * CCK_WIDTH);
  const float *w = p->weights + first;
  for (size_t i = 0; i < p->inputs; i++, w += 4 * p->units) {
    vf value = (vf)(x[(ptrdiff_t)i * p->x_stride]);
    _Pragma("clang loop unroll(full)") for (int v = 0; v < count; v++)
      sum[v] = __builtin_elementwise_fma(CCK_NAME(load)(w + v * CCK_WIDTH), value, sum[v]);
  }
  for (size_t i = 0; i < p->outputs; i++, w += 4 * p->units) {
    vf value = (vf)(p->hidden[i]);
    _Pragma("clang loop unroll(full)") for (int v = 0; v < count; v++)
      sum[v] = __builtin_elementwise_fma(CCK_NAME(load)(w + v * CCK_WIDTH), value, sum[v]);
  }
  _Pragma("clang loop unroll(full)") for (int v = 0; v < count; v++)
    CCK_NAME(store)(p->gates + first + v * CCK_WIDTH, sum[v], CCK_WIDTH);
}

static void CCK_NAME(lstm)(const cck_lstm *p) {
  size_t units = p->units, rows = 4 * units;  // rows: a multiple of four vectors of any width
  for (size_t t = 0; t < p->frames; t++) {
    size_t row = 0;
    for (; row + 8 * CCK_WIDTH <= rows; row += 8 * CCK_WIDTH) CCK_NAME(lstm_rows)(p, p->x + t, row, 8);
    if (row < rows) CCK_NAME(lstm_rows)(p, p->x + t, row, 4);
    for (size_t u = 0; u < units; u += CCK_WIDTH) {
      const float *gates = p->gates + u;
      vf input = CCK_NAME(sigmoid)(CCK_NAME(load)(gates)), forget = CCK_NAME(sigmoid)(CCK_NAME(load)(gates + units));
      vf output = CCK_NAME(sigmoid)(CCK_NAME(load)(gates + 2 * units));
      vf candidate = CCK_NAME(tanh)(CCK_NAME(load)(gates + 3 * units));
      vf cell = __builtin_elementwise_fma(forget, CCK_NAME(load)(p->cell + u), input * candidate);
      CCK_NAME(store)(p->cell + u, cell, CCK_WIDTH);
      CCK_NAME(store)(p->hidden + u, output * CCK_NAME(tanh)(cell), CCK_WIDTH);
    }
    for (size_t u = 0; u < p->outputs; u++) p->y[(ptrdiff_t)u * p->y_stride + (ptrdiff_t)t] = p->hidden[u];
  }
}
