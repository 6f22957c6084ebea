// Copies of rows into a padded grid, for one vector width. Included by each level after vectors_body.h.

// Floats `stride` apart, made contiguous.
static inline __attribute__((always_inline)) void CCK_NAME(gather)(
    const float *from, float *to, size_t floats, const size_t stride) {
  if (floats < CCK_WIDTH || (stride != 1 && stride != 2 && stride != 4)) {
    for (size_t i = 0; i < floats; i++) to[i] = from[i * stride];
    return;
  }
  for (size_t i = 0; i < floats; i += CCK_WIDTH) {
    // The last vector ends with the row, so a part of it is copied twice.
    size_t at = i + CCK_WIDTH <= floats ? i : floats - CCK_WIDTH;
    const float *in = from + at * stride;
    // The input comes from a distant cache, and its rows are too short for the hardware's prefetcher.
    if (stride <= 2)
      for (size_t line = 0; line < stride; line++) __builtin_prefetch(in + 512 + line * CCK_WIDTH);
    vf a = CCK_NAME(load)(in);
    if (stride != 1) a = CCK_EVERY_SECOND(a, CCK_NAME(load)(in + CCK_WIDTH));
    if (stride == 4)
      a = CCK_EVERY_SECOND(a, CCK_EVERY_SECOND(CCK_NAME(load)(in + 2 * CCK_WIDTH), CCK_NAME(load)(in + 3 * CCK_WIDTH)));
    CCK_NAME(store)(to + at, a, CCK_WIDTH);
  }
}

static inline __attribute__((always_inline)) void CCK_NAME(copy_channel)(
    const cck_copy *c, const float *x, float *y, const size_t stride) {
  for (const cck_row *row = c->rows, *end = row + c->row_count; row != end; row++)
    for (size_t phase = 0; phase < stride; phase++) {
      const cck_phase *p = &c->phases[phase];
      CCK_NAME(gather)(x + row->source + p->source, y + row->target + p->target, p->floats, stride);
    }
}

static void CCK_NAME(copy_rows)(
    const cck_copy *c, size_t channels, const float *x, ptrdiff_t x_pitch, float *y, ptrdiff_t y_pitch) {
  for (size_t channel = 0; channel < channels; channel++, x += x_pitch, y += y_pitch)
    switch (c->stride) {
      case 1: CCK_NAME(copy_channel)(c, x, y, 1); break;
      case 2: CCK_NAME(copy_channel)(c, x, y, 2); break;
      case 4: CCK_NAME(copy_channel)(c, x, y, 4); break;
      default: CCK_NAME(copy_channel)(c, x, y, c->stride);
    }
}
