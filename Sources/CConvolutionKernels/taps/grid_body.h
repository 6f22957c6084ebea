// Convolution over a grid of any rank, for one vector width: runs of neighbouring outputs, each with its own list of
// taps. Rank, stride, padding and dilation are in the offsets and runs that the plan made. Included by each level after
// taps_body.h and slide_body.h.
//
// Two orientations of the same sums, and the same bits (a third, for single channels, is in slide_body.h):
//   along   vectors of neighbouring outputs of a run, weights broadcast: for long runs
//   across  vectors of neighbouring output channels, inputs broadcast: for short runs of many channels
// Either way the taps go in segments (see cck_grid), with the sums in `scratch` between them.

// Along the run ---------------------------------------------------------------------------------------------------

static const float CCK_NAME(zeros)[CCK_ACROSS_BLOCKS * CCK_ROW_BLOCK];

// What a tile works on: the taps of one segment, the first input and the first weight.
typedef struct CCK_NAME(segment) {
  const ptrdiff_t *offsets, *weights;
  size_t taps;
  const float *bias;  // along: NULL: not the first segment, so that `sums` hold what there is
  int is_separate;    // summed from zero, then added
  ptrdiff_t ahead;    // along: floats from what a tap reads to what is worth fetching early
} CCK_NAME(segment);

// The sums of M rows by V vectors of one segment: to `sums`, or, where `y` is given, straight to their rows.
static inline __attribute__((always_inline)) void CCK_NAME(along_sums)(
    const CCK_NAME(segment) *s, const float *x, const float *w, vf *sums, float *y, ptrdiff_t y_stride,
    const int M, const int V) {
  vf sum[CCK_TILE_VECTORS];
  const float *bias = s->bias;
  const ptrdiff_t ahead = s->ahead;
  if (s->is_separate) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) sum[i] = (vf){};
  } else if (bias) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) sum[i] = (vf)(bias[i / V]);
  } else {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) sum[i] = sums[i];
  }
  const ptrdiff_t *offsets = s->offsets, *weights = s->weights, *end = offsets + s->taps;
  for (; offsets != end; offsets++, weights++) {
    const float *from = x + *offsets, *weight = w + *weights;
    __builtin_prefetch(from + ahead);
    vf in[CCK_TILE_VECTORS];
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) in[v] = CCK_NAME(load)(from + v * CCK_WIDTH);
    _Pragma("clang loop unroll(full)") for (int m = 0; m < M; m++) {
      if (m > 0) CCK_ONE_AT_A_TIME(weight, sum + (m - 1) * V, V);
      vf one = (vf)(weight[m]);
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
        sum[m * V + v] = __builtin_elementwise_fma(in[v], one, sum[m * V + v]);
    }
  }
  if (s->is_separate && bias) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) sum[i] = (vf)(bias[i / V]) + sum[i];
  } else if (s->is_separate) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) sum[i] = sums[i] + sum[i];
  }
  if (!y) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) sums[i] = sum[i];
    return;
  }
  _Pragma("clang loop unroll(full)") for (int m = 0; m < M; m++) {
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
      CCK_NAME(store)(y + v * CCK_WIDTH, sum[m * V + v], CCK_WIDTH);
    y += y_stride;
  }
}

typedef void (*CCK_NAME(along_fn))(
    const CCK_NAME(segment) *, const float *, const float *, vf *, float *, ptrdiff_t);
#define CCK_TILE(M, V)                                                                                        \
  static void CCK_NAME(along_##M##x##V)(const CCK_NAME(segment) *s, const float *x, const float *w, vf *sums,   \
                                        float *y, ptrdiff_t y_stride) {                                       \
    CCK_NAME(along_sums)(s, x, w, sums, y, y_stride, M, V);                                                    \
  }
CCK_TILES(CCK_TILE)
#undef CCK_TILE

static const CCK_NAME(along_fn) CCK_NAME(along_tiles)[CCK_ROW_BLOCK + 1][CCK_WIDEST_FEW + 1] = {
#define CCK_TILE(M, V) [M][V] = CCK_NAME(along_##M##x##V),
    CCK_TILES(CCK_TILE)
#undef CCK_TILE
};

