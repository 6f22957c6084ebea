// The tap micro-kernel, for one vector width. Included by each level after vf, CCK_NAME and CCK_WIDTH.
//
// A tile is M output rows by V vectors of neighbouring frames, all in registers. For every tap it loads V vectors
// of the input once and gives each to M fused multiply-adds, with the M weights broadcast: V loads and M
// broadcasts feed M*V multiply-adds. Along the run the loads are unaligned and may cost two slots each; with M
// of 8 that stays hidden behind the multiply-adds. M and V are compile-time constants of each instance, so that
// the accumulators stay in registers.
//
// Lanes never meet: lane i of a vector is frame i's own chain of multiply-adds, whatever stands beside it. The
// last vector of a run is computed whole and stored in part, so the bits do not depend on where a block ends.

// Accumulators of the largest tile.
#define CCK_TILE_VECTORS 24

// Results to memory: residual, store (twice into a mirrored ring), running total. What is wanted is known at compile
// time in each instance, and so is whether all lanes count, so that the loops hold nothing but the work.
static inline __attribute__((always_inline)) void CCK_NAME(deliver)(
    const cck_convolution *c, const vf *values, size_t row, size_t rows, size_t frame, size_t vectors,
    const int residual, const int mirror, const int total, const int whole) {
  size_t left = c->frames - frame;
  for (size_t m = 0; m < rows; m++) {
    ptrdiff_t r = (ptrdiff_t)(row + m), f = (ptrdiff_t)frame;
    const float *added = residual ? c->residual + r * c->residual_stride + f : NULL;
    float *y = c->y + r * c->y_stride + f;
    const float *previous = total ? c->previous + r * c->total_stride + f : NULL;
    float *sum = total ? c->total + r * c->total_stride + f : NULL;
    for (size_t v = 0; v < vectors; v++) {
      size_t at = v * CCK_WIDTH, lanes = whole ? CCK_WIDTH : left - at;
      vf value = values[m * vectors + v];
      if (residual) value += CCK_NAME(load)(added + at);
      CCK_NAME(store)(y + at, value, lanes);
      if (mirror) CCK_NAME(store)(y + at + c->mirror, value, lanes);
      if (total) CCK_NAME(store)(sum + at, CCK_NAME(load)(previous + at) + value, lanes);
    }
  }
}

// The last, partial vector of a run, and combinations that no fused layer has.
static __attribute__((noinline)) void CCK_NAME(deliver_rest)(
    const cck_convolution *c, const vf *values, size_t row, size_t rows, size_t frame, size_t vectors) {
  CCK_NAME(deliver)(
      c, values, row, rows, frame, vectors, c->residual != NULL, c->mirror != 0, c->previous != NULL, 0);
}

static inline __attribute__((always_inline)) void CCK_NAME(deliver_any)(
    const cck_convolution *c, const vf *values, size_t row, size_t rows, size_t frame, size_t vectors) {
  if (frame + vectors * CCK_WIDTH > c->frames || (c->previous && (c->residual || c->mirror))) {
    CCK_NAME(deliver_rest)(c, values, row, rows, frame, vectors);
  } else if (c->previous) {
    CCK_NAME(deliver)(c, values, row, rows, frame, vectors, 0, 0, 1, 1);
  } else if (c->residual) {
    if (c->mirror) CCK_NAME(deliver)(c, values, row, rows, frame, vectors, 1, 1, 0, 1);
    else CCK_NAME(deliver)(c, values, row, rows, frame, vectors, 1, 0, 0, 1);
  } else {
    if (c->mirror) CCK_NAME(deliver)(c, values, row, rows, frame, vectors, 0, 1, 0, 1);
    else CCK_NAME(deliver)(c, values, row, rows, frame, vectors, 0, 0, 0, 1);
  }
}

// A WaveNet layer: tanh and the running total in one pass, `together` rows at a time, so that nothing goes back to
// `values`. Returns: the rows that are done; the rest is for the general way.
static inline __attribute__((always_inline)) size_t CCK_NAME(finish_tanh_total)(
    const cck_convolution *c, const vf *values, size_t row, size_t rows, size_t frame, const int vectors,
    const int together) {
  size_t m = 0;
  for (; m + (size_t)together <= rows; m += (size_t)together) {
    vf group[CCK_TOGETHER];
    _Pragma("clang loop unroll(full)") for (int i = 0; i < together * vectors; i++)
      group[i] = values[m * (size_t)vectors + (size_t)i];
    CCK_NAME(tanh_side_by_side)(group, together * vectors);
    _Pragma("clang loop unroll(full)") for (int i = 0; i < together * vectors; i++) {
      ptrdiff_t r = (ptrdiff_t)(row + m) + i / vectors, at = (ptrdiff_t)frame + i % vectors * CCK_WIDTH;
      CCK_NAME(store)(c->y + r * c->y_stride + at, group[i], CCK_WIDTH);
      ptrdiff_t t = r * c->total_stride + at;
      CCK_NAME(store)(c->total + t, CCK_NAME(load)(c->previous + t) + group[i], CCK_WIDTH);
    }
  }
  return m;
}

