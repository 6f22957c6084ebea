// The loops around Fourier transforms of frames: spectra of real samples, powers, sums over bands, logarithms.
//
// Every level gives the same bits, and so do the plain twins. Complex numbers are interleaved. Whole vectors are read:
// every input must be readable for CCK_SPECTRAL_SLACK floats after its end, whose values do not matter. Nothing is
// written after the end of an output.
#ifndef SPECTRALKERNELS_H
#define SPECTRALKERNELS_H

#include <stddef.h>

#define CCK_SPECTRAL_SLACK 64
// Chains of a dot product: term i goes to chain i % 16; then chain c and c + 8, c + 4, c + 2, 0 and 1 are added.
#define CCK_DOT_CHAINS 16

// A weighted sum over neighbouring values: sum of weights[i] * x[first + i].
typedef struct cck_band {
  ptrdiff_t first;
  size_t count;          // a multiple of CCK_DOT_CHAINS; the weights are filled up with zeros
  const float *weights;
} cck_band;

typedef struct cck_spectral_kernels {
  // The spectrum of 2M real samples from z, the complex transform of M pairs of neighbours: bins 0 ... M to x.
  // twiddles[2k], [2k + 1]: real and imaginary part of -i exp(-pi i k / M) / 2, for 0 <= k < M. CCK_SPECTRAL_SLACK
  // floats before z must be readable, too.
  void (*real_spectrum)(const float *z, const float *twiddles, size_t half, float *x);
  // The squared magnitudes of the same bins.
  void (*real_power)(const float *z, const float *twiddles, size_t half, float *y);
  // y[i] = re² + im².
  void (*powers)(const float *x, size_t count, float *y);
  // y[i] = sqrt(re² + im²).
  void (*magnitudes)(const float *x, size_t count, float *y);
  // y[i] += a[i] * b[i], fused.
  void (*multiply_add)(const float *a, const float *b, float *y, size_t count);
  // y[band], for every band, each product fused into its chain.
  void (*band_sums)(const float *x, const cck_band *bands, size_t count, float *y);
  // y[i] = fma(log2(max(x[i], floor)), scale, offset), log2 within 2e-7 of max(1, |log2|). floor is positive and
  // normal; NaN and infinity do not change.
  void (*logarithm)(const float *x, float floor, float scale, float offset, float *y, size_t count);

  // Long transforms in eight rows of M = length / 8: value number 8 m + r of a spectrum is in row r at place m. The
  // rows are contiguous. With w = exp(2 pi i / length), `turns` holds for every n below M the real parts of w^n, then
  // the imaginary parts, then those of w^2n and w^4n: six runs of M floats, and CCK_SPECTRAL_SLACK after them.
  //
  // Rows 0 ... 4 of 8M real samples, before each row is transformed separately.
  void (*split_eight)(const float *x, const float *turns, size_t row, float *rows);
  // y[m] = conj x[M - 1 - m]: rows 7, 6, 5 of a real signal's spectrum from rows 1, 2, 3. CCK_SPECTRAL_SLACK floats
  // before x must be readable, too.
  void (*conjugate_reversed)(const float *x, size_t count, float *y);
  // The magnitudes of the 8M values, after each row was transformed back separately.
  void (*join_eight)(const float *rows, const float *turns, size_t row, float *y);
} cck_spectral_kernels;

// The loops of a level that is available; NULL otherwise.
const cck_spectral_kernels *cck_spectral_kernels_of(int level);
// Their definitions in plain scalar C, for tests.
extern const cck_spectral_kernels cck_spectral_kernels_plain;

#endif
