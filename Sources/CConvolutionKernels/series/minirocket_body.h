// MiniRocket for one vector width: the responses of all 84 kernels of one dilation, a block of positions at a time, and
// how often they exceed their biases.
//
// A block's ten ingredients, A and G_0 ... G_8, lie in rows in the first-level cache. Of the three additions of a
// kernel two are shared by all kernels with the same i and j. Response vectors stay in registers while up to eight
// biases are compared with them, and the counts are vectors until the block ends.

// Rows A, G_0 ... G_8 of every channel for positions t ..< t + n, rounded up to whole vectors.
static void CCK_NAME(minirocket_ingredients)(const cck_minirocket *m, size_t t, size_t n, size_t pitch, float *rows) {
  for (size_t c = 0; c < m->channels; c++, rows += 10 * pitch) {
    const float *x = m->x + (ptrdiff_t)c * m->x_pitch + t;
    for (size_t v = 0; v < n; v += CCK_WIDTH) {
      vf centre = CCK_NAME(load)(x + v), sum = -centre;
      _Pragma("clang loop unroll(full)") for (int g = 0; g < 9; g++) {
        vf in = g == 4 ? centre : CCK_NAME(load)(x + v + m->offsets[g]);
        if (g != 4) sum = sum - in;
        CCK_NAME(store)(rows + (size_t)(g + 1) * pitch + v, in + in + in, CCK_WIDTH);
      }
      CCK_NAME(store)(rows + v, sum, CCK_WIDTH);
    }
  }
}

// response[v] = ((A + G_i) + G_j) + G_k, summed over channels.
static inline __attribute__((always_inline)) void CCK_NAME(minirocket_sum)(
    const float *rows, size_t pitch, size_t n, const int32_t *list, size_t count, size_t i, size_t j, size_t k,
    float *response) {
  for (size_t v = 0; v < n; v += CCK_WIDTH) {
    vf sum = {};
    for (size_t c = 0; c < count; c++) {
      const float *a = rows + (list ? (size_t)list[c] : 0) * 10 * pitch + v;
      vf one = CCK_NAME(load)(a) + CCK_NAME(load)(a + (i + 1) * pitch);
      one = one + CCK_NAME(load)(a + (j + 1) * pitch);
      one = one + CCK_NAME(load)(a + (k + 1) * pitch);
      sum = c == 0 ? one : sum + one;
    }
    CCK_NAME(store)(response + v, sum, CCK_WIDTH);
  }
}

static void CCK_NAME(minirocket_response)(const cck_minirocket *m, size_t kernel, float *response) {
  const size_t pitch = cck_minirocket_block(m->channels);
  size_t i = 0, j = 1, k = 2;
  while (kernel-- > 0) {
    if (++k < 9) continue;
    if (++j == 8) i++, j = i + 1;
    k = j + 1;
  }
  float *whole = m->scratch + 10 * m->channels * pitch;
  for (size_t t = 0; t < m->length; t += pitch) {
    size_t n = m->length - t < pitch ? m->length - t : pitch;
    CCK_NAME(minirocket_ingredients)(m, t, n, pitch, m->scratch);
    size_t count = m->channel_counts ? (size_t)m->channel_counts[0] : 1;
    CCK_NAME(minirocket_sum)(m->scratch, pitch, n, m->channel_list, count, i, j, k, whole);
    __builtin_memcpy(response + t, whole, n * sizeof *response);
  }
}

// `count` plus one in the lanes where `which` holds. With mask registers (AVX-512) that is one masked addition, which
// the compiler finds only if it does not know the number added; elsewhere `which` is the number to subtract.
#if CCK_WIDTH == 16
#define CCK_ONES() ({ vi ones = (vi)(1); __asm__("" : "+v"(ones)); ones; })
#define CCK_COUNT(count, which, ones) ((which) ? (count) + (ones) : (count))
#else
#define CCK_ONES() ((vi)(1))
#define CCK_COUNT(count, which, ones) ((count) - (which))
#endif

// Adds to counts[q] the lanes of `vectors` vectors p + g that exceed biases[q], for F biases.
static inline __attribute__((always_inline)) void CCK_NAME(count_above)(
    const float *p, const float *g, size_t vectors, const float *biases, uint32_t *counts, const int F) {
  vi count[8];
  vf bias[8];
  const vi ones = CCK_ONES();
  _Pragma("clang loop unroll(full)") for (int q = 0; q < F; q++) count[q] = (vi){}, bias[q] = (vf)(biases[q]);
  for (size_t v = 0; v < vectors * CCK_WIDTH; v += CCK_WIDTH) {
    vf response = CCK_NAME(load)(p + v) + CCK_NAME(load)(g + v);
    _Pragma("clang loop unroll(full)") for (int q = 0; q < F; q++) count[q] = CCK_COUNT(count[q], response > bias[q], ones);
  }
  _Pragma("clang loop unroll(full)") for (int q = 0; q < F; q++)
    counts[q] += (uint32_t)__builtin_reduce_add(count[q]);
}

#define CCK_COUNT_OF(F)                                                                                              \
  static __attribute__((noinline)) void CCK_NAME(count_above_##F)(                                                   \
      const float *p, const float *g, size_t vectors, const float *biases, uint32_t *counts) {                        \
    CCK_NAME(count_above)(p, g, vectors, biases, counts, F);                                                          \
  }
