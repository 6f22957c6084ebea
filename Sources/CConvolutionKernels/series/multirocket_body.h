// MultiRocket's four pools for one vector width. Included after minirocket_body.h.
//
// Here a vector is W kernels at one position: sums are in the order of positions for every W, and the longest stretch,
// a recurrence in time, costs three operations for all lanes. Kernels with the same pooled part are processed together,
// 42 in CCK_MULTIROCKET_LANES lanes. Their responses are computed along time, as in MiniRocket, and transposed in
// registers.

typedef double CCK_NAME(vd) __attribute__((ext_vector_type(CCK_WIDTH / 2)));

// Transposes W rows of W floats, `pitch` apart, to W rows `to_pitch` apart.
static inline __attribute__((always_inline)) void CCK_NAME(turn)(
    const float *from, size_t pitch, float *to, size_t to_pitch) {
  vf rows[CCK_WIDTH];
  _Pragma("clang loop unroll(full)") for (int r = 0; r < CCK_WIDTH; r++) rows[r] = CCK_NAME(load)(from + r * pitch);
  // Each round interleaves row r with row r + W/2: after log2(W) of them rows have become columns.
  _Pragma("clang loop unroll(full)") for (int round = 1; round < CCK_WIDTH; round *= 2) {
    vf next[CCK_WIDTH];
    _Pragma("clang loop unroll(full)") for (int r = 0; r < CCK_WIDTH / 2; r++) {
      next[2 * r] = CCK_LOWS(rows[r], rows[r + CCK_WIDTH / 2]);
      next[2 * r + 1] = CCK_HIGHS(rows[r], rows[r + CCK_WIDTH / 2]);
    }
    _Pragma("clang loop unroll(full)") for (int r = 0; r < CCK_WIDTH; r++) rows[r] = next[r];
  }
  _Pragma("clang loop unroll(full)") for (int r = 0; r < CCK_WIDTH; r++)
    CCK_NAME(store)(to + r * to_pitch, rows[r], CCK_WIDTH);
}

// The running state of W features.
typedef struct CCK_NAME(pool_state) {
  vi positive, run, stretch;
  CCK_NAME(vd) sum_low, sum_high;
  int64_t index[CCK_WIDTH];
} CCK_NAME(pool_state);

// Pools n positions of W kernels for F biases at a time: r at responses[t * lanes].
static inline __attribute__((always_inline)) void CCK_NAME(pool)(
    const float *responses, size_t n, int64_t start, const float *biases, CCK_NAME(pool_state) *state, size_t pitch,
    const int F) {
  vf bias[2];
  vi positive[2], run[2], stretch[2], index[2];
  CCK_NAME(vd) low[2], high[2];
  _Pragma("clang loop unroll(full)") for (int q = 0; q < F; q++) {
    const CCK_NAME(pool_state) *s = state + q * pitch;
    bias[q] = CCK_NAME(load)(biases + (size_t)q * CCK_MULTIROCKET_LANES);
    positive[q] = (vi){}, index[q] = (vi){}, run[q] = s->run, stretch[q] = s->stretch;
    low[q] = s->sum_low, high[q] = s->sum_high;
  }
  vi at = {};
  const vi ones = CCK_ONES();
  for (size_t t = 0; t < n; t++, at += 1) {
    vf r = CCK_NAME(load)(responses + t * CCK_MULTIROCKET_LANES);
    _Pragma("clang loop unroll(full)") for (int q = 0; q < F; q++) {
      vi above = r > bias[q], below = r < bias[q];
      positive[q] = CCK_COUNT(positive[q], above, ones);
      index[q] += above & at;
      // run = t - last.
      stretch[q] = __builtin_elementwise_max(stretch[q], run[q]);
      run[q] = (run[q] & ~below) + 1;
      vf sum = above ? r + bias[q] : (vf){};
      low[q] += __builtin_convertvector(sum.lo, CCK_NAME(vd));
      high[q] += __builtin_convertvector(sum.hi, CCK_NAME(vd));
    }
  }
  _Pragma("clang loop unroll(full)") for (int q = 0; q < F; q++) {
    CCK_NAME(pool_state) *s = state + q * pitch;
    s->run = run[q], s->stretch = stretch[q], s->sum_low = low[q], s->sum_high = high[q];
    s->positive += positive[q];
    for (int lane = 0; lane < CCK_WIDTH; lane++) s->index[lane] += start * positive[q][lane] + index[q][lane];
  }
}

