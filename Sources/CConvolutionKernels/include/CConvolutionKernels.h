// The few loops that must be near the hardware limit.
//
// Each is written once with vector extensions (the *_body.h files), compiled for several instruction sets
// (levels/level_*.c), and reached through a table of function pointers that is chosen when the process starts
// (levels/dispatch.c). The environment variable CONVAUDIO_KERNELS=baseline|avx2|avx512 forces a level that the
// processor has. Every level gives the same bits: each output is one chain of fused multiply-adds in a fixed
// order, whatever the width of the vectors.
//
// Each family of loops has a folder, and a header here:
//   taps/        TapKernels.h        convolution as sums over taps: streams, grids, long kernels
//   pointwise/   Activations.h       functions of single samples
//   recurrent/   RecurrentKernels.h  long short-term memory
//   partitions/  PartitionKernels.h  around the transforms of long convolutions
//   frames/      FrameKernels.h      around the transforms of frames
//   series/      SeriesKernels.h     features of time series
//   levels/      this file           the table of loops for each instruction set
#ifndef CCONVOLUTIONKERNELS_H
#define CCONVOLUTIONKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "Activations.h"
#include "FrameKernels.h"
#include "PartitionKernels.h"
#include "RecurrentKernels.h"
#include "SeriesKernels.h"
#include "TapKernels.h"

// Floats that must be readable after the last frame of every row that a kernel reads: whole vectors are loaded even
// where fewer lanes are stored. Their values are never used.
#define CCK_READ_SLACK 16

// Instruction sets, in rising order. On arm64 the baseline is NEON, which has fused multiply-add.
typedef enum cck_level { CCK_LEVEL_BASELINE = 0, CCK_LEVEL_AVX2 = 1, CCK_LEVEL_AVX512 = 2, CCK_LEVEL_COUNT } cck_level;

// The loops of one level. Rows that are read must be readable for CCK_READ_SLACK floats after their last frame; exactly
// `frames` floats of a row are written. The pointwise loops may run in place (y == x).
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
  // y = x from minimum to maximum, and straight lines with the two slopes outside; a slope of 0 clamps infinity, too
  void (*leaky_clamp)(float minimum, float maximum, float slope_below, float slope_above, const float *x, float *y,
                      size_t frames);
  void (*lstm)(const cck_lstm *p);
  void (*convolve_long)(const cck_long_taps *p);
  // Columns begin ..< end, multiples of 16: samples to rows, and rows to samples.
  void (*split)(const cck_columns *p, size_t begin, size_t end);
  void (*join)(const cck_columns *p, size_t begin, size_t end);
  // Chunks first_chunk ..< end_chunk of y, a separate spectrum: the sum of all terms.
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
// The level chosen when the process started: the highest available one, or the one that CONVAUDIO_KERNELS asks for.
int cck_selected_level(void);
// 0 when CONVAUDIO_KERNELS asks for a level that does not exist or is not available; the highest available one is used.
int cck_request_was_met(void);

// Runs layers in sequence. rings[-1] is for rows that do not move: all zeros.
void cck_run_layers(
    const cck_kernels *kernels, cck_layer *layers, size_t count, const cck_ring *rings, size_t frames);

// Sets the processor's flush-to-zero and denormals-are-zero bits, and returns the previous state for
// cck_restore_denormals.
uint64_t cck_flush_denormals(void);
void cck_restore_denormals(uint64_t state);

// Multiply-adds of independent registers, `rounds` times one of each: the machine's limit for benchmarks.
// Returns the number of floating-point operations (two for each multiply-add and lane).
double cck_fma_peak(int level, size_t rounds, float *sink);

#endif
