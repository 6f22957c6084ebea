// One input channel to one output channel, for one vector width: depthwise convolution and single kernels. Included by
// each level after activate_body.h.
//
// With so few channels a vector of inputs would serve one multiply-add, and loads that straddle cache lines would
// halve the speed. But neighbouring rows of outputs read the same lines of the input, each with another row of the
// kernel. So a tile is M rows of outputs by V vectors, and slides over the lines: line c is loaded once for all rows
// r that use it, with row c - r of the kernel. In one dimension the phases of the run are the rows (cck_slide).

// Lines of a tile that serve the rows [low, high].
static inline __attribute__((always_inline)) void CCK_NAME(slide_line)(
    vf *sum, const float *x, const ptrdiff_t *inner, size_t count, const float *w, ptrdiff_t line, const int low,
    const int high, const int V) {
  w += line * (ptrdiff_t)count;
  for (size_t i = 0; i < count; i++, w++) {
    const float *from = x + inner[i];
    vf in[4];
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) in[v] = CCK_NAME(load)(from + v * CCK_WIDTH);
    _Pragma("clang loop unroll(full)") for (int r = low; r <= high; r++) {
      vf weight = (vf)(w[-(ptrdiff_t)count * r]);
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
        sum[r * V + v] = __builtin_elementwise_fma(in[v], weight, sum[r * V + v]);
    }
  }
}

// The sums of M rows by V vectors. The kernel has at least M lines.
static inline __attribute__((always_inline)) void CCK_NAME(slide_sums)(
    const cck_slide *s, const float *x, const float *w, vf bias, vf *sums, const int M, const int V) {
  vf sum[CCK_TILE_VECTORS];
  _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) sum[i] = bias;
  const ptrdiff_t lines = (ptrdiff_t)s->lines;
  for (size_t o = 0; o < s->outer; o++) {
    const float *from = x + s->outer_offsets[o], *weights = w + (ptrdiff_t)o * lines * (ptrdiff_t)s->inner;
    _Pragma("clang loop unroll(full)") for (int c = 0; c < M - 1; c++)
      CCK_NAME(slide_line)(sum, from + s->line_offsets[c], s->inner_offsets, s->inner, weights, c, 0, c, V);
    for (ptrdiff_t c = M - 1; c < lines; c++)
      CCK_NAME(slide_line)(sum, from + s->line_offsets[c], s->inner_offsets, s->inner, weights, c, 0, M - 1, V);
    _Pragma("clang loop unroll(full)") for (int c = 0; c < M - 1; c++)
      CCK_NAME(slide_line)(
          sum, from + s->line_offsets[lines + c], s->inner_offsets, s->inner, weights, lines + c, c + 1, M - 1, V);
  }
  _Pragma("clang loop unroll(full)") for (int i = 0; i < M * V; i++) sums[i] = sum[i];
}

typedef void (*CCK_NAME(slide_fn))(const cck_slide *, const float *, const float *, vf, vf *);
#define CCK_TILE(M, V)                                                                                        \
  static void CCK_NAME(slide_##M##x##V)(                                                                      \
      const cck_slide *s, const float *x, const float *w, vf bias, vf *sums) {                                \
    CCK_NAME(slide_sums)(s, x, w, bias, sums, M, V);                                                           \
  }
CCK_SLIDE_TILES(CCK_TILE)
#undef CCK_TILE

static const CCK_NAME(slide_fn) CCK_NAME(slide_tiles)[CCK_SLIDE_MOST_ROWS + 1][5] = {
#define CCK_TILE(M, V) [M][V] = CCK_NAME(slide_##M##x##V),
    CCK_SLIDE_TILES(CCK_TILE)
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
  size_t vectors = (run->length + CCK_WIDTH - 1) / CCK_WIDTH;
  vf bias = (vf)(g->bias[0]), parameter = (vf)(g->parameters ? g->parameters[0] : 0);
  for (size_t row = 0; row < run->row;) {
    size_t tall = run->row - row < most ? run->row - row : most;
    const float *x = g->x + run->x + (ptrdiff_t)row * run->x_pitch;
    float *y = g->y + run->y + (ptrdiff_t)row * run->y_pitch;
    for (size_t v = 0; v < vectors;) {
      size_t widest = CCK_SLIDE_WIDEST(tall), step = vectors - v < widest ? vectors - v : widest;
      size_t frame = v * CCK_WIDTH;
      CCK_NAME(slide_tiles)[tall][step](s, x + frame, g->weights, bias, sums);
      if (g->activation != CCK_IDENTITY) CCK_NAME(activate_vectors)(g->activation, parameter, sums, tall * step);
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
      v += step;
    }
    row += tall;
  }
}