// Features that are pooled in one pass over the series.
#define CCK_POOLED_BIASES 8

// Biases begin ..< end of every kernel with the parity `part`.
static void CCK_NAME(multirocket_part)(
    const cck_minirocket *m, size_t part, size_t begin, size_t end, cck_multirocket_pools *pools) {
  enum { vectors = CCK_MULTIROCKET_LANES / CCK_WIDTH, pitch = CCK_MULTIROCKET_BLOCK };
  const size_t f = m->biases_per_kernel, lanes = CCK_MULTIROCKET_LANES;
  float *rows = m->scratch, *along = rows + 10 * m->channels * pitch, *across = along + lanes * pitch;
  // Lanes without a kernel respond with 0 and have the bias infinity: nothing is ever pooled there.
  float biases[CCK_POOLED_BIASES * CCK_MULTIROCKET_LANES];
  for (size_t b = begin; b < end; b++)
    for (size_t lane = 0; lane < lanes; lane++)
      biases[(b - begin) * lanes + lane] =
          lane < 42 ? m->biases[(2 * lane + part) * f + b] : __builtin_inff();
  for (size_t at = 42 * pitch; at < lanes * pitch; at++) along[at] = 0;
  CCK_NAME(pool_state) states[CCK_POOLED_BIASES * vectors];
  __builtin_memset(states, 0, sizeof states);
  for (size_t t = m->first[part]; t < m->end[part]; t += pitch) {
    const size_t n = m->end[part] - t < pitch ? m->end[part] - t : pitch;
    CCK_NAME(minirocket_ingredients)(m, t, n, pitch, rows);
    size_t kernel = 0;
    const int32_t *list = m->channel_list;
    for (size_t i = 0; i < 7; i++)
      for (size_t j = i + 1; j < 8; j++)
        for (size_t k = j + 1; k < 9; k++, kernel++) {
          const size_t count = m->channel_counts ? (size_t)m->channel_counts[kernel] : 1;
          if (kernel % 2 == part)
            CCK_NAME(minirocket_sum)(rows, pitch, n, m->channel_counts ? list : NULL, count, i, j, k,
                                     along + kernel / 2 * pitch);
          list += m->channel_counts ? count : 0;
        }
    for (size_t v = 0; v < lanes; v += CCK_WIDTH)
      for (size_t at = 0; at < n; at += CCK_WIDTH)
        CCK_NAME(turn)(along + v * pitch + at, pitch, across + at * lanes + v, lanes);
    const int64_t start = (int64_t)(t - m->first[part]);
    for (size_t v = 0; v < vectors; v++) {
      size_t b = 0, count = end - begin;
      for (; b + 2 <= count; b += 2)
        CCK_NAME(pool)(across + v * CCK_WIDTH, n, start, biases + b * lanes + v * CCK_WIDTH,
                       states + b * vectors + v, vectors, 2);
      if (b < count)
        CCK_NAME(pool)(across + v * CCK_WIDTH, n, start, biases + b * lanes + v * CCK_WIDTH,
                       states + b * vectors + v, vectors, 1);
    }
  }
  for (size_t b = begin; b < end; b++)
    for (size_t kernel = 0; kernel < 42; kernel++) {
      const CCK_NAME(pool_state) *s = states + (b - begin) * vectors + kernel / CCK_WIDTH;
      const size_t lane = kernel % CCK_WIDTH, half = CCK_WIDTH / 2;
      pools[(2 * kernel + part) * f + b] = (cck_multirocket_pools){
          .positive = s->positive[lane],
          .stretch = s->stretch[lane],
          .index_sum = s->index[lane],
          .sum = lane < half ? s->sum_low[lane] : s->sum_high[lane - half]};
    }
}

static void CCK_NAME(multirocket_pools)(const cck_minirocket *m, cck_multirocket_pools *pools) {
  for (size_t part = 0; part < 2; part++)
    for (size_t b = 0; b < m->biases_per_kernel; b += CCK_POOLED_BIASES) {
      size_t end = b + CCK_POOLED_BIASES < m->biases_per_kernel ? b + CCK_POOLED_BIASES : m->biases_per_kernel;
      CCK_NAME(multirocket_part)(m, part, b, end, pools);
    }
}
#undef CCK_POOLED_BIASES
