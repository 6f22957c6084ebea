// The tap micro-kernel, for one vector width. Included by each level after vf, CCK_NAME and CCK_WIDTH.
//
// A tile is M output rows by V vectors of neighbouring frames, all in registers. For every tap it loads V vectors
// of the input once and gives each to M fused multiply-adds, with the M weights broadcast: V loads and M
// broadcasts feed M*V multiply-adds. Along the run the loads are unaligned and may cost two slots each; with M
// of 8 the multiply-adds hide that. M and V are compile-time constants of each instance, so that
// the accumulators stay in registers.
//
// Lanes never mix: lane i of a vector is frame i's own chain of multiply-adds, whatever the other lanes hold. The
// last vector of a run is computed whole and stored in part, so the bits do not depend on where a block ends.

// Accumulators of the largest tile.
#define CCK_TILE_VECTORS 24

// Vectors between the rows of a tile on its way from the accumulators to memory.
#define CCK_PITCH (CCK_TILE_PITCH / CCK_WIDTH)

// Frames that vector `v` of `vectors` stores: only the last one of a run may be partial, and constants stay constants.
#define CCK_LANES(lanes, v, vectors) \
  ((v) + 1 < (vectors) ? (size_t)CCK_WIDTH : (lanes) - (size_t)((vectors) - 1) * CCK_WIDTH)

// Where a row's results go; NULL where they do not.
typedef struct {
  const float *residual;
  float *y, *second;  // into a mirrored ring twice
  const float *previous;
  float *total;
} CCK_NAME(row);

static inline __attribute__((always_inline)) CCK_NAME(row) CCK_NAME(row_of)(
    const cck_convolution *c, size_t row, size_t frame) {
  ptrdiff_t r = (ptrdiff_t)row, f = (ptrdiff_t)frame, t = r * c->total_stride + f;
  CCK_NAME(row) to = {};
  if (c->residual) to.residual = c->residual + r * c->residual_stride + f;
  if (c->y) to.y = c->y + r * c->y_stride + f;
  if (c->y && c->mirror) to.second = to.y + c->mirror;
  if (c->previous) to.previous = c->previous + t, to.total = c->total + t;
  return to;
}

// One row's results: residual, store, running total; and back to `values` for the 1x1 that follows. Lanes: that count.
static inline __attribute__((always_inline)) void CCK_NAME(deliver)(
    CCK_NAME(row) to, vf *results, vf *values, const int vectors, size_t lanes) {
  if (to.residual)
    for (int v = 0; v < vectors; v++) results[v] += CCK_NAME(load)(to.residual + v * CCK_WIDTH);
  for (int v = 0; v < vectors; v++) values[v] = results[v];
  if (to.y)
    for (int v = 0; v < vectors; v++)
      CCK_NAME(store)(to.y + v * CCK_WIDTH, results[v], CCK_LANES(lanes, v, vectors));
  if (to.second)
    for (int v = 0; v < vectors; v++)
      CCK_NAME(store)(to.second + v * CCK_WIDTH, results[v], CCK_LANES(lanes, v, vectors));
  if (to.previous)
    for (int v = 0; v < vectors; v++)
      CCK_NAME(store)(to.total + v * CCK_WIDTH, CCK_NAME(load)(to.previous + v * CCK_WIDTH) + results[v],
                      CCK_LANES(lanes, v, vectors));
}

// Activation and delivery of rows, `together` rows at a time, of which `lanes` frames count.
// Returns: the rows that are done.
static inline __attribute__((always_inline)) size_t CCK_NAME(finish_rows)(
    const cck_convolution *c, vf *values, size_t row, size_t rows, size_t frame, size_t lanes, const int kind,
    const int vectors, const int together) {
  size_t m = 0;
  CCK_NAME(row) to = CCK_NAME(row_of)(c, row, frame);
  ptrdiff_t residual_stride = c->residual_stride, y_stride = c->y_stride, total_stride = c->total_stride;
  const float *slopes = c->parameters + row;
  for (; m + (size_t)together <= rows; m += (size_t)together, values += together * CCK_PITCH) {
    vf group[4];  // CCK_TOGETHER is at most 4
    _Pragma("clang loop unroll(full)") for (int i = 0; i < together * vectors; i++)
      group[i] = values[i / vectors * CCK_PITCH + i % vectors];
    if (kind == CCK_TANH)
      _Pragma("clang loop unroll(full)") for (int i = 0; i < together * vectors; i += CCK_TOGETHER)
        CCK_NAME(tanh_side_by_side)(
            group + i, together * vectors - i < CCK_TOGETHER ? together * vectors - i : CCK_TOGETHER);
    if (kind == CCK_LEAKY_RELU)
      _Pragma("clang loop unroll(full)") for (int i = 0; i < together * vectors; i++)
        group[i] = CCK_NAME(leaky_relu)(group[i], (vf)(slopes[m + (size_t)(i / vectors)]));
    _Pragma("clang loop unroll(full)") for (int i = 0; i < together; i++) {
      CCK_NAME(deliver)(to, group + i * vectors, values + i * CCK_PITCH, vectors, lanes);
      if (to.residual) to.residual += residual_stride;
      if (to.y) to.y += y_stride;
      if (to.second) to.second += y_stride;
      if (to.previous) to.previous += total_stride, to.total += total_stride;
    }
  }
  return m;
}

