// The definitions of the loops of long convolutions in plain scalar C, for tests: the same bits as every level, one
// number at a time, without vectors, tiles or unrolling.
#include "CConvolutionKernels.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

void cck_convolve_long_plain(const cck_long_taps *p) {
  for (size_t t = 0; t < p->frames; t++) {
    const float *x = p->x + t;
    float total = 0;
    for (size_t chain = 0; chain < p->taps / 64; chain++) {
      float sum = 0;
      for (size_t j = 0; j < 16; j++)
        for (size_t b = 0; b < 4; b++) {
          size_t tap = 64 * chain + 16 * b + j;
          sum = fmaf(x[tap], p->weights[cck_packed_long_tap(p->taps, tap)], sum);
        }
      total += sum;
    }
    float sum = 0;
    for (size_t tap = p->taps / 64 * 64; tap < p->taps; tap++)
      sum = fmaf(x[tap], p->weights[cck_packed_long_tap(p->taps, tap)], sum);
    if (p->taps % 64) total += sum;
    p->y[t] = p->adds ? total + p->y[t] : total;
  }
}

void cck_multiply_add_spectra_plain(
    const cck_spectral_term *terms, size_t term_count, size_t first_chunk, size_t end_chunk, float *y) {
  for (size_t chunk = first_chunk; chunk < end_chunk; chunk++)
    for (size_t i = 0; i < CCK_SPECTRUM_CHUNK; i += 2) {
      // Products of x with the real part of h and with its imaginary part.
      float with_re[2] = {0, 0}, with_im[2] = {0, 0};
      for (size_t n = 0; n < term_count; n++) {
        const cck_spectral_term *term = terms + n;
        for (size_t first = 0; first < term->partitions; first += CCK_SPECTRUM_GROUP) {
          float re[2] = {0, 0}, im[2] = {0, 0};
          for (size_t p = first; p < term->partitions && p < first + CCK_SPECTRUM_GROUP; p++) {
            size_t slot = (term->x_first + p) % term->x_slots;
            const float *x = term->x + (chunk * term->x_slots + slot) * CCK_SPECTRUM_CHUNK + i;
            const float *h = term->h + (chunk * term->partitions + p) * CCK_SPECTRUM_CHUNK + i;
            for (int c = 0; c < 2; c++) re[c] = fmaf(x[c], h[0], re[c]), im[c] = fmaf(x[c], h[1], im[c]);
          }
          for (int c = 0; c < 2; c++) with_re[c] += re[c], with_im[c] += im[c];
        }
      }
      y[chunk * CCK_SPECTRUM_CHUNK + i] = with_re[0] - with_im[1];
      y[chunk * CCK_SPECTRUM_CHUNK + i + 1] = with_re[1] + with_im[0];
    }
}
