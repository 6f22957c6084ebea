// The pointwise functions, listed once. From this list come the enum, the switches of the kernels, the names, and
// `Activation.all` in Swift; tests compare the reference, the file formats, the schema and the pages with it.
//
// To add one: a line here, its formula in pointwise/activations_body.h and in ReferenceActivation.swift, and its name
// for presets in ActivationDescription.swift. The tests then name the pages that do not mention it yet.
//
// Accuracy against double precision: 4 ulp over all floats; silu, gelu and gelu_tanh 4 ulp or 2^-30 absolute. Results
// below 2^-126 may be zero, and where denormals are flushed, arguments below 2^-126 may count as zero. NaN gives NaN;
// infinities give their limits.
#ifndef CCONVOLUTIONKERNELS_ACTIVATIONS_H
#define CCONVOLUTIONKERNELS_ACTIVATIONS_H

// X(CODE, function, name, arguments): CCK_CODE in the enum, the vector function in activations_body.h, the name in
// Swift and in presets, and what the function takes. `a` is the slope of CCK_LEAKY_RELU (one for each row: PReLU).
#define CCK_ACTIVATIONS(X)                                                                                    \
  X(IDENTITY, identity, "identity", (x))                 /* x */                                              \
  X(TANH, tanh, "tanh", (x))                             /* tanh x */                                         \
  X(SIGMOID, sigmoid, "sigmoid", (x))                    /* 1 / (1 + exp(-x)) */                              \
  X(RELU, relu, "relu", (x))                             /* max(x, 0) */                                      \
  X(LEAKY_RELU, leaky_relu, "leakyReLU", (x, a))         /* x > 0 ? x : a*x */                                \
  X(SILU, silu, "silu", (x))                             /* x * sigmoid(x) */                                 \
  X(GELU, gelu, "gelu", (x))                             /* x/2 * (1 + erf(x / sqrt 2)) */                    \
  X(GELU_TANH, gelu_tanh, "geluTanh", (x))               /* x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))) */ \
  X(SOFTSIGN, softsign, "softsign", (x))                 /* x / (1 + |x|) */                                  \
  X(HARD_TANH, hard_tanh, "hardTanh", (x))               /* clamp(x, -1, 1) */                                \
  X(HARD_SIGMOID, hard_sigmoid, "hardSigmoid", (x))      /* clamp(x/6 + 1/2, 0, 1) */                         \
  X(HARD_SWISH, hard_swish, "hardSwish", (x))            /* x * clamp(x + 3, 0, 6) / 6 */                     \
  X(SOFT_SIGMOID, soft_sigmoid, "softSigmoid", (x))      /* (1 + x / (1 + |x|)) / 2 */                        \
  X(FAST_TANH, fast_tanh, "fastTanh", (x))               /* a quotient of polynomials near tanh */

#define CCK_CODE(CODE, function, name, arguments) CCK_##CODE,
typedef enum cck_activation { CCK_ACTIVATIONS(CCK_CODE) CCK_ACTIVATION_COUNT } cck_activation;
#undef CCK_CODE

// The name of a function; NULL for a number that no function has.
static inline const char *cck_activation_name(int activation) {
#define CCK_NAME_OF(CODE, function, name, arguments) name,
  static const char *const names[CCK_ACTIVATION_COUNT] = {CCK_ACTIVATIONS(CCK_NAME_OF)};
#undef CCK_NAME_OF
  return activation >= 0 && activation < CCK_ACTIVATION_COUNT ? names[activation] : 0;
}

#endif
