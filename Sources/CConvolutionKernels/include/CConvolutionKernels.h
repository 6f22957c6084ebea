// The few loops that must be near the hardware limit.
//
// Each is written once with vector extensions (the *_body.h files), compiled for several instruction sets
// (level_*.c), and reached through a table of function pointers that is chosen when the process starts
// (dispatch.c). The environment variable CONVAUDIO_KERNELS=baseline|avx2|avx512 forces a level that the
// processor has. Every level gives the same bits: each output is one chain of fused multiply-adds in a fixed
// order, whatever the width of the vectors.
#ifndef CCONVOLUTIONKERNELS_H
#define CCONVOLUTIONKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "Activations.h"
#include "FrameKernels.h"
#include "SeriesKernels.h"

// Floats that must be readable behind the last frame of every row that a kernel reads: whole vectors are loaded
// even where fewer lanes are stored. What they hold is never used.
#define CCK_READ_SLACK 16

// One input of a convolution: a list of taps over a padded buffer. Tap i multiplies base[offsets[i] + t].
typedef struct cck_source {
  const float *base;         // where output frame 0 stands in input channel 0
  const ptrdiff_t *offsets;  // one a tap, floats from base; constant for the life of a plan
  size_t taps;
  int separate;              // not 0: a chain of its own, summed from zero and then added to the total
} cck_source;

// y[o][t] = activation(bias[o] + sum over taps of weight[tap][o] * x[offset[tap] + t]) + residual[o][t],
// and, where `total` is given, total[o][t] = previous[o][t] + y[o][t].
//
// Order of sums, the same at every level: start at the bias, taps in the order of the list, one fused multiply-add
// a tap; then the activation, the residual, the running total.
//
// Weights are packed in row blocks of CCK_ROW_BLOCK outputs, the last block with what is left: block b holds, for
// each tap, the weights of its rows side by side. cck_packed_weight gives the place of one weight.
typedef struct cck_convolution {
  size_t outputs;
  size_t frames;
  const cck_source *sources;
  size_t source_count;
  const float *weights;
  const float *bias;              // one an output
  int activation;                 // cck_activation
  const float *parameters;        // one an output, for CCK_LEAKY_RELU; otherwise not read
  const float *residual;          // or NULL; rows residual_stride apart
  ptrdiff_t residual_stride;
  float *y;                       // rows y_stride apart
  ptrdiff_t y_stride;
  ptrdiff_t mirror;               // not 0: y is written a second time so many floats further on
  const float *previous;          // or NULL; may be `total`
  float *total;
  ptrdiff_t total_stride;         // of previous and total alike
  // Or NULL: a convolution of kernel size 1 of this one's y, computed piece by piece while that is in the first-level
  // cache. Its one source has the offsets i * CCK_TILE_PITCH; its base, and the frames, are not read. With `then` y may
  // be NULL, and there are at most CCK_MOST_THEN outputs.
  const struct cck_convolution *then;
} cck_convolution;

#define CCK_ROW_BLOCK 16
#define CCK_TILE_PITCH 96
#define CCK_MOST_THEN 64

static inline size_t cck_packed_weight(size_t outputs, size_t taps, size_t output, size_t tap) {
  size_t block = output / CCK_ROW_BLOCK * CCK_ROW_BLOCK;
  size_t rows = outputs - block < CCK_ROW_BLOCK ? outputs - block : CCK_ROW_BLOCK;
  return block * taps + tap * rows + (output - block);
}

// A mirrored ring: capacity R, every frame written at p and at p + R, so that any run with its history lies contiguous.
typedef struct cck_ring {
  ptrdiff_t capacity, history;
  ptrdiff_t position;  // p: where the present sub-block is written
  ptrdiff_t read;      // where it is read, with its history in front
  ptrdiff_t mirror;    // floats to the second copy, or 0 when the sub-block straddles p = R
} cck_ring;

// Rows that move with a ring.
typedef struct cck_moving {
  float *origin;   // of the first row; NULL: there are none
  ptrdiff_t ring;  // -1: rows of one sub-block, which do not move
} cck_moving;

// Where the results of a convolution meet memory.
typedef struct cck_results {
  cck_moving residual, output, total;
} cck_results;

// A convolution of a running network and what of it moves. The pointers of `kernel` and `then` are set for every
// sub-block.
typedef struct cck_layer {
  cck_convolution kernel;
  cck_source *sources;       // of the kernel
  const cck_moving *inputs;  // where they stand
  cck_results results;
  cck_convolution *then;     // of the kernel, or NULL
  cck_results then_results;
} cck_layer;

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
  size_t row_stride;     // 1 or 2, or anything where rows_at_once is 1
  // 1 where rows share no lines; at most 1 + (lines - 1) / row_stride and CCK_SLIDE_ROWS, with stride 2 CCK_SLIDE_ROWS_BY_2
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
  ptrdiff_t x, y;            // where the first output stands in input and output
  size_t length;             // places; across: at most CCK_ACROSS_PLACES; sliding: of each row
  ptrdiff_t x_step, y_step;  // between neighbours in input and output; along the run x_step is 1
  // Along: of every `pitch` places the first `row` are outputs; all of them: both are `length`. Sliding: `row` rows.
  size_t row, pitch;
  ptrdiff_t x_pitch, y_pitch;  // between rows in input (sliding) and output
} cck_run;

