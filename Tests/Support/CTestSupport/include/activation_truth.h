#ifndef CTS_ACTIVATION_TRUTH_H
#define CTS_ACTIVATION_TRUTH_H

// The pointwise functions in double precision, by the kinds of CConvolutionKernels.h (`parameter`: the slope of
// CCK_LEAKY_RELU). Good to about 1e-15 of the value: no form cancels. NaN gives NaN; infinities give their limits.
double cts_activation_truth(int kind, double x, double parameter);

#endif