CCK_COUNT_OF(1) CCK_COUNT_OF(2) CCK_COUNT_OF(3) CCK_COUNT_OF(4)
CCK_COUNT_OF(5) CCK_COUNT_OF(6) CCK_COUNT_OF(7) CCK_COUNT_OF(8)
#undef CCK_COUNT_OF

static inline __attribute__((always_inline)) void CCK_NAME(count_all_above)(
    const float *p, const float *g, size_t vectors, const float *biases, uint32_t *counts, size_t count) {
  for (; count >= 8; count -= 8, biases += 8, counts += 8) CCK_NAME(count_above_8)(p, g, vectors, biases, counts);
  switch (count) {
    case 7: CCK_NAME(count_above_7)(p, g, vectors, biases, counts); return;
    case 6: CCK_NAME(count_above_6)(p, g, vectors, biases, counts); return;
    case 5: CCK_NAME(count_above_5)(p, g, vectors, biases, counts); return;
    case 4: CCK_NAME(count_above_4)(p, g, vectors, biases, counts); return;
    case 3: CCK_NAME(count_above_3)(p, g, vectors, biases, counts); return;
    case 2: CCK_NAME(count_above_2)(p, g, vectors, biases, counts); return;
    case 1: CCK_NAME(count_above_1)(p, g, vectors, biases, counts); return;
    default: return;
  }
}

// sums[v] = (a + b) + c, and minus infinity, which exceeds no bias, outside first ..< end.
static inline __attribute__((always_inline)) void CCK_NAME(sum_within)(
    const float *a, const float *b, const float *c, size_t first, size_t end, float *sums) {
  const float nothing = -__builtin_inff();
  for (size_t v = first / CCK_WIDTH * CCK_WIDTH; v < end; v += CCK_WIDTH)
    CCK_NAME(store)(sums + v, CCK_NAME(load)(a + v) + CCK_NAME(load)(b + v) + CCK_NAME(load)(c + v), CCK_WIDTH);
  for (size_t v = first / CCK_WIDTH * CCK_WIDTH; v < first; v++) sums[v] = nothing;
  for (size_t v = end; v % CCK_WIDTH != 0; v++) sums[v] = nothing;
}

static void CCK_NAME(minirocket_counts)(const cck_minirocket *m, uint32_t *counts) {
  const size_t pitch = cck_minirocket_block(m->channels), f = m->biases_per_kernel;
  float *rows = m->scratch, *sums[2] = {rows + 10 * m->channels * pitch, rows + (10 * m->channels + 1) * pitch};
  float *nothing_more = sums[1] + pitch;
  for (size_t v = 0; v < pitch; v++) nothing_more[v] = 0;
  for (size_t n = 0; n < CCK_MINIROCKET_KERNELS * f; n++) counts[n] = 0;
  for (size_t t = 0; t < m->length; t += pitch) {
    // The pooled part of this block, in positions of the block.
    size_t n = m->length - t < pitch ? m->length - t : pitch, first[2], end[2], vectors[2], from[2];
    for (int p = 0; p < 2; p++) {
      first[p] = m->first[p] > t ? m->first[p] - t : 0;
      end[p] = m->end[p] > t ? m->end[p] - t : 0;
      if (end[p] > n) end[p] = n;
      if (first[p] >= end[p]) first[p] = end[p] = 0;
      from[p] = first[p] / CCK_WIDTH * CCK_WIDTH;
      vectors[p] = (end[p] - from[p] + CCK_WIDTH - 1) / CCK_WIDTH;
    }
    if (!vectors[0] && !vectors[1]) continue;
    CCK_NAME(minirocket_ingredients)(m, t, n, pitch, rows);
    size_t kernel = 0;
    const int32_t *list = m->channel_list;
    for (size_t i = 0; i < 7; i++)
      for (size_t j = i + 1; j < 8; j++) {
        if (!m->channel_counts)
          for (int p = 0; p < 2; p++)
            if (vectors[p])
              CCK_NAME(sum_within)(rows, rows + (i + 1) * pitch, rows + (j + 1) * pitch, first[p], end[p], sums[p]);
        for (size_t k = j + 1; k < 9; k++, kernel++) {
          const int p = kernel % 2;
          size_t count = m->channel_counts ? (size_t)m->channel_counts[kernel] : 0;
          if (vectors[p]) {
            const float *last = rows + (k + 1) * pitch;
            if (m->channel_counts) {
              CCK_NAME(minirocket_sum)(
                  rows + from[p], pitch, end[p] - from[p], list, count, i, j, k, sums[p] + from[p]);
              for (size_t v = from[p]; v < first[p]; v++) sums[p][v] = -__builtin_inff();
              for (size_t v = end[p]; v % CCK_WIDTH != 0; v++) sums[p][v] = -__builtin_inff();
              last = nothing_more;
            }
            CCK_NAME(count_all_above)(
                sums[p] + from[p], last + from[p], vectors[p], m->biases + kernel * f, counts + kernel * f, f);
          }
          list += count;
        }
      }
  }
}
