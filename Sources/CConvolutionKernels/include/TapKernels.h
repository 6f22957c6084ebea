// Convolution as sums over lists of taps: streams (cck_convolution, taps/taps_body.h), grids of any rank (cck_grid,
// taps/grid_body.h and taps/slide_body.h) and one long kernel (cck_long_taps, taps/longtaps_body.h).
#ifndef CCONVOLUTIONKERNELS_TAPKERNELS_H
#define CCONVOLUTIONKERNELS_TAPKERNELS_H

#include <stddef.h>

#define CCK_ROW_BLOCK 16
#define CCK_TILE_PITCH 96
#define CCK_MOST_THEN 64

// MARK: - Streams

// One input of a convolution: a list of taps over a padded buffer. Tap i multiplies base[offsets[i] + t].
typedef struct cck_source {
  const float *base;         // the place of output frame 0 in input channel 0
  const ptrdiff_t *offsets;  // one per tap, in floats from base; constant for the life of a plan
  size_t taps;
  int separate;              // not 0: a separate chain, summed from zero and then added to the total
} cck_source;

// y[o][t] = activation(bias[o] + sum over taps of weight[tap][o] * x[offset[tap] + t]) + residual[o][t],
// and, if `total` is given, total[o][t] = previous[o][t] + y[o][t].
//
// Order of sums, the same at every level: start at the bias, taps in the order of the list, one fused multiply-add per
// tap; then the activation, the residual, the running total.
//
// Weights are packed in row blocks of CCK_ROW_BLOCK outputs, the last block with the remaining outputs: block b holds,
// for each tap, the weights of its rows next to each other. cck_packed_weight gives the place of one weight.
typedef struct cck_convolution {
  size_t outputs;
  size_t frames;
  const cck_source *sources;
  size_t source_count;
  const float *weights;
  const float *bias;              // one per output
  int activation;                 // cck_activation
  const float *parameters;        // one per output, for CCK_LEAKY_RELU; otherwise not read
  const float *residual;          // or NULL; rows residual_stride apart
  ptrdiff_t residual_stride;
  float *y;                       // rows y_stride apart
  ptrdiff_t y_stride;
  ptrdiff_t mirror;               // not 0: y is written a second time, this many floats further on
  const float *previous;          // or NULL; may be `total`
  float *total;
  ptrdiff_t total_stride;         // of previous and total
  // Or NULL: a convolution of kernel size 1 of this one's y, computed piece by piece while y is in the first-level
  // cache. Its one source has the offsets i * CCK_TILE_PITCH; its base and its frames are not read. With `then`, y may
  // be NULL, and there are at most CCK_MOST_THEN outputs.
  const struct cck_convolution *then;
} cck_convolution;

static inline size_t cck_packed_weight(size_t outputs, size_t taps, size_t output, size_t tap) {
  size_t block = output / CCK_ROW_BLOCK * CCK_ROW_BLOCK;
  size_t rows = outputs - block < CCK_ROW_BLOCK ? outputs - block : CCK_ROW_BLOCK;
  return block * taps + tap * rows + (output - block);
}

// A mirrored ring: capacity R, every frame written at p and at p + R, so that any run is contiguous with its history.
typedef struct cck_ring {
  ptrdiff_t capacity, history;
  ptrdiff_t position;  // p: where the present sub-block is written
  ptrdiff_t read;      // where it is read, with its history before it
  ptrdiff_t mirror;    // floats to the second copy, or 0 when the sub-block straddles p = R
} cck_ring;

// Rows that move with a ring.
typedef struct cck_moving {
  float *origin;   // of the first row; NULL: there are none
  ptrdiff_t ring;  // -1: rows of one sub-block, which do not move
} cck_moving;

// The places that a convolution reads and writes after its sums.
typedef struct cck_results {
  cck_moving residual, output, total;
} cck_results;

// A convolution of a running network and its moving rows. The pointers of `kernel` and `then` are set for every
// sub-block.
typedef struct cck_layer {
  cck_convolution kernel;
  cck_source *sources;       // of the kernel
  const cck_moving *inputs;  // the places of the sources
  cck_results results;
  cck_convolution *then;     // of the kernel, or NULL
  cck_results then_results;
} cck_layer;

// Sets the place of a sub-block of this length in every ring.
void cck_begin_rings(cck_ring *rings, size_t count, size_t frames);
// Moves every ring on.
void cck_advance_rings(cck_ring *rings, size_t count, size_t frames);
// Copies the frames at the ring's position to their second copy, in rows `stride` floats apart.
void cck_mirror_rows(const cck_ring *ring, float *origin, ptrdiff_t stride, size_t rows, size_t frames);

// The definition of cck_kernels.convolve in plain scalar C, for tests: the same bits by fmaf.
void cck_convolve_plain(const cck_convolution *c);

// MARK: - Grids

// The taps of outputs whose windows hold the same kernel positions, in the order of the sum.
typedef struct cck_tap_list {
  const ptrdiff_t *offsets;  // floats from an output's place in the input to what tap i reads
  const ptrdiff_t *weights;  // floats from a block's first weight to those of tap i
  const size_t *ends;        // of every segment: the taps up to its end
} cck_tap_list;