// A convolution of any rank as runs of outputs:
// y[o][y0 + t*y_step] = activation(bias[o] + sum over taps of weight[tap][o] * x[x0 + offset[tap] + t*x_step]).
//
// Order of sums: bias, then taps in the order of their list, one fused multiply-add each. The list is cut into
// segments, so that what one of them reads stays in the caches; with `is_separate` every segment is a chain of its own,
// summed from zero and then added. Neither the orientation nor the other segments change the bits.
//
// Weights are packed in blocks of CCK_ROW_BLOCK outputs, block_pitch floats apart.
typedef struct cck_grid {
  size_t outputs;
  const float *x;
  float *y;
  ptrdiff_t y_stride;        // between output channels
  const float *weights;
  ptrdiff_t block_pitch;
  const float *bias;         // one an output, and on to the end of the last block
  int activation;            // cck_activation
  const float *parameters;   // one an output, for CCK_LEAKY_RELU; otherwise not read
  const cck_run *runs;
  size_t run_count;
  size_t segments;
  int is_separate;
  float *scratch;            // cck_grid_scratch floats, 64-byte aligned
} cck_grid;

// How a channel is copied into a padded grid: y[target + i] = x[source + i * stride] for every row and each of the
// `stride` phases of the last axis, where source and target are those of row and phase together. Reads up to stride - 1
// floats behind the last one of a row.
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

// Most outputs of a run across the channels.
#define CCK_ACROSS_PLACES 256

static inline size_t cck_grid_scratch(size_t outputs, size_t segments) {
  size_t along = segments > 1 ? (outputs + CCK_ROW_BLOCK) * 6 * 16 : 0, across = CCK_ACROSS_PLACES * 4 * CCK_ROW_BLOCK;
  return along > across ? along : across;
}

// A long direct sum of one channel: y[t] = sum over i < taps of w[i] * x[t + i], w[0] being the oldest tap, or y[t] plus
// that when `adds` is set. longtaps_body.h has the order of sums.
typedef struct cck_long_taps {
  const float *weights;  // packed: tap i stands at cck_packed_long_tap(taps, i)
  size_t taps;
  const float *x;        // where the oldest tap of output frame 0 reads
  float *y;
  size_t frames;
  int adds;
} cck_long_taps;

static inline size_t cck_packed_long_tap(size_t taps, size_t i) {
  return i >= taps / 64 * 64 ? i : i / 64 * 64 + i % 16 * 4 + i % 64 / 16;
}

// A block of 2N real samples as row_count rows of `columns` complex numbers, interleaved, on its way to or from short
// transforms; right_angle_body.h says how.
typedef struct cck_columns {
  size_t row_count;       // 1, 2, 4, 8, 16 or 32; N = row_count * columns
  size_t columns;         // a multiple of 16
  const float *twiddles;  // for every 16 columns and every row 16 real and 16 imaginary parts
  float *rows;            // row after row
  const float *first;     // split: samples 0 ..< N
  const float *second;    // split: samples N ..< 2N
  float *first_out;       // join: samples 0 ..< N, or NULL when they are not wanted
  float *second_out;      // join: samples N ..< 2N
} cck_columns;

// Floats of a chunk of a spectrum: the unit in which spectra of several partitions lie beside each other.
#define CCK_SPECTRUM_CHUNK 64
// Products that are summed before they are added to the total.
#define CCK_SPECTRUM_GROUP 16

// The products of the spectra of one input with those of one response: chunk after chunk, all partitions of it.
typedef struct cck_spectral_term {
  const float *x;      // a ring of x_slots spectra, the newest of which has the lowest number, around the ring
  size_t x_slots;
  size_t x_first;      // the slot that meets the first partition
  const float *h;
  size_t partitions;   // at most x_slots
} cck_spectral_term;

// One layer of long short-term memory: for every frame, with the frame's inputs x and the state h, c,
//   z = bias + weights * [x, h], rows of the gates i, f, o and of the candidate g
//   c = sigmoid(f) * c + sigmoid(i) * tanh(g),  h = sigmoid(o) * tanh(c),  y = h
//
// Order of sums, the same at every level: start at the bias, the inputs, then the hidden state, one fused multiply-add
// each; c is one fused multiply-add of f and c on the rounded product of i and g.
//
// Rows are padded with zeros to `units`, a multiple of CCK_UNIT_BLOCK; what the padding holds stays zero.
typedef struct cck_lstm {
  size_t inputs;
  size_t outputs;            // hidden units
  size_t units;              // the same, padded
  const float *weights;      // inputs + outputs columns, each of 4 * units rows in the order i, f, o, g
  const float *bias;         // 4 * units
  float *hidden, *cell;      // the state, units each, 64-byte aligned
  float *next;               // scratch, units, 64-byte aligned
  const float *x;            // rows x_stride apart
  ptrdiff_t x_stride;
  float *y;                  // rows y_stride apart
  ptrdiff_t y_stride;
  size_t frames;
} cck_lstm;

