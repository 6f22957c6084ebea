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

// Floats that must be readable behind the last frame of every row that a kernel reads: whole vectors are loaded
// even where fewer lanes are stored. What they hold is never used.
#define CCK_READ_SLACK 16

// Pointwise functions. Accuracy against double precision: 4 ulp over all floats (results below 2^-126 may be
// zero); silu, gelu and gelu_tanh 4 ulp or 2^-30 absolute. NaN gives NaN; infinities give their limits.
typedef enum cck_activation {
  CCK_IDENTITY = 0,
  CCK_TANH,
  CCK_SIGMOID,       // 1 / (1 + exp(-x))
  CCK_RELU,          // max(x, 0)
  CCK_LEAKY_RELU,    // x > 0 ? x : a*x     (also PReLU, with one slope a row)
  CCK_SILU,          // x * sigmoid(x)
  CCK_GELU,          // x/2 * (1 + erf(x / sqrt 2))
  CCK_GELU_TANH,     // x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))
  CCK_SOFTSIGN,      // x / (1 + |x|)
  CCK_HARD_TANH,     // clamp(x, -1, 1)
  CCK_HARD_SIGMOID,  // clamp(x/6 + 1/2, 0, 1)
  CCK_HARD_SWISH,    // x * clamp(x + 3, 0, 6) / 6
  CCK_ACTIVATION_COUNT
} cck_activation;

// The instruction sets the kernels are compiled for.
enum { CCK_LEVEL_BASELINE = 0, CCK_LEVEL_AVX2 = 1, CCK_LEVEL_AVX512 = 2, CCK_LEVEL_COUNT = 3 };

// 1 if this processor can run the level.
int cck_level_available(int level);

// y[i] = activation(x[i]) for one row, at a level that is available. Rows need no alignment; y may be x; x must be
// readable for CCK_READ_SLACK floats behind its last.
void cck_activate(int level, int kind, float parameter, const float *x, float *y, size_t n);

#endif
