// Long short-term memory, for one vector width. Included by each level after the activations.
//
// Vectors run across the rows of the gates, because a frame needs the state of the one before: along the frames there is
// nothing to do at once. A lane is one row's own chain of multiply-adds, so the bits do not depend on the width.

// `blocks` vectors of units from unit `first` on: their four gates each, which never leave the registers, their cells, and
// their new hidden state to `next`. Several chains side by side, because each waits for its own last multiply-add.
static inline __attribute__((always_inline)) void CCK_NAME(lstm_units)(
    const cck_lstm *p, const float *x, size_t first, float *next, const int blocks) {
  const size_t units = p->units, inputs = p->inputs, outputs = p->outputs;
  const ptrdiff_t x_stride = p->x_stride;
  const float *hidden = p->hidden;
  vf sum[8];  // by gate, i, f, o and g, and block
#define CCK_EACH_SUM _Pragma("clang loop unroll(full)") for (int i = 0; i < 4 * blocks; i++)
#define CCK_ROW ((size_t)(i / blocks) * units + (size_t)(i % blocks) * CCK_WIDTH)
  CCK_EACH_SUM sum[i] = CCK_NAME(load)(p->bias + first + CCK_ROW);
  const float *w = p->weights + first;
  for (size_t column = 0; column < inputs; column++, w += 4 * units) {
    vf value = (vf)(x[(ptrdiff_t)column * x_stride]);
    CCK_EACH_SUM sum[i] = __builtin_elementwise_fma(CCK_NAME(load)(w + CCK_ROW), value, sum[i]);
  }
  for (size_t column = 0; column < outputs; column++, w += 4 * units) {
    vf value = (vf)(hidden[column]);
    CCK_EACH_SUM sum[i] = __builtin_elementwise_fma(CCK_NAME(load)(w + CCK_ROW), value, sum[i]);
  }
#undef CCK_ROW
#undef CCK_EACH_SUM
#define CCK_EACH_BLOCK _Pragma("clang loop unroll(full)") for (int b = 0; b < blocks; b++)
  vf *input = sum, *forget = sum + blocks, *output = sum + 2 * blocks, *candidate = sum + 3 * blocks;
  vf cell[2];
  // In the order in which the results are needed. Nothing waits for the output gate until the end, so it fills the gaps
  // in the work on the new cell.
  CCK_EACH_BLOCK input[b] = CCK_NAME(sigmoid)(input[b]);
  CCK_NAME(tanh_side_by_side)(candidate, blocks);
  CCK_EACH_BLOCK forget[b] = CCK_NAME(sigmoid)(forget[b]);
  CCK_EACH_BLOCK {
    size_t at = first + (size_t)b * CCK_WIDTH;
    cell[b] = __builtin_elementwise_fma(forget[b], CCK_NAME(load)(p->cell + at), input[b] * candidate[b]);
    CCK_NAME(store)(p->cell + at, cell[b], CCK_WIDTH);
  }
  CCK_EACH_BLOCK output[b] = CCK_NAME(sigmoid)(output[b]);
  CCK_NAME(tanh_side_by_side)(cell, blocks);
  CCK_EACH_BLOCK
    CCK_NAME(store)(next + first + (size_t)b * CCK_WIDTH, output[b] * cell[b], CCK_WIDTH);
#undef CCK_EACH_BLOCK
}

static void CCK_NAME(lstm)(const cck_lstm *p) {
  // The padding of the units is zero and stays so: what is beyond the last vector that holds a unit is not computed.
  const size_t units = (p->outputs + CCK_WIDTH - 1) / CCK_WIDTH * CCK_WIDTH;
  float *next = units <= 2 * CCK_WIDTH ? p->hidden : p->next;  // everybody has read the old state, or not
  for (size_t t = 0; t < p->frames; t++) {
    size_t u = 0;
    for (; u + 2 * CCK_WIDTH <= units; u += 2 * CCK_WIDTH) CCK_NAME(lstm_units)(p, p->x + t, u, next, 2);
    if (u < units) CCK_NAME(lstm_units)(p, p->x + t, u, next, 1);
    if (next != p->hidden) __builtin_memcpy(p->hidden, next, units * sizeof *next);
    for (size_t i = 0; i < p->outputs; i++) p->y[(ptrdiff_t)i * p->y_stride + (ptrdiff_t)t] = p->hidden[i];
  }
}