static __attribute__((noinline)) void CCK_NAME(finish)(
    const cck_convolution *c, vf *values, size_t row, size_t rows, size_t frame, size_t vectors) {
  if (c->activation == CCK_TANH && c->previous && !c->residual && !c->mirror &&
      frame + vectors * CCK_WIDTH <= c->frames && vectors <= 2) {
    size_t done = vectors == 1 ? CCK_NAME(finish_tanh_total)(c, values, row, rows, frame, 1, CCK_TOGETHER)
                               : CCK_NAME(finish_tanh_total)(c, values, row, rows, frame, 2, CCK_TOGETHER / 2);
    if (done == rows) return;
    values += done * vectors, row += done, rows -= done;
  }
  if (c->activation == CCK_LEAKY_RELU) {  // the one with a parameter a row
    for (size_t m = 0; m < rows; m++)
      CCK_NAME(activate_vectors)(c->activation, (vf)(c->parameters[row + m]), values + m * vectors, vectors);
  } else {
    CCK_NAME(activate_vectors)(c->activation, (vf){}, values, rows * vectors);
  }
  switch (vectors) {  // constant counts, so that the loops unroll
    case 1: CCK_NAME(deliver_any)(c, values, row, rows, frame, 1); return;
    case 2: CCK_NAME(deliver_any)(c, values, row, rows, frame, 2); return;
    case 3: CCK_NAME(deliver_any)(c, values, row, rows, frame, 3); return;
    default: CCK_NAME(deliver_any)(c, values, row, rows, frame, vectors);
  }
}

// The sums of M rows by V vectors. `w` holds, for each tap in turn, `stride` weights of which the first M count. They
// go to `values`, or, when that is NULL, straight from the registers to their rows: what a 1x1 with a residual wants.
static inline __attribute__((always_inline)) void CCK_NAME(sums)(
    const cck_convolution *c, vf *values, size_t row, const float *w, size_t stride, size_t frame,
    const int M, const int V) {
  vf sum[CCK_TILE_VECTORS];
  _Pragma("clang loop unroll(full)") for (int m = 0; m < M; m++)
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) sum[m * V + v] = (vf)(c->bias[row + m]);
  for (size_t s = 0; s < c->source_count; s++) {
    const float *base = c->sources[s].base + frame;
    const ptrdiff_t *offsets = c->sources[s].offsets, *end = offsets + c->sources[s].taps;
    for (; offsets != end; offsets++, w += stride) {
      const float *x = base + *offsets;
      vf in[CCK_TILE_VECTORS];
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) in[v] = CCK_NAME(load)(x + v * CCK_WIDTH);
      _Pragma("clang loop unroll(full)") for (int m = 0; m < M; m++) {
        vf weight = (vf)(w[m]);
        _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
          sum[m * V + v] = __builtin_elementwise_fma(in[v], weight, sum[m * V + v]);
      }
    }
  }
  if (values) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) values[i] = sum[i];
    return;
  }
  float *y = c->y + (ptrdiff_t)row * c->y_stride + frame;
  _Pragma("clang loop unroll(full)") for (int m = 0; m < M; m++) {
    if (c->residual) {
      const float *residual = c->residual + (ptrdiff_t)(row + (size_t)m) * c->residual_stride + frame;
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
        sum[m * V + v] += CCK_NAME(load)(residual + v * CCK_WIDTH);
    }
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
      CCK_NAME(store)(y + v * CCK_WIDTH, sum[m * V + v], CCK_WIDTH);
    if (c->mirror) {
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
        CCK_NAME(store)(y + v * CCK_WIDTH + c->mirror, sum[m * V + v], CCK_WIDTH);
    }
    y += c->y_stride;
  }
}

