// One input channel to one output channel, for one vector width: depthwise convolution and single kernels. Included by
// each level after activate_body.h.
//
// With so few channels a vector of inputs would serve one multiply-add, and loads that straddle cache lines would
// halve the speed. But neighbouring rows of outputs read the same lines of the input, each with another line of the
// kernel. So a tile is M rows of outputs by V vectors, and slides over the lines: line c is loaded once for all rows
// r that use it, with kernel line c - S*r, where S is the stride from row to row. In one dimension the phases of the run
// are the rows (cck_slide).

// Input line `line` for the rows [low, high].
static inline __attribute__((always_inline)) void CCK_NAME(slide_line)(
    vf *sum, const float *x, const ptrdiff_t *inner, size_t count, const float *w, ptrdiff_t line, const int low,
    const int high, const int V, const int S) {
  w += line * (ptrdiff_t)count;
  for (size_t i = 0; i < count; i++, w++) {
    const float *from = x + inner[i];
    vf in[4];
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) in[v] = CCK_NAME(load)(from + v * CCK_WIDTH);
    _Pragma("clang loop unroll(full)") for (int r = low; r <= high; r++) {
      if (r > low) CCK_ONE_AT_A_TIME(w, sum + (r - 1) * V, V);
      vf weight = (vf)(w[-(ptrdiff_t)count * (S * r)]);
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
        sum[r * V + v] = __builtin_elementwise_fma(in[v], weight, sum[r * V + v]);
    }
  }
}

// The sums of M rows by V vectors: to `sums`, or, where `y` is given, to their rows, of which `lanes` floats count. The
// kernel has more than S * (M - 1) lines.
static inline __attribute__((always_inline)) void CCK_NAME(slide_sums)(
    const cck_slide *s, const float *x, const float *w, vf bias, vf *sums, float *y, ptrdiff_t y_pitch, size_t lanes,
    const int M, const int V, const int S) {
  vf sum[CCK_TILE_VECTORS];
  _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) sum[i] = bias;
  const ptrdiff_t lines = (ptrdiff_t)s->lines, *at = s->line_offsets;
  const size_t inner = s->inner;
  for (size_t o = 0; o < s->outer; o++) {
    const float *from = x + s->outer_offsets[o], *weights = w + (ptrdiff_t)o * lines * (ptrdiff_t)inner;
    _Pragma("clang loop unroll(full)") for (int c = 0; c < S * (M - 1); c++)
      CCK_NAME(slide_line)(sum, from + at[c], s->inner_offsets, inner, weights, c, 0, c / S, V, S);
    for (ptrdiff_t c = S * (M - 1); c < lines; c++)
      CCK_NAME(slide_line)(sum, from + at[c], s->inner_offsets, inner, weights, c, 0, M - 1, V, S);
    _Pragma("clang loop unroll(full)") for (int c = 0; c < S * (M - 1); c++)
      CCK_NAME(slide_line)(
          sum, from + at[lines + c], s->inner_offsets, inner, weights, lines + c, c / S + 1, M - 1, V, S);
  }
  if (!y) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) sums[i] = sum[i];
    return;
  }
  _Pragma("clang loop unroll(full)") for (int m = 0; m < M; m++)
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
      CCK_NAME(store)(
          y + m * y_pitch + v * CCK_WIDTH, sum[m * V + v], v < V - 1 ? CCK_WIDTH : lanes - (size_t)(V - 1) * CCK_WIDTH);
}

typedef void (*CCK_NAME(slide_fn))(
    const cck_slide *, const float *, const float *, vf, vf *, float *, ptrdiff_t, size_t);
#define CCK_TILE_OF(M, V, S)                                                                                  \
  static void CCK_NAME(slide_##M##x##V##_by_##S)(                                                              \
      const cck_slide *s, const float *x, const float *w, vf bias, vf *sums, float *y, ptrdiff_t y_pitch,       \
      size_t lanes) {                                                                                          \
    CCK_NAME(slide_sums)(s, x, w, bias, sums, y, y_pitch, lanes, M, V, S);                                      \
  }
