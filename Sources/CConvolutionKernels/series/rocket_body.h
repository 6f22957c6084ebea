// ROCKET's and Hydra's loops for one vector width: tiles of M kernels by V vectors of neighbouring positions, as in
// taps_body.h, but only counts, maxima and sums leave the registers, never the responses.

// Lanes of a vector at position t that are before `end`.
static inline __attribute__((always_inline)) vi CCK_NAME(lanes_before)(size_t t, size_t end) {
  const ptrdiff_t left = (ptrdiff_t)end - (ptrdiff_t)t;
  const int32_t count = left > CCK_WIDTH ? CCK_WIDTH : left < 0 ? 0 : (int32_t)left;
#if CCK_WIDTH == 16
  const vi lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif CCK_WIDTH == 8
  const vi lane = {0, 1, 2, 3, 4, 5, 6, 7};
#else
  const vi lane = {0, 1, 2, 3};
#endif
  return lane < (vi)(count);
}

// The sums of M rows by V vectors at position t.
static inline __attribute__((always_inline)) void CCK_NAME(row_sums)(
    vf *sum, const float *x, const ptrdiff_t *offsets, size_t taps, const float *w, size_t pitch, const int M,
    const int V) {
  for (size_t tap = 0; tap < taps; tap++, w += pitch) {
    const float *from = x + offsets[tap];
    vf in[8];
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) in[v] = CCK_NAME(load)(from + v * CCK_WIDTH);
    _Pragma("clang loop unroll(full)") for (int r = 0; r < M; r++)
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)
        sum[r * V + v] = __builtin_elementwise_fma(in[v], (vf)(w[r]), sum[r * V + v]);
  }
}

static inline __attribute__((always_inline)) void CCK_NAME(rocket_pass)(
    const cck_rocket_rows *p, size_t row, uint32_t *positive, float *largest, const int M, const int V) {
  vi counts[8];
  vf maxima[8];
  const vi ones = CCK_ONES();
  _Pragma("clang loop unroll(full)") for (int r = 0; r < M; r++)
    counts[r] = (vi){}, maxima[r] = (vf)(-__builtin_inff());
  for (size_t t = p->first; t < p->end; t += (size_t)V * CCK_WIDTH) {
    vf sum[24];
    _Pragma("clang loop unroll(full)") for (int r = 0; r < M; r++)
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) sum[r * V + v] = (vf)(p->biases[row + (size_t)r]);
    CCK_NAME(row_sums)(sum, p->x + t, p->offsets, p->taps, p->weights + row, p->weight_pitch, M, V);
    if (t + (size_t)V * CCK_WIDTH > p->end)
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) {
        const vi inside = CCK_NAME(lanes_before)(t + (size_t)v * CCK_WIDTH, p->end);
        _Pragma("clang loop unroll(full)") for (int r = 0; r < M; r++)
          sum[r * V + v] = inside ? sum[r * V + v] : (vf)(-__builtin_inff());
      }
    _Pragma("clang loop unroll(full)") for (int r = 0; r < M; r++)
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) {
        counts[r] = CCK_COUNT(counts[r], sum[r * V + v] > (vf){}, ones);
        maxima[r] = sum[r * V + v] > maxima[r] ? sum[r * V + v] : maxima[r];
      }
  }
  _Pragma("clang loop unroll(full)") for (int r = 0; r < M; r++) {
    positive[row + (size_t)r] += (uint32_t)__builtin_reduce_add(counts[r]);
    const float most = __builtin_reduce_max(maxima[r]);
    if (most > largest[row + (size_t)r]) largest[row + (size_t)r] = most;
  }
}

#define CCK_PASS_OF(M, V)                                                                                           \
  static __attribute__((noinline)) void CCK_NAME(rocket_pass_##M)(                                                   \
      const cck_rocket_rows *p, size_t row, uint32_t *positive, float *largest) {                                    \
    CCK_NAME(rocket_pass)(p, row, positive, largest, M, V);                                                          \
  }
#if CCK_REGISTERS == 32
#define CCK_PASS_ROWS 8
CCK_PASS_OF(1, 6) CCK_PASS_OF(2, 6) CCK_PASS_OF(3, 5) CCK_PASS_OF(4, 4) CCK_PASS_OF(5, 3) CCK_PASS_OF(6, 3)
CCK_PASS_OF(7, 3) CCK_PASS_OF(8, 2)
#else
#define CCK_PASS_ROWS 4
CCK_PASS_OF(1, 4) CCK_PASS_OF(2, 4) CCK_PASS_OF(3, 2) CCK_PASS_OF(4, 2)
#endif
#undef CCK_PASS_OF