// Long kernels: each separate source is a chain of its own from zero, added to the total when it is complete.
// One row by up to four vectors.
static __attribute__((noinline)) void CCK_NAME(chained_sums)(
    const cck_convolution *c, vf *values, size_t row, const float *w, size_t stride, size_t frame, size_t vectors) {
  vf total[4], chain[4];
  for (size_t v = 0; v < 4; v++) total[v] = (vf)(c->bias[row]), chain[v] = (vf){};
  for (size_t s = 0; s < c->source_count; s++) {
    const cck_source *source = &c->sources[s];
    const float *x = source->base + frame;
    for (size_t v = 0; v < 4; v++) chain[v] = source->separate ? (vf){} : total[v];
    if (vectors == 4) {
      for (size_t i = 0; i < source->taps; i++, w += stride)
        for (size_t v = 0; v < 4; v++)
          chain[v] = __builtin_elementwise_fma(
              CCK_NAME(load)(x + source->offsets[i] + v * CCK_WIDTH), (vf)(*w), chain[v]);
    } else {
      for (size_t i = 0; i < source->taps; i++, w += stride)
        for (size_t v = 0; v < vectors; v++)
          chain[v] = __builtin_elementwise_fma(
              CCK_NAME(load)(x + source->offsets[i] + v * CCK_WIDTH), (vf)(*w), chain[v]);
    }
    for (size_t v = 0; v < 4; v++) total[v] = source->separate ? total[v] + chain[v] : chain[v];
  }
  for (size_t v = 0; v < vectors; v++) values[v] = total[v];
}

typedef void (*CCK_NAME(sums_fn))(
    const cck_convolution *, vf *, size_t, const float *, size_t, size_t);
#define CCK_TILE(M, V)                                                                                         \
  static void CCK_NAME(sums_##M##x##V)(const cck_convolution *c, vf *values, size_t row,                         \
                                       const float *w, size_t stride, size_t frame) {                          \
    CCK_NAME(sums)(c, values, row, w, stride, frame, M, V);                                                    \
  }
CCK_TILES(CCK_TILE)
#undef CCK_TILE

// By rows and vectors; holes are tiles that would not fit the registers.
static const CCK_NAME(sums_fn) CCK_NAME(tiles)[CCK_ROW_BLOCK + 1][CCK_WIDEST_FEW + 1] = {
#define CCK_TILE(M, V) [M][V] = CCK_NAME(sums_##M##x##V),
    CCK_TILES(CCK_TILE)
#undef CCK_TILE
};

static void CCK_NAME(convolve)(const cck_convolution *c) {
  // The results of a block of rows on their way from the accumulators to memory.
  vf values[CCK_ROW_BLOCK * 4];  // four vectors of chains; of tiles at most 16 by 3 or 4 by 6
  size_t taps = 0;
  int chained = 0;
  for (size_t s = 0; s < c->source_count; s++) taps += c->sources[s].taps, chained |= c->sources[s].separate;
  int bare = c->activation == CCK_IDENTITY && !c->previous && !chained;
  size_t widest = c->outputs <= CCK_FEW_ROWS ? CCK_WIDEST_FEW : CCK_WIDEST;
  if (chained) widest = 4;
  size_t vectors_left = (c->frames + CCK_WIDTH - 1) / CCK_WIDTH;
  for (size_t frame = 0; vectors_left > 0;) {
    // Four vectors go as two and two rather than three and one.
    size_t step = widest == 3 && vectors_left == 4 ? 2 : vectors_left < widest ? vectors_left : widest;
    size_t most = chained ? 1 : step == 1 ? CCK_MOST_ROWS_OF_ONE : CCK_MOST_ROWS;
    int direct = bare && frame + step * CCK_WIDTH <= c->frames;
    for (size_t block = 0; block < c->outputs; block += CCK_ROW_BLOCK) {
      size_t rows = c->outputs - block < CCK_ROW_BLOCK ? c->outputs - block : CCK_ROW_BLOCK;
      const float *w = c->weights + block * taps;
      for (size_t row = 0; row < rows;) {
        size_t tall = rows - row < most ? rows - row : most;
        vf *place = direct ? NULL : values + row * step;
        if (chained)
          CCK_NAME(chained_sums)(c, place, block + row, w + row, rows, frame, step);
        else
          CCK_NAME(tiles)[tall][step](c, place, block + row, w + row, rows, frame);
        row += tall;
      }
      if (!direct) CCK_NAME(finish)(c, values, block, rows, frame, step);
    }
    vectors_left -= step;
    frame += step * CCK_WIDTH;
  }
}
