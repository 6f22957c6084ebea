// Access to the loops of the features of time series, and their definitions in plain scalar C.
#include "CConvolutionKernels.h"
#include "SeriesKernels.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

extern const cck_feature_kernels cck_feature_kernels_baseline;
#if defined(__x86_64__)
extern const cck_feature_kernels cck_feature_kernels_avx2, cck_feature_kernels_avx512;
#endif

const cck_feature_kernels *cck_feature_kernels_of(int level) {
  if (!cck_level_available(level)) return NULL;
#if defined(__x86_64__)
  if (level == CCK_LEVEL_AVX2) return &cck_feature_kernels_avx2;
  if (level == CCK_LEVEL_AVX512) return &cck_feature_kernels_avx512;
#endif
  return &cck_feature_kernels_baseline;
}

// The response of kernel {taps[0], taps[1], taps[2]} at position t.
static float response_at(const cck_minirocket *m, const int *taps, const int32_t *list, size_t count, size_t t) {
  float total = 0;
  for (size_t c = 0; c < count; c++) {
    const float *x = m->x + (list ? list[c] : 0) * m->x_pitch + (ptrdiff_t)t;
    float one = -x[0];
    for (int g = 0; g < 9; g++)
      if (g != 4) one = one - x[m->offsets[g]];
    for (int i = 0; i < 3; i++) {
      const float in = x[m->offsets[taps[i]]];
      one = one + (in + in + in);
    }
    total = c == 0 ? one : total + one;
  }
  return total;
}

static void kernel_taps(size_t kernel, int *taps) {
  for (int i = 0; i < 7; i++)
    for (int j = i + 1; j < 8; j++)
      for (int k = j + 1; k < 9; k++)
        if (kernel-- == 0) {
          taps[0] = i, taps[1] = j, taps[2] = k;
          return;
        }
}

static void response_plain(const cck_minirocket *m, size_t kernel, float *response) {
  int taps[3];
  kernel_taps(kernel, taps);
  const size_t count = m->channel_counts ? (size_t)m->channel_counts[0] : 1;
  for (size_t t = 0; t < m->length; t++)
    response[t] = response_at(m, taps, m->channel_counts ? m->channel_list : NULL, count, t);
}

static void pools_plain(const cck_minirocket *m, cck_multirocket_pools *pools) {
  const int32_t *list = m->channel_list;
  for (size_t kernel = 0; kernel < CCK_MINIROCKET_KERNELS; kernel++) {
    int taps[3];
    kernel_taps(kernel, taps);
    const size_t count = m->channel_counts ? (size_t)m->channel_counts[kernel] : 1;
    const size_t first = m->first[kernel % 2], end = m->end[kernel % 2];
    for (size_t b = 0; b < m->biases_per_kernel; b++) {
      const float bias = m->biases[kernel * m->biases_per_kernel + b];
      cck_multirocket_pools p = {};
      int64_t last = 0;
      for (size_t t = first; t < end; t++) {
        const float r = response_at(m, taps, m->channel_counts ? list : NULL, count, t);
        const int64_t index = (int64_t)(t - first);
        if (r > bias) {
          const float sum = r + bias;
          p.positive++, p.index_sum += index, p.sum += (double)sum;
        }
        // A stretch ends only at a position below the bias, or at the last position.
        if (index - last > p.stretch) p.stretch = index - last;
        if (r < bias) last = index;
      }
      pools[kernel * m->biases_per_kernel + b] = p;
    }
    if (m->channel_counts) list += count;
  }
}

static void counts_plain(const cck_minirocket *m, uint32_t *counts) {
  const int32_t *list = m->channel_list;
  for (size_t kernel = 0; kernel < CCK_MINIROCKET_KERNELS; kernel++) {
    int taps[3];
    kernel_taps(kernel, taps);
    const size_t count = m->channel_counts ? (size_t)m->channel_counts[kernel] : 1;
    for (size_t b = 0; b < m->biases_per_kernel; b++) {
      const size_t feature = kernel * m->biases_per_kernel + b;
      counts[feature] = 0;
      for (size_t t = m->first[kernel % 2]; t < m->end[kernel % 2]; t++)
        counts[feature] += response_at(m, taps, m->channel_counts ? list : NULL, count, t) > m->biases[feature];
    }
    if (m->channel_counts) list += count;
  }
}

static void rows_plain(const cck_rocket_rows *p, uint32_t *positive, float *largest) {
  for (size_t row = 0; row < p->rows; row++)
    for (size_t t = p->first; t < p->end; t++) {
      float sum = p->biases[row];
      for (size_t tap = 0; tap < p->taps; tap++)
        sum = fmaf(p->x[(ptrdiff_t)t + p->offsets[tap]], p->weights[tap * p->weight_pitch + row], sum);
      if (sum > 0) positive[row]++;
      if (sum > largest[row]) largest[row] = sum;
    }
}

static void hydra_plain(const cck_hydra_group *g, float *largest_sum, float *smallest_count) {
  float chains[8][16] = {};
  for (int i = 0; i < 8; i++) smallest_count[i] = 0;
  for (size_t t = 0; t < g->length; t++) {
    float r[8];
    int most = 0, least = 0;
    for (int i = 0; i < 8; i++) {
      r[i] = 0;
      for (int tap = 0; tap < 9; tap++)
        r[i] = fmaf(g->x[(ptrdiff_t)t + g->offsets[tap]], g->weights[8 * tap + i], r[i]);
      if (r[i] > r[most]) most = i;
      if (r[i] < r[least]) least = i;
    }
    chains[most][t % 16] += r[most];
    smallest_count[least] += 1;
  }
  for (int i = 0; i < 8; i++) {
    double sum[16];
    for (int lane = 0; lane < 16; lane++) sum[lane] = (double)chains[i][lane];
    for (int half = 8; half > 0; half /= 2)
      for (int lane = 0; lane < half; lane++) sum[lane] += sum[lane + half];
    largest_sum[i] = (float)sum[0];
  }
}

const cck_feature_kernels cck_feature_kernels_plain = {
    .minirocket_counts = counts_plain,
    .multirocket_pools = pools_plain,
    .minirocket_response = response_plain,
    .rocket_rows = rows_plain,
    .hydra_group = hydra_plain,
};