static inline __attribute__((always_inline)) void CCK_NAME(finish_kind)(
    const cck_convolution *c, vf *values, size_t row, size_t rows, size_t frame, size_t lanes, const int kind,
    const int vectors) {
  size_t done = 0;
  if (kind == CCK_TANH && vectors < CCK_TOGETHER)
    done = CCK_NAME(finish_rows)(c, values, row, rows, frame, lanes, kind, vectors, CCK_TOGETHER / vectors);
  CCK_NAME(finish_rows)(
      c, values + done * CCK_PITCH, row + done, rows - done, frame, lanes, kind, vectors, 1);
}

// Frames of `vectors` vectors from `frame` on that are part of the run.
static inline size_t CCK_NAME(frames_left)(const cck_convolution *c, size_t frame, size_t vectors) {
  return c->frames - frame < vectors * CCK_WIDTH ? c->frames - frame : vectors * CCK_WIDTH;
}

// Results of `rows` by `vectors` from `values` to memory.
static __attribute__((noinline)) void CCK_NAME(finish)(
    const cck_convolution *c, vf *values, size_t row, size_t rows, size_t frame, size_t vectors) {
  const size_t lanes = CCK_NAME(frames_left)(c, frame, vectors);
#define CCK_FINISH(kind, vectors) \
  case vectors: CCK_NAME(finish_kind)(c, values, row, rows, frame, lanes, kind, vectors); return;
#define CCK_FINISH_KIND(kind) \
  case kind:                  \
    switch (vectors) { CCK_FINISH(kind, 1) CCK_FINISH(kind, 2) CCK_FINISH(kind, 3) CCK_FINISH(kind, 4) } break;
  switch (c->activation) {
    CCK_FINISH_KIND(CCK_IDENTITY)
    CCK_FINISH_KIND(CCK_TANH)
    CCK_FINISH_KIND(CCK_LEAKY_RELU)
  }
#undef CCK_FINISH_KIND
#undef CCK_FINISH
  // Any other function.
  for (size_t m = 0; m < rows; m++, values += CCK_PITCH) {
    vf slope = c->activation == CCK_LEAKY_RELU ? (vf)(c->parameters[row + m]) : (vf){};
    CCK_NAME(activate_vectors)(c->activation, slope, values, vectors);
    CCK_NAME(deliver)(CCK_NAME(row_of)(c, row + m, frame), values, values, (int)vectors, lanes);
  }
}

// The activation and the running total of M rows by V vectors while they are in registers, and to `values`: what the
// first convolution of a WaveNet layer wants.
static inline __attribute__((always_inline)) void CCK_NAME(bend)(
    const cck_convolution *c, vf *sum, vf *values, size_t row, size_t frame, const int M, const int V,
    const int activation) {
  const int together = V < CCK_TOGETHER ? CCK_TOGETHER / V : 1;  // rows
  ptrdiff_t stride = c->total_stride, at = (ptrdiff_t)row * stride + (ptrdiff_t)frame;
  const float *previous = c->previous + at;
  float *total = c->total + at;
  _Pragma("clang loop unroll(full)") for (int first = 0; first < M; first += together) {
    vf *group = sum + first * V;
    const int count = (M - first < together ? M - first : together) * V;
    if (activation == CCK_TANH) CCK_NAME(tanh_side_by_side)(group, count);
    _Pragma("clang loop unroll(full)") for (int i = 0; i < count; i++) {
      int m = first + i / V, v = i % V;
      if (activation == CCK_LEAKY_RELU)
        group[i] = CCK_NAME(leaky_relu)(group[i], (vf)(c->parameters[row + (size_t)m]));
      values[m * CCK_PITCH + v] = group[i];
      ptrdiff_t lane = m * stride + v * CCK_WIDTH;
      CCK_NAME(store)(total + lane, CCK_NAME(load)(previous + lane) + group[i], CCK_WIDTH);
    }
  }
}

