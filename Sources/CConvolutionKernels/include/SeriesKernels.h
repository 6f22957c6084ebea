// The loops of the features of time series: MiniRocket, MultiRocket, ROCKET and Hydra.
//
// All of them slide short dilated kernels over a padded series and keep a few numbers of each response: counts, sums, a
// maximum. A whole response is never stored. Every level gives the same bits, and so do the plain twins.
#ifndef FEATUREKERNELS_H
#define FEATUREKERNELS_H

#include <stddef.h>
#include <stdint.h>

// The kernels of MiniRocket (A. Dempster, D. Schmidt, G. Webb, KDD 2021, arXiv:2012.08791): all choices of 3 out of 9
// taps, in lexicographic order. Chosen taps weigh 2, the others -1.
#define CCK_MINIROCKET_KERNELS 84
#define CCK_MINIROCKET_TAPS 9
// Positions whose responses are in memory at a time.
#define CCK_MINIROCKET_BLOCK 512
#define CCK_MULTIROCKET_BLOCK 128
// Kernels of equal padding, one per lane: 42, rounded up to whole vectors.
#define CCK_MULTIROCKET_LANES 48
// Kernels of a row block of ROCKET, and of a group of Hydra.
#define CCK_ROCKET_ROWS 8
#define CCK_HYDRA_KERNELS 8

// All kernels of one dilation over one series.
//
// With x' the series of one channel, zero outside it, the response of kernel {i < j < k} is
//   ((A[t] + G_i[t]) + G_j[t]) + G_k[t],   A[t] = -x'[t] - x'[t + offsets[0]] - ... (taps 0,1,2,3,5,6,7,8 in this
//   order),   G_g[t] = 3 x'[t + offsets[g]]
// in float32 without fused operations; with several channels, the sum of their responses in the order of the list.
typedef struct cck_minirocket {
  const float *x;        // position 0 of channel 0; readable from the lowest offset to length + the highest offset + 32
  ptrdiff_t x_pitch;     // between channels
  size_t channels;
  size_t length;
  ptrdiff_t offsets[CCK_MINIROCKET_TAPS];  // of the taps; offsets[4] is 0
  const int32_t *channel_counts;  // one per kernel; NULL: every kernel reads only channel 0
  const int32_t *channel_list;    // the channels of kernel 0, then those of kernel 1 ...
  size_t biases_per_kernel;
  const float *biases;   // [kernel][bias]
  // Kernel number n pools over positions first[n % 2] ..< end[n % 2] of 0 ..< length.
  size_t first[2], end[2];
  float *scratch;        // cck_minirocket_scratch floats, 64-byte aligned
} cck_minirocket;

// Positions at a time: fewer when there are many channels, so that a block stays in the caches.
static inline size_t cck_minirocket_block(size_t channels) {
  size_t block = CCK_MINIROCKET_BLOCK;
  while (block > 64 && block * channels > 2 * CCK_MINIROCKET_BLOCK) block /= 2;
  return block;
}
static inline size_t cck_minirocket_scratch(size_t channels) {
  return (10 * channels + 3) * cck_minirocket_block(channels) +
         CCK_MULTIROCKET_BLOCK * (10 * channels + 2 * CCK_MULTIROCKET_LANES) + 1024;
}

// The pools of MultiRocket for one response r over n positions with bias b, where P are the positions with r > b
// (C. Tan, A. Dempster, C. Bergmeir, G. Webb, DMKD 2022, arXiv:2102.00457, as in its published code).
typedef struct cck_multirocket_pools {
  int64_t positive;   // |P|
  int64_t stretch;    // largest t - last, where last is the latest earlier position with r < b, or 0
  int64_t index_sum;  // sum over P of t, counted from the first pooled position
  double sum;         // sum over P of (r + b), that sum rounded to float32, in the order of t
} cck_multirocket_pools;

// Rows of ROCKET (A. Dempster, F. Petitjean, G. Webb, DMKD 2020, arXiv:1910.13051) that share the offsets of their
// taps: s[t] = bias + sum over taps of weight * x[t + offset], one fused multiply-add per tap in the order of the list.
typedef struct cck_rocket_rows {
  size_t rows;               // 1 ... CCK_ROCKET_ROWS
  size_t taps;
  const ptrdiff_t *offsets;
  const float *weights;      // [tap][row], tap rows weight_pitch apart
  size_t weight_pitch;
  const float *biases;
  const float *x;            // position 0; whole vectors are read, up to CCK_READ_SLACK floats after the end
  size_t first, end;
} cck_rocket_rows;

// One group of Hydra (A. Dempster, D. Schmidt, G. Webb, DMKD 2023, arXiv:2203.13652): eight kernels of nine taps.
typedef struct cck_hydra_group {
  const float *x;            // position 0; whole vectors are read
  size_t length;
  ptrdiff_t offsets[9];      // tap g reads x[t + offsets[g]]
  const float *weights;      // [tap][kernel]
} cck_hydra_group;

typedef struct cck_feature_kernels {
  // counts[kernel * biases_per_kernel + bias] = positions of the pooled part where response > bias.
  void (*minirocket_counts)(const cck_minirocket *m, uint32_t *counts);
  // pools[kernel * biases_per_kernel + bias].
  void (*multirocket_pools)(const cck_minirocket *m, cck_multirocket_pools *pools);
  // response[t] of one kernel, 0 ..< length, for fitting. Its channels are the first channel_counts[0] of the list.
  void (*minirocket_response)(const cck_minirocket *m, size_t kernel, float *response);
  // For every row: adds the positions of first ..< end with s > 0, and raises largest[row] to the largest s.
  void (*rocket_rows)(const cck_rocket_rows *r, uint32_t *positive, float *largest);
  // For every kernel: the sum of the responses where it has the largest of the group, and the number of positions where
  // it has the smallest; the first of equal kernels counts. Summed in 16 chains, position t in chain t % 16; then, in
  // double precision, chain c and chain c + 8, c and c + 4, c and c + 2, 0 and 1.
  void (*hydra_group)(const cck_hydra_group *g, float *largest_sum, float *smallest_count);
} cck_feature_kernels;

// The loops of a level that is available; NULL otherwise.
const cck_feature_kernels *cck_feature_kernels_of(int level);
// Their definitions in plain scalar C, for tests.
extern const cck_feature_kernels cck_feature_kernels_plain;

#endif