// The kernel of one channel as lines, for rows of outputs that share the lines of the input: output row r reads input
// line row_stride * r + q with kernel line q. Kernel position: (outer * lines + q) * inner + i.
typedef struct cck_slide {
  size_t outer, lines, inner;
  const ptrdiff_t *outer_offsets, *inner_offsets;
  const ptrdiff_t *line_offsets;  // of lines + row_stride * (rows_at_once - 1) lines
  size_t row_stride;     // 1 or 2; any number if rows_at_once is 1
  // 1: rows share no lines. At most 1 + (lines - 1) / row_stride and CCK_SLIDE_ROWS, with stride 2 CCK_SLIDE_ROWS_BY_2.
  size_t rows_at_once;
  int is_phases;         // the rows are the four phases of one run: output 4*t + r is place t of row r
  size_t phases_length;  // outputs of all phases
} cck_slide;

#define CCK_SLIDE_ROWS 6
#define CCK_SLIDE_ROWS_BY_2 3

typedef enum cck_orientation { CCK_ALONG = 0, CCK_ACROSS, CCK_SLIDING } cck_orientation;

// Neighbouring outputs that share a list of taps.
typedef struct cck_run {
  int orientation;  // cck_orientation: vectors along the run, across the output channels, or sliding over lines
  const cck_tap_list *taps;
  const cck_slide *slide;    // sliding: instead of `taps`
  ptrdiff_t x, y;            // the place of the first output in input and output
  size_t length;             // places; across: at most CCK_ACROSS_PLACES; sliding: of each row
  ptrdiff_t x_step, y_step;  // between neighbours in input and output; along the run x_step is 1
  // Along: of every `pitch` places the first `row` are outputs (if all are, both are `length`). Sliding: `row` rows.
  size_t row, pitch;
  ptrdiff_t x_pitch, y_pitch;  // between rows in input (sliding) and output
} cck_run;

// A convolution of any rank as runs of outputs:
// y[o][y0 + t*y_step] = activation(bias[o] + sum over taps of weight[tap][o] * x[x0 + offset[tap] + t*x_step]).
//
// Order of sums: bias, then taps in the order of their list, one fused multiply-add each. The list is cut into
// segments, so that what one segment reads stays in the caches. With `is_separate` every segment is a separate chain,
// summed from zero and then added; otherwise segments do not change the bits. The orientation never does.
//
// Weights are packed in blocks of CCK_ROW_BLOCK outputs, block_pitch floats apart.
typedef struct cck_grid {
  size_t outputs;
  const float *x;
  float *y;
  ptrdiff_t y_stride;        // between output channels
  const float *weights;
  ptrdiff_t block_pitch;
  const float *bias;         // one per output, up to the end of the last block
  int activation;            // cck_activation
  const float *parameters;   // one per output, for CCK_LEAKY_RELU; otherwise not read
  const cck_run *runs;
  size_t run_count;
  size_t segments;
  int is_separate;
  float *scratch;            // cck_grid_scratch floats, 64-byte aligned
} cck_grid;

// The largest number of places of a run across the channels.
#define CCK_ACROSS_PLACES 256

static inline size_t cck_grid_scratch(size_t outputs, size_t segments) {
  size_t along = segments > 1 ? (outputs + CCK_ROW_BLOCK) * 6 * 16 : 0, across = CCK_ACROSS_PLACES * 4 * CCK_ROW_BLOCK;
  return along > across ? along : across;
}

// How a channel is copied into a padded grid: y[target + i] = x[source + i * stride] for every row and each of the
// `stride` phases of the last axis, where source and target are the sums of those of row and phase. Reads up to
// stride - 1 floats after the last one of a row.
typedef struct cck_row {
  ptrdiff_t source, target;
} cck_row;
typedef struct cck_phase {
  ptrdiff_t source, target;
  size_t floats;
} cck_phase;
typedef struct cck_copy {
  const cck_row *rows;
  size_t row_count;
  const cck_phase *phases;
  size_t stride;
} cck_copy;

// MARK: - Long kernels

// A long direct sum of one channel: y[t] = sum over i < taps of w[i] * x[t + i], where w[0] is the oldest tap; y[t]
// plus this sum if `adds` is set. longtaps_body.h has the order of sums.
typedef struct cck_long_taps {
  const float *weights;  // packed: tap i is at cck_packed_long_tap(taps, i)
  size_t taps;
  const float *x;        // what the oldest tap of output frame 0 reads
  float *y;
  size_t frames;
  int adds;
} cck_long_taps;

static inline size_t cck_packed_long_tap(size_t taps, size_t i) {
  return i >= taps / 64 * 64 ? i : i / 64 * 64 + i % 16 * 4 + i % 64 / 16;
}

// The definition of cck_kernels.convolve_long in plain scalar C, for tests.
void cck_convolve_long_plain(const cck_long_taps *p);

#endif
