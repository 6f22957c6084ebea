#include "activation_truth.h"

#include <math.h>

// The order of cck_activation in CConvolutionKernels.h, written again so that this target needs no other.
enum {
  IDENTITY, TANH, SIGMOID, RELU, LEAKY_RELU, SILU, GELU, GELU_TANH, SOFTSIGN, HARD_TANH, HARD_SIGMOID, HARD_SWISH,
  SOFT_SIGMOID, FAST_TANH
};

static double logistic(double x) {
  // One branch would do: exp(-x) overflows to infinity for very negative x, and the quotient is the limit, 0.
  return 1 / (1 + exp(-x));
}

// x f(x) where f goes to 0 faster than x to minus infinity.
static double times(double x, double factor) { return x == -INFINITY ? -0.0 : x * factor; }

static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

static double fast_tanh(double x) {
  if (isinf(x)) return copysign(0.821226666969744 / 0.814642734961073, x);
  double a = fabs(x), x2 = x * x;
  return x * ((2.45550750702956 + 2.45550750702956 * a + (0.893229853513558 + 0.821226666969744 * a) * x2) /
              (2.44506634652299 + (2.44506634652299 + x2) * fabs(x + 0.814642734961073 * x * a)));
}

double cts_activation_truth(int kind, double x, double parameter) {
  switch (kind) {
    case TANH: return tanh(x);
    case SIGMOID: return logistic(x);
    case RELU: return x < 0 ? 0 : x;
    case LEAKY_RELU: return x > 0 ? x : parameter * x;
    case SILU: return times(x, logistic(x));
    // 1 + erf(z) = erfc(-z), which does not cancel for z < 0.
    case GELU: return times(x, 0.5 * erfc(-x * 0.70710678118654752440));
    // (1 + tanh(u)) / 2 = 1 / (1 + exp(-2u)).
    case GELU_TANH: return times(x, logistic(2 * 0.79788456080286535588 * (x + 0.044715 * x * x * x)));
    case SOFTSIGN: return isinf(x) ? copysign(1, x) : x / (1 + fabs(x));
    case HARD_TANH: return clamp(x, -1, 1);
    // (x + 3) / 6 rather than x / 6 + 1/2, which cancels near -3.
    case HARD_SIGMOID: return clamp(x + 3, 0, 6) / 6;
    case HARD_SWISH: return times(x, clamp(x + 3, 0, 6) / 6);
    case SOFT_SIGMOID: return isinf(x) ? x > 0 : x < 0 ? 0.5 / (1 - x) : (0.5 + x) / (1 + x);
    case FAST_TANH: return fast_tanh(x);
    default: return x;
  }
}