// Neighbouring lanes of a vector that are outputs, and where they go.
typedef struct CCK_NAME(piece) {
  size_t vector, lane, lanes;
  ptrdiff_t y;
} CCK_NAME(piece);

// A position within the rows of a run.
typedef struct CCK_NAME(place) {
  size_t row, within;
} CCK_NAME(place);

// Cuts `vectors` vectors of a run, from place `frame` on, into pieces. `place` is the position of `frame`; it moves to
// the position after the last piece. Returns the number of pieces, at most one per lane.
static inline size_t CCK_NAME(cut)(
    const cck_run *run, size_t frame, size_t vectors, CCK_NAME(place) *place, CCK_NAME(piece) *pieces) {
  size_t count = 0;
  for (size_t v = 0; v < vectors; v++) {
    size_t lane = 0, lanes = run->length - frame < CCK_WIDTH ? run->length - frame : CCK_WIDTH;
    while (lane < lanes) {
      size_t left = lanes - lane, step = run->pitch - place->within;
      if (place->within < run->row) {
        size_t inside = run->row - place->within;
        pieces[count++] = (CCK_NAME(piece)){
            v, lane, inside < left ? inside : left,
            (ptrdiff_t)place->row * run->y_pitch + (ptrdiff_t)place->within * run->y_step};
      }
      if (step > left) {
        place->within += left;
        break;
      }
      place->row++, place->within = 0;
      lane += step;
    }
    frame += CCK_WIDTH;
  }
  return count;
}

static void CCK_NAME(grid_along)(const cck_grid *g, const cck_run *run) {
  CCK_NAME(piece) pieces[CCK_WIDEST_FEW * CCK_WIDTH];
  vf block_sums[CCK_ROW_BLOCK * CCK_WIDEST_FEW];
  const float *x = g->x + run->x;
  float *y = g->y + run->y;
  CCK_NAME(place) place = {0, 0};
  // With few rows, or so few taps that it is all writing, long pieces of few rows.
  int is_wide = g->outputs <= CCK_FEW_ROWS || run->taps->ends[g->segments - 1] <= CCK_FEW_TAPS;
  size_t widest = is_wide ? CCK_WIDEST_FEW : CCK_WIDEST;
  size_t vectors_left = (run->length + CCK_WIDTH - 1) / CCK_WIDTH;
  for (size_t frame = 0; vectors_left > 0;) {
    // Four vectors go as two and two rather than three and one.
    size_t step = widest == 3 && vectors_left == 4 ? 2 : vectors_left < widest ? vectors_left : widest;
    size_t most = CCK_TALLEST(step);
    size_t count = CCK_NAME(cut)(run, frame, step, &place, pieces), whole = count == step;
    for (size_t i = 0; i < count; i++) whole &= pieces[i].lanes == CCK_WIDTH;
    // Whole vectors side by side, with nothing to be done to them, go from the registers to their rows.
    int direct = whole && g->activation == CCK_IDENTITY && run->y_step == 1 &&
                 (step == 1 || pieces[step - 1].y == pieces[0].y + (ptrdiff_t)((step - 1) * CCK_WIDTH));
    size_t done = 0;
    for (size_t s = 0; s < g->segments; s++) {
      size_t end = run->taps->ends[s];
      int is_last = s + 1 == g->segments;
      size_t tile = 0;
      for (size_t block = 0; block < g->outputs; block += CCK_ROW_BLOCK) {
        size_t rows = g->outputs - block < CCK_ROW_BLOCK ? g->outputs - block : CCK_ROW_BLOCK;
        const float *w = g->weights + block / CCK_ROW_BLOCK * g->block_pitch;
        vf *sums = g->segments == 1 ? block_sums : (vf *)g->scratch + block * step;
        for (size_t row = 0; row < rows;) {
          size_t tall = rows - row < most ? rows - row : most;
          const CCK_NAME(segment) segment = {
              run->taps->offsets + done, run->taps->weights + done, end - done,
              s == 0 ? g->bias + block + row : NULL, g->is_separate,
              // The next vectors of the run: each tile fetches one of them, where there is time for it.
              end > CCK_FEW_TAPS * 4 ? (ptrdiff_t)((step + tile++ % step) * CCK_WIDTH) : 0};
          float *to = is_last && direct ? y + (ptrdiff_t)(block + row) * g->y_stride + pieces[0].y : NULL;
          CCK_NAME(along_tiles)[tall][step](&segment, x + frame, w + row, sums + row * step, to, g->y_stride);
          row += tall;
        }
        if (!is_last || direct) continue;
        if (g->activation == CCK_LEAKY_RELU) {  // the one with a parameter a row
          for (size_t m = 0; m < rows; m++)
            CCK_NAME(activate_vectors)(g->activation, (vf)(g->parameters[block + m]), sums + m * step, step);
        } else {
          CCK_NAME(activate_vectors)(g->activation, (vf){}, sums, rows * step);
        }
        for (size_t m = 0; m < rows; m++) {
          float *to = y + (ptrdiff_t)(block + m) * g->y_stride;
          for (size_t i = 0; i < count; i++)
            CCK_NAME(store_part)(
                to + pieces[i].y, run->y_step, sums[m * step + pieces[i].vector], pieces[i].lane,
                pieces[i].lanes);
        }
      }
      done = end;
    }
    vectors_left -= step;
    frame += step * CCK_WIDTH;
  }
}