#define CCK_TILE(M, V) CCK_TILE_OF(M, V, 1)
CCK_SLIDE_TILES(CCK_TILE)
#undef CCK_TILE
#define CCK_TILE(M, V) CCK_TILE_OF(M, V, 2)
CCK_SLIDE_TILES_BY_2(CCK_TILE)
#undef CCK_TILE
#undef CCK_TILE_OF

static const CCK_NAME(slide_fn) CCK_NAME(slide_tiles)[3][CCK_SLIDE_ROWS + 1][5] = {
#define CCK_TILE(M, V) [1][M][V] = CCK_NAME(slide_##M##x##V##_by_1),
    CCK_SLIDE_TILES(CCK_TILE)
#undef CCK_TILE
#define CCK_TILE(M, V) [2][M][V] = CCK_NAME(slide_##M##x##V##_by_2),
    CCK_SLIDE_TILES_BY_2(CCK_TILE)
#undef CCK_TILE
};

// Four rows whose neighbours are one float apart in the output: lane i of row r goes to y[4*i + r].
static inline void CCK_NAME(store_phases)(float *y, const vf *rows, size_t pitch, size_t lanes) {
  vf a = CCK_LOWS(rows[0], rows[2 * pitch]), b = CCK_HIGHS(rows[0], rows[2 * pitch]);
  vf c = CCK_LOWS(rows[pitch], rows[3 * pitch]), d = CCK_HIGHS(rows[pitch], rows[3 * pitch]);
  const vf all[4] = {CCK_LOWS(a, c), CCK_HIGHS(a, c), CCK_LOWS(b, d), CCK_HIGHS(b, d)};
  for (size_t i = 0; i < 4 && lanes > i * CCK_WIDTH; i++)
    CCK_NAME(store)(y + i * CCK_WIDTH, all[i], lanes - i * CCK_WIDTH);
}

static void CCK_NAME(grid_slide)(const cck_grid *g, const cck_run *run) {
  const cck_slide *s = run->slide;
  vf sums[CCK_TILE_VECTORS];
  size_t most = s->rows_at_once;
  int is_bare = g->activation == CCK_IDENTITY && !s->is_phases;
  size_t vectors = (run->length + CCK_WIDTH - 1) / CCK_WIDTH;
  vf bias = (vf)(g->bias[0]), parameter = (vf)(g->parameters ? g->parameters[0] : 0);
  for (size_t row = 0; row < run->row;) {
    size_t tall = run->row - row < most ? run->row - row : most;
    const float *x = g->x + run->x + (ptrdiff_t)row * run->x_pitch;
    float *y = g->y + run->y + (ptrdiff_t)row * run->y_pitch;
    for (size_t v = 0; v < vectors;) {
      size_t widest = CCK_SLIDE_WIDEST(tall), step = vectors - v < widest ? vectors - v : widest;
      size_t frame = v * CCK_WIDTH;
      float *to = is_bare ? y + frame : NULL;
      CCK_NAME(slide_tiles)[tall == 1 ? 1 : s->row_stride][tall][step](
          s, x + frame, g->weights, bias, sums, to, run->y_pitch,
          run->length - frame < step * CCK_WIDTH ? run->length - frame : step * CCK_WIDTH);
      v += step;
      if (is_bare) continue;
      CCK_NAME(activate_vectors)(g->activation, parameter, sums, tall * step);
      if (s->is_phases) {
        // `phases_length` outputs in all; the last vector's last phases may be fewer.
        for (size_t i = 0; i < step; i++) {
          size_t at = 4 * (frame + i * CCK_WIDTH);
          CCK_NAME(store_phases)(y + at, sums + i, step, s->phases_length - at);
        }
      } else {
        for (size_t m = 0; m < tall; m++)
          for (size_t i = 0; i < step; i++) {
            size_t at = frame + i * CCK_WIDTH;
            CCK_NAME(store)(y + (ptrdiff_t)m * run->y_pitch + at, sums[m * step + i], run->length - at);
          }
      }
    }
    row += tall;
  }
}