// The sums of M rows by V vectors. `w` holds, for each tap in turn, `stride` weights of which the first M count. They
// go to `values`, through `activation` and into the running total, if there is one; or, when `values` is NULL, straight
// from the registers to their rows: what a 1x1 with a residual wants.
static inline __attribute__((always_inline)) void CCK_NAME(sums)(
    const cck_convolution *c, vf *values, size_t row, const float *w, size_t stride, size_t frame,
    const int M, const int V, const int activation) {
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
        if (m > 0) CCK_ONE_AT_A_TIME(w, sum + (m - 1) * V, V);
        vf weight = (vf)(w[m]);
        _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
          sum[m * V + v] = __builtin_elementwise_fma(in[v], weight, sum[m * V + v]);
      }
    }
  }
  if (activation != CCK_IDENTITY) {
    CCK_NAME(bend)(c, sum, values, row, frame, M, V, activation);
    return;
  }
  if (values) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) values[i / V * CCK_PITCH + i % V] = sum[i];
    return;
  }
  float *y = c->y + (ptrdiff_t)row * c->y_stride + frame;
  const size_t lanes = CCK_NAME(frames_left)(c, frame, (size_t)V);
  _Pragma("clang loop unroll(full)") for (int m = 0; m < M; m++) {
    if (c->residual) {
      const float *residual = c->residual + (ptrdiff_t)(row + (size_t)m) * c->residual_stride + frame;
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
        sum[m * V + v] += CCK_NAME(load)(residual + v * CCK_WIDTH);
    }
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
      CCK_NAME(store)(y + v * CCK_WIDTH, sum[m * V + v], CCK_LANES(lanes, v, V));
    if (c->mirror) {
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
        CCK_NAME(store)(y + v * CCK_WIDTH + c->mirror, sum[m * V + v], CCK_LANES(lanes, v, V));
    }
    y += c->y_stride;
  }
}

// Long kernels: each separate source is a chain of its own from zero, added to the total when it is complete.
// One row by V vectors.
static inline __attribute__((always_inline)) void CCK_NAME(chains)(
    const cck_convolution *c, vf *values, size_t row, const float *w, size_t stride, size_t frame, const int V) {
  vf total[4], chain[4];
  _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) total[v] = (vf)(c->bias[row]);
  for (size_t s = 0; s < c->source_count; s++) {
    const cck_source *source = &c->sources[s];
    const float *x = source->base + frame;
    const int separate = source->separate;
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) chain[v] = separate ? (vf){} : total[v];
    for (size_t i = 0; i < source->taps; i++, w += stride)
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
        chain[v] = __builtin_elementwise_fma(
            CCK_NAME(load)(x + source->offsets[i] + v * CCK_WIDTH), (vf)(*w), chain[v]);
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) total[v] = separate ? total[v] + chain[v] : chain[v];
  }
  _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) values[v] = total[v];
}

static __attribute__((noinline)) void CCK_NAME(chained_sums)(
    const cck_convolution *c, vf *values, size_t row, const float *w, size_t stride, size_t frame, size_t vectors) {
  switch (vectors) {
    case 1: CCK_NAME(chains)(c, values, row, w, stride, frame, 1); return;
    case 2: CCK_NAME(chains)(c, values, row, w, stride, frame, 2); return;
    case 3: CCK_NAME(chains)(c, values, row, w, stride, frame, 3); return;
    default: CCK_NAME(chains)(c, values, row, w, stride, frame, 4); return;
  }
}

typedef void (*CCK_NAME(sums_fn))(
    const cck_convolution *, vf *, size_t, const float *, size_t, size_t);
#define CCK_TILE_FUNCTION(name, M, V, activation)                                                             \
  static void CCK_NAME(name##_##M##x##V)(const cck_convolution *c, vf *values, size_t row, const float *w,      \
                                         size_t stride, size_t frame) {                                       \
    CCK_NAME(sums)(c, values, row, w, stride, frame, M, V, activation);                                        \
  }
#define CCK_TILE(M, V) CCK_TILE_FUNCTION(sums, M, V, CCK_IDENTITY)
CCK_TILES(CCK_TILE)
#undef CCK_TILE
#define CCK_TILE(M, V) \
  CCK_TILE_FUNCTION(tanh, M, V, CCK_TANH) CCK_TILE_FUNCTION(leaky_relu, M, V, CCK_LEAKY_RELU)