static void CCK_NAME(rocket_rows)(const cck_rocket_rows *p, uint32_t *positive, float *largest) {
  if (p->first >= p->end) return;
  for (size_t row = 0; row < p->rows; row += CCK_PASS_ROWS) {
    size_t rows = p->rows - row < CCK_PASS_ROWS ? p->rows - row : CCK_PASS_ROWS;
    switch (rows) {
      case 1: CCK_NAME(rocket_pass_1)(p, row, positive, largest); break;
      case 2: CCK_NAME(rocket_pass_2)(p, row, positive, largest); break;
      case 3: CCK_NAME(rocket_pass_3)(p, row, positive, largest); break;
      case 4: CCK_NAME(rocket_pass_4)(p, row, positive, largest); break;
#if CCK_PASS_ROWS == 8
      case 5: CCK_NAME(rocket_pass_5)(p, row, positive, largest); break;
      case 6: CCK_NAME(rocket_pass_6)(p, row, positive, largest); break;
      case 7: CCK_NAME(rocket_pass_7)(p, row, positive, largest); break;
      default: CCK_NAME(rocket_pass_8)(p, row, positive, largest); break;
#endif
    }
  }
}
#undef CCK_PASS_ROWS

// A position goes to the first kernel with the extreme value: to number i, if the extreme of 0 ... i is that of all and
// the extreme of 0 ... i - 1 is not. These running extremes are computed anyway. Smallest values are only counted, so
// the first condition is enough there: the counts of 0 ... i minus those of 0 ... i - 1.
static void CCK_NAME(hydra_group)(const cck_hydra_group *g, float *largest_sum, float *smallest_count) {
  // One vector at a time: its eight responses, their extremes and all sums and counts fit 32 registers.
  enum { V = 1, chains = 16 / CCK_WIDTH };
  vf soft[8 * chains];
  vi reached[7];
  const vi ones = CCK_ONES();
  for (int i = 0; i < 8 * chains; i++) soft[i] = (vf){};
  for (int i = 0; i < 7; i++) reached[i] = (vi){};
  size_t t = 0;
  for (; t < g->length; t += V * CCK_WIDTH) {
    vf r[8 * V];
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 8 * V; i++) r[i] = (vf){};
    CCK_NAME(row_sums)(r, g->x + t, g->offsets, 9, g->weights, 8, 8, V);
    // After the end all kernels tie: kernel 0 gets a zero, and a count that is subtracted below.
    if (t + V * CCK_WIDTH > g->length)
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) {
        const vi inside = CCK_NAME(lanes_before)(t + (size_t)v * CCK_WIDTH, g->length);
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i++)
          r[i * V + v] = inside ? r[i * V + v] : (vf){};
      }
    _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) {
      vf *sums = soft + (t / CCK_WIDTH + (size_t)v) % chains * 8;
      vf least[8], most[8];
      least[0] = most[0] = r[v];
      _Pragma("clang loop unroll(full)") for (int i = 1; i < 8; i++) {
        const vf x = r[i * V + v];
        least[i] = x < least[i - 1] ? x : least[i - 1];
        most[i] = x > most[i - 1] ? x : most[i - 1];
      }
      _Pragma("clang loop unroll(full)") for (int i = 0; i < 7; i++)
        reached[i] = CCK_COUNT(reached[i], least[i] == least[7], ones);
      sums[0] = most[0] == most[7] ? sums[0] + most[7] : sums[0];
      _Pragma("clang loop unroll(full)") for (int i = 1; i < 8; i++)
        sums[i] = ((most[i] == most[7]) & (most[i - 1] != most[7])) ? sums[i] + most[7] : sums[i];
    }
  }
  int32_t before = (int32_t)(t - g->length);
  for (int i = 0; i < 8; i++) {
    double sum[16];
    for (int lane = 0; lane < 16; lane++) sum[lane] = (double)soft[lane / CCK_WIDTH * 8 + i][lane % CCK_WIDTH];
    for (int half = 8; half > 0; half /= 2)
      for (int lane = 0; lane < half; lane++) sum[lane] += sum[lane + half];
    largest_sum[i] = (float)sum[0];
    const int32_t count = i < 7 ? __builtin_reduce_add(reached[i]) : (int32_t)t;
    smallest_count[i] = (float)(count - before);
    before = count;
  }
}
