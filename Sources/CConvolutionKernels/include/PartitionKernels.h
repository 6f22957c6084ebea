// The loops around the transforms of long convolutions: columns of a block (partitions/right_angle_body.h) and products
// of spectra.
#ifndef CCONVOLUTIONKERNELS_PARTITIONKERNELS_H
#define CCONVOLUTIONKERNELS_PARTITIONKERNELS_H

#include <stddef.h>

// A block of 2N real samples as row_count rows of `columns` complex numbers, interleaved, before or after short
// transforms; right_angle_body.h says how.
typedef struct cck_columns {
  size_t row_count;       // 1, 2, 4, 8, 16 or 32; N = row_count * columns
  size_t columns;         // a multiple of 16
  const float *twiddles;  // for every 16 columns and every row 16 real and 16 imaginary parts
  float *rows;            // row after row
  const float *first;     // split: samples 0 ..< N
  const float *second;    // split: samples N ..< 2N
  float *first_out;       // join: samples 0 ..< N, or NULL when they are not needed
  float *second_out;      // join: samples N ..< 2N
} cck_columns;

// Floats of a chunk of a spectrum: the unit in which the spectra of several partitions are interleaved.
#define CCK_SPECTRUM_CHUNK 64
// Products that are summed before they are added to the total.
#define CCK_SPECTRUM_GROUP 16

// The products of the spectra of one input with those of one response: chunk after chunk, all partitions of a chunk.
typedef struct cck_spectral_term {
  const float *x;      // a ring of x_slots spectra, where the newest has the lowest number, around the ring
  size_t x_slots;
  size_t x_first;      // the slot that meets the first partition
  const float *h;
  size_t partitions;   // at most x_slots
} cck_spectral_term;

// The definition of cck_kernels.multiply_add_spectra in plain scalar C, for tests.
void cck_multiply_add_spectra_plain(const cck_spectral_term *terms, size_t term_count, size_t first_chunk,
                                    size_t end_chunk, float *y);

#endif