// Across the output channels ---------------------------------------------------------------------------------------

// Vectors of one block of rows.
#define CCK_BLOCK_VECTORS (CCK_ROW_BLOCK / CCK_WIDTH)

// The sums of B blocks of rows by P places of one segment, to `sums`: place after place, `pitch` floats apart. They
// start at `start`, whose places are `start_pitch` floats apart, or, separate, are added to the sums there.
static inline __attribute__((always_inline)) void CCK_NAME(across_sums)(
    const CCK_NAME(segment) *s, const float *x, ptrdiff_t x_step, const float *w, ptrdiff_t block_pitch,
    const float *start, ptrdiff_t start_pitch, float *sums, ptrdiff_t pitch, const int B, const int P) {
  enum { most = 28 };
  const int R = B * CCK_BLOCK_VECTORS;
  vf sum[most];
  const float *from = s->is_separate ? CCK_NAME(zeros) : start;
  const ptrdiff_t from_pitch = s->is_separate ? 0 : start_pitch;
  _Pragma("clang loop unroll(full)") for (int i = 0; i < P * R; i++)
    sum[i] = CCK_NAME(load)(from + i / R * from_pitch + i % R * CCK_WIDTH);
  const ptrdiff_t *offsets = s->offsets, *weights = s->weights, *end = offsets + s->taps;
  for (; offsets != end; offsets++, weights++) {
    const float *in = x + *offsets, *weight = w + *weights;
    vf row[most];
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++)
      row[r] = CCK_NAME(load)(weight + r / CCK_BLOCK_VECTORS * block_pitch + r % CCK_BLOCK_VECTORS * CCK_WIDTH);
    _Pragma("clang loop unroll(full)") for (int p = 0; p < P; p++) {
      if (p > 0) CCK_ONE_PLACE_AT_A_TIME(in, sum + (p - 1) * R, R);
      vf one = (vf)(in[p * x_step]);
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++)
        sum[p * R + r] = __builtin_elementwise_fma(one, row[r], sum[p * R + r]);
    }
  }
  if (s->is_separate) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < P * R; i++)
      sum[i] = CCK_NAME(load)(start + i / R * start_pitch + i % R * CCK_WIDTH) + sum[i];
  }
  _Pragma("clang loop unroll(full)") for (int i = 0; i < P * R; i++)
    CCK_NAME(store)(sums + i / R * pitch + i % R * CCK_WIDTH, sum[i], CCK_WIDTH);
}

typedef void (*CCK_NAME(across_fn))(
    const CCK_NAME(segment) *, const float *, ptrdiff_t, const float *, ptrdiff_t, const float *, ptrdiff_t, float *,
    ptrdiff_t);
// Places side by side, as they mostly are, and places some way apart.
#define CCK_TILE(B, P)                                                                                        \
  static void CCK_NAME(across_##B##x##P)(                                                                      \
      const CCK_NAME(segment) *s, const float *x, ptrdiff_t x_step, const float *w, ptrdiff_t block_pitch,      \
      const float *start, ptrdiff_t start_pitch, float *sums, ptrdiff_t pitch) {                               \
    (void)x_step;                                                                                             \
    CCK_NAME(across_sums)(s, x, 1, w, block_pitch, start, start_pitch, sums, pitch, B, P);                      \
  }