#define CCK_UNIT_BLOCK 16

// Instruction sets, in rising order. On arm64 the baseline is NEON, which has fused multiply-add.
typedef enum cck_level { CCK_LEVEL_BASELINE = 0, CCK_LEVEL_AVX2 = 1, CCK_LEVEL_AVX512 = 2, CCK_LEVEL_COUNT } cck_level;

// The loops of one level. Rows that are read must be readable for CCK_READ_SLACK floats behind their last
// frame; exactly `frames` floats of a row are written. In-place use (y == x) is allowed for the pointwise ones.
typedef struct cck_kernels {
  const char *name;
  size_t vector_floats;
  void (*convolve)(const cck_convolution *c);
  void (*convolve_grid)(const cck_grid *g);
  void (*copy_rows)(const cck_copy *c, size_t channels, const float *x, ptrdiff_t x_pitch, float *y, ptrdiff_t y_pitch);
  void (*activate)(int activation, float parameter, const float *x, float *y, size_t frames);
  // y = first(a) * second(b)
  void (*gate)(int first, float first_parameter, int second, float second_parameter,
               const float *a, const float *b, float *y, size_t frames);
  void (*add)(const float *a, const float *b, float *y, size_t frames);
  void (*multiply)(const float *a, const float *b, float *y, size_t frames);
  // y = x * scale + shift, fused
  void (*affine)(float scale, float shift, const float *x, float *y, size_t frames);
  // y = x from minimum to maximum, and straight on with the two slopes outside; a slope of 0 holds infinity, too
  void (*leaky_clamp)(float minimum, float maximum, float slope_below, float slope_above, const float *x, float *y,
                      size_t frames);
  void (*lstm)(const cck_lstm *p);
  void (*convolve_long)(const cck_long_taps *p);
  // Columns begin ..< end, multiples of 16: samples to rows, and rows to samples.
  void (*split)(const cck_columns *p, size_t begin, size_t end);
  void (*join)(const cck_columns *p, size_t begin, size_t end);
  // Chunks first_chunk ..< end_chunk of y, a spectrum of its own: the sum of all terms.
  void (*multiply_add_spectra)(const cck_spectral_term *terms, size_t term_count, size_t first_chunk,
                               size_t end_chunk, float *y);
  // Neighbouring chunks to places `stride` floats apart.
  void (*scatter_chunks)(const float *row, size_t chunks, float *to, size_t stride);
  // y[t] = y[t] or 0, plus rows[0][t], plus rows[1][t] and so on; reads and writes exactly `frames` floats of each.
  void (*sum_rows)(const float *const *rows, size_t count, int adds, float *y, size_t frames);
} cck_kernels;

int cck_level_available(int level);
// The kernels of a level that is available; NULL otherwise.
const cck_kernels *cck_kernels_of(int level);
// The level chosen when the process started: the highest available one, or what CONVAUDIO_KERNELS asks for.
int cck_selected_level(void);
// 0 when CONVAUDIO_KERNELS asks for a level that there is not; the highest available one is used then.
int cck_request_was_met(void);

// Says where a sub-block of so many frames stands in every ring.
void cck_begin_rings(cck_ring *rings, size_t count, size_t frames);
// Moves every ring on.
void cck_advance_rings(cck_ring *rings, size_t count, size_t frames);
// Copies what stands at the ring's position to where its second copy belongs, in rows `stride` floats apart.
void cck_mirror_rows(const cck_ring *ring, float *origin, ptrdiff_t stride, size_t rows, size_t frames);
// Runs layers one after the other. rings[-1] stands for rows that do not move: all zeros.
void cck_run_layers(
    const cck_kernels *kernels, cck_layer *layers, size_t count, const cck_ring *rings, size_t frames);

// The definition of cck_kernels.convolve in plain scalar C, for tests: the same bits by fmaf.
void cck_convolve_plain(const cck_convolution *c);
// The same of lstm, convolve_long and multiply_add_spectra.
void cck_lstm_plain(const cck_lstm *p);
void cck_convolve_long_plain(const cck_long_taps *p);
void cck_multiply_add_spectra_plain(const cck_spectral_term *terms, size_t term_count, size_t first_chunk,
                                    size_t end_chunk, float *y);

// Sets the processor's flush-to-zero and denormals-are-zero bits and returns the state before, which
// cck_restore_denormals takes back.
uint64_t cck_flush_denormals(void);
void cck_restore_denormals(uint64_t state);

// Multiply-adds of independent registers, `rounds` times one of each: the machine's limit for benchmarks.
// Returns the floating-point operations done (two a multiply-add and lane).
double cck_fma_peak(int level, size_t rounds, float *sink);

#endif
