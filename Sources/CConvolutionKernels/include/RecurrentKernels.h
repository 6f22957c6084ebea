// Recurrent layers (recurrent/lstm_body.h).
#ifndef CCONVOLUTIONKERNELS_RECURRENTKERNELS_H
#define CCONVOLUTIONKERNELS_RECURRENTKERNELS_H

#include <stddef.h>

#define CCK_UNIT_BLOCK 16

// One layer of long short-term memory: for every frame, with the frame's inputs x and the state h, c,
//   z = bias + weights * [x, h], rows of the gates i, f, o and of the candidate g
//   c = sigmoid(f) * c + sigmoid(i) * tanh(g),  h = sigmoid(o) * tanh(c),  y = h
//
// Order of sums, the same at every level: start at the bias, the inputs, then the hidden state, one fused multiply-add
// each; c is one fused multiply-add of f and c on the rounded product of i and g.
//
// Rows are padded with zeros to `units`, a multiple of CCK_UNIT_BLOCK; the padding stays zero.
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

// The definition of cck_kernels.lstm in plain C, for tests.
void cck_lstm_plain(const cck_lstm *p);

#endif