CCK_BENDING_TILES(CCK_TILE)
#undef CCK_TILE
#undef CCK_TILE_FUNCTION

// By rows and vectors; holes are tiles that would not fit the registers.
typedef CCK_NAME(sums_fn) CCK_NAME(tile_table)[CCK_ROW_BLOCK + 1][CCK_WIDEST_FEW + 1];
static const CCK_NAME(tile_table) CCK_NAME(tiles) = {
#define CCK_TILE(M, V) [M][V] = CCK_NAME(sums_##M##x##V),
    CCK_TILES(CCK_TILE)
#undef CCK_TILE
};
static const CCK_NAME(tile_table) CCK_NAME(tanh_tiles) = {
#define CCK_TILE(M, V) [M][V] = CCK_NAME(tanh_##M##x##V),
    CCK_BENDING_TILES(CCK_TILE)
#undef CCK_TILE
};
static const CCK_NAME(tile_table) CCK_NAME(leaky_relu_tiles) = {
#define CCK_TILE(M, V) [M][V] = CCK_NAME(leaky_relu_##M##x##V),
    CCK_BENDING_TILES(CCK_TILE)
#undef CCK_TILE
};

// The rows of `step` vectors of frames. Taps: of all sources together.
static inline __attribute__((always_inline)) void CCK_NAME(convolve_step)(
    const cck_convolution *c, size_t taps, vf *values, size_t frame, size_t step, const int chained) {
  size_t tallest = chained ? 1 : CCK_TALLEST(step);
  int direct = c->activation == CCK_IDENTITY && !c->previous && !c->then && !chained;
  // Tiles of one vector leave enough registers to apply the activation to their sums, if only the running total and
  // the 1x1 need those.
  const CCK_NAME(tile_table) *tiles = &CCK_NAME(tiles);
  if (step == 1 && c->then && c->previous && !c->y && !c->residual && !chained &&
      frame + CCK_WIDTH <= c->frames) {
    if (c->activation == CCK_TANH) tiles = &CCK_NAME(tanh_tiles);
    if (c->activation == CCK_LEAKY_RELU) tiles = &CCK_NAME(leaky_relu_tiles);
  }
  for (size_t block = 0; block < c->outputs; block += CCK_ROW_BLOCK) {
    size_t rows = c->outputs - block < CCK_ROW_BLOCK ? c->outputs - block : CCK_ROW_BLOCK;
    const float *w = c->weights + block * taps;
    size_t count = 1;
    while (count * tallest < rows) count++;
    for (size_t row = 0; row < rows; count--) {  // of nearly the same height
      size_t tall = count == 1 ? rows - row : (rows - row + count - 1) / count;
      vf *place = direct ? NULL : values + row * CCK_PITCH;
      if (chained) CCK_NAME(chained_sums)(c, place, block + row, w + row, rows, frame, step);
      else (*tiles)[tall][step](c, place, block + row, w + row, rows, frame);
      row += tall;
    }
    if (!direct && tiles == &CCK_NAME(tiles)) CCK_NAME(finish)(c, values, block, rows, frame, step);
    if (c->then) values += CCK_ROW_BLOCK * CCK_PITCH;
  }
}

static void CCK_NAME(convolve)(const cck_convolution *c) {
  vf values[CCK_MOST_THEN * CCK_PITCH], then_values[CCK_ROW_BLOCK * CCK_PITCH];
  size_t taps = 0;
  int chained = 0;
  for (size_t s = 0; s < c->source_count; s++) taps += c->sources[s].taps, chained |= c->sources[s].separate;
  cck_convolution then;
  cck_source tile;
  if (c->then) {
    then = *c->then;
    tile = then.sources[0];
    then.sources = &tile;
    then.frames = c->frames;
  }
  size_t widest = chained ? 4 : CCK_WIDEST_OF(c->outputs);
  size_t vectors_left = (c->frames + CCK_WIDTH - 1) / CCK_WIDTH;
  for (size_t frame = 0; vectors_left > 0;) {
    // Four vectors go as two and two rather than three and one.
    size_t step = widest == 3 && vectors_left == 4 ? 2 : vectors_left < widest ? vectors_left : widest;
    if (chained) CCK_NAME(convolve_step)(c, taps, values, frame, step, 1);
    else CCK_NAME(convolve_step)(c, taps, values, frame, step, 0);
    if (c->then) {
      tile.base = (const float *)values - frame;
      CCK_NAME(convolve_step)(&then, c->outputs, then_values, frame, step, 0);
    }
    vectors_left -= step;
    frame += step * CCK_WIDTH;
  }
}