CCK_ACROSS_TILES(CCK_TILE)
#undef CCK_TILE
#define CCK_TILE(B, P)                                                                                        \
  static void CCK_NAME(across_apart_##B##x##P)(                                                                \
      const CCK_NAME(segment) *s, const float *x, ptrdiff_t x_step, const float *w, ptrdiff_t block_pitch,      \
      const float *start, ptrdiff_t start_pitch, float *sums, ptrdiff_t pitch) {                               \
    CCK_NAME(across_sums)(s, x, x_step, w, block_pitch, start, start_pitch, sums, pitch, B, P);                 \
  }
CCK_ACROSS_APART_TILES(CCK_TILE)
#undef CCK_TILE

static const CCK_NAME(across_fn) CCK_NAME(across_tiles)[CCK_ACROSS_BLOCKS + 1][CCK_ACROSS_WIDEST + 1] = {
#define CCK_TILE(B, P) [B][P] = CCK_NAME(across_##B##x##P),
    CCK_ACROSS_TILES(CCK_TILE)
#undef CCK_TILE
};
static const CCK_NAME(across_fn) CCK_NAME(across_apart_tiles)[CCK_ACROSS_BLOCKS + 1][CCK_ACROSS_WIDEST + 1] = {
#define CCK_TILE(B, P) [B][P] = CCK_NAME(across_apart_##B##x##P),
    CCK_ACROSS_APART_TILES(CCK_TILE)
#undef CCK_TILE
};

// Exchanges the axes of CCK_WIDTH vectors: what was lane i of vector j is lane j of vector i.
static inline __attribute__((always_inline)) void CCK_NAME(transpose)(vf *v) {
  vf other[CCK_WIDTH];
  // Each round interleaves the first half with the second; after log2(CCK_WIDTH) of them the indices are exchanged.
  _Pragma("clang loop unroll(full)") for (int round = 1; round < CCK_WIDTH; round *= 2) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CCK_WIDTH / 2; i++) {
      other[2 * i] = CCK_LOWS(v[i], v[i + CCK_WIDTH / 2]);
      other[2 * i + 1] = CCK_HIGHS(v[i], v[i + CCK_WIDTH / 2]);
    }
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CCK_WIDTH; i++) v[i] = other[i];
  }
}

// The finished sums of a run, `blocks` blocks of rows from row `first` on, to their rows of the output.
static void CCK_NAME(across_deliver)(
    const cck_grid *g, const cck_run *run, size_t first, size_t blocks, const float *sums) {
  size_t pitch = blocks * CCK_ROW_BLOCK;
  size_t rows = g->outputs - first < pitch ? g->outputs - first : pitch;
  if (run->length < 4) {  // not worth a transposition
    for (size_t p = 0; p < run->length; p++) {
      for (size_t row = 0; row < rows; row += CCK_WIDTH) {
        vf value = CCK_NAME(load)(sums + p * pitch + row);
        float lanes[CCK_WIDTH];
        if (g->activation != CCK_IDENTITY)
          CCK_NAME(activate_vectors)(g->activation, CCK_NAME(load)(g->parameters + first + row), &value, 1);
        CCK_NAME(store)(lanes, value, CCK_WIDTH);
        float *to = g->y + run->y + (ptrdiff_t)(first + row) * g->y_stride + (ptrdiff_t)p * run->y_step;
        for (size_t m = 0; m < CCK_WIDTH && row + m < rows; m++) to[(ptrdiff_t)m * g->y_stride] = lanes[m];
      }
    }
    return;
  }
  for (size_t row = 0; row < rows; row += CCK_WIDTH) {
    size_t tall = rows - row < CCK_WIDTH ? rows - row : CCK_WIDTH;
    for (size_t p = 0; p < run->length; p += CCK_WIDTH) {
      size_t lanes = run->length - p < CCK_WIDTH ? run->length - p : CCK_WIDTH;
      vf values[CCK_WIDTH];
      for (size_t i = 0; i < CCK_WIDTH; i++)
        values[i] = i < lanes ? CCK_NAME(load)(sums + (p + i) * pitch + row) : (vf){};
      CCK_NAME(transpose)(values);
      if (g->activation == CCK_LEAKY_RELU) {
        for (size_t m = 0; m < tall; m++)
          CCK_NAME(activate_vectors)(g->activation, (vf)(g->parameters[first + row + m]), values + m, 1);
      } else {
        CCK_NAME(activate_vectors)(g->activation, (vf){}, values, tall);
      }
      float *to = g->y + run->y + (ptrdiff_t)(first + row) * g->y_stride + (ptrdiff_t)p * run->y_step;
      for (size_t m = 0; m < tall; m++)
        CCK_NAME(store_part)(to + (ptrdiff_t)m * g->y_stride, run->y_step, values[m], 0, lanes);
    }
  }
}

// Runs [first, end), together at most CCK_ACROSS_PLACES outputs, of `blocks` blocks of rows.
static void CCK_NAME(across_block)(
    const cck_grid *g, const cck_run *first, const cck_run *end, size_t block, size_t blocks) {
  ptrdiff_t pitch = (ptrdiff_t)(blocks * CCK_ROW_BLOCK);
  const float *w = g->weights + (ptrdiff_t)block * g->block_pitch;
  for (size_t s = 0; s < g->segments; s++) {
    float *sums = g->scratch;
    for (const cck_run *run = first; run != end; run++) {
      size_t from = s == 0 ? 0 : run->taps->ends[s - 1];
      int is_apart = run->x_step != 1;
      const CCK_NAME(segment) segment = {
          run->taps->offsets + from, run->taps->weights + from, run->taps->ends[s] - from, NULL, g->is_separate};
      for (size_t p = 0; p < run->length;) {
        // As many tiles as the widest would make, as equal as can be.
        size_t left = run->length - p, high = blocks, widest = CCK_ACROSS_MOST(high, is_apart);
        if (left > widest && high > 2) high = 2, widest = CCK_ACROSS_MOST(high, is_apart);
        size_t tiles = (left + widest - 1) / widest, wide = (left + tiles - 1) / tiles;
        for (size_t part = 0; part < blocks; part += high) {
          size_t row = part * CCK_ROW_BLOCK;
          (is_apart ? CCK_NAME(across_apart_tiles) : CCK_NAME(across_tiles))[high][wide](
              &segment, g->x + run->x + (ptrdiff_t)p * run->x_step, run->x_step,
              w + (ptrdiff_t)part * g->block_pitch, g->block_pitch,
              s == 0 ? g->bias + block * CCK_ROW_BLOCK + row : sums + row, s == 0 ? 0 : pitch, sums + row, pitch);
        }
        p += wide;
        sums += (ptrdiff_t)wide * pitch;
      }
    }
  }
  const float *sums = g->scratch;
  for (const cck_run *run = first; run != end; run++) {
    CCK_NAME(across_deliver)(g, run, block * CCK_ROW_BLOCK, blocks, sums);
    sums += (ptrdiff_t)run->length * pitch;
  }
}

static void CCK_NAME(grid_across)(const cck_grid *g, const cck_run *first, const cck_run *end) {
  size_t all = (g->outputs + CCK_ROW_BLOCK - 1) / CCK_ROW_BLOCK;
  while (first != end) {
    const cck_run *last = first;
    for (size_t places = 0; last != end && places + last->length <= CCK_ACROSS_PLACES; last++) places += last->length;
    for (size_t block = 0; block < all;) {
      size_t blocks = all - block;
      if (blocks > CCK_ACROSS_BLOCKS) blocks = CCK_ACROSS_BLOCKS;
      if (blocks == 3) blocks = 2;
      CCK_NAME(across_block)(g, first, last, block, blocks);
      block += blocks;
    }
    first = last;
  }
}

static void CCK_NAME(convolve_grid)(const cck_grid *g) {
  const cck_run *end = g->runs + g->run_count;
  for (const cck_run *run = g->runs; run != end;) {
    const cck_run *first = run++;
    switch ((cck_orientation)first->orientation) {
      case CCK_ALONG: CCK_NAME(grid_along)(g, first); break;
      case CCK_SLIDING: CCK_NAME(grid_slide)(g, first); break;
      case CCK_ACROSS:
        while (run != end && run->orientation == CCK_ACROSS) run++;
        CCK_NAME(grid_across)(g, first, run);
    }
  }
}
