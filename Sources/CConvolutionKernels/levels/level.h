// One instruction set's version of every loop. A level_*.c file opens its target attribute, defines
//   CCK_WIDTH      floats a vector
//   CCK_REGISTERS  vector registers
//   CCK_NAME(x)    x with the level's suffix
//   CCK_LABEL      the name of the level for people
// and includes this file.

#include "tiles.h"

// Products and sums are fused only where the source says so; the compiler's own contraction would differ between
// instruction sets.
#pragma STDC FP_CONTRACT OFF

typedef float vf __attribute__((ext_vector_type(CCK_WIDTH)));
typedef int32_t vi __attribute__((ext_vector_type(CCK_WIDTH)));

#include "vectors_body.h"
#include "../pointwise/activations_body.h"
#include "../pointwise/activate_body.h"
#include "../taps/taps_body.h"
#include "../taps/copy_body.h"
#include "../taps/slide_body.h"
#include "../taps/grid_body.h"
#include "../pointwise/elementwise_body.h"
#include "../partitions/right_angle_body.h"
#include "../taps/longtaps_body.h"
#include "../recurrent/lstm_body.h"
#include "../series/series_body.h"
#include "../frames/frame_spectra_body.h"

extern const cck_kernels CCK_NAME(kernels);
const cck_kernels CCK_NAME(kernels) = {
    .name = CCK_LABEL,
    .vector_floats = CCK_WIDTH,
    .convolve = CCK_NAME(convolve),
    .convolve_grid = CCK_NAME(convolve_grid),
    .copy_rows = CCK_NAME(copy_rows),
    .activate = CCK_NAME(activate),
    .gate = CCK_NAME(gate),
    .add = CCK_NAME(add),
    .multiply = CCK_NAME(multiply),
    .affine = CCK_NAME(affine),
    .leaky_clamp = CCK_NAME(leaky_clamp),
    .lstm = CCK_NAME(lstm),
    .convolve_long = CCK_NAME(convolve_long),
    .split = CCK_NAME(split),
    .join = CCK_NAME(join),
    .multiply_add_spectra = CCK_NAME(multiply_add_spectra),
    .scatter_chunks = CCK_NAME(scatter_chunks),
    .sum_rows = CCK_NAME(sum_rows),
};
double CCK_NAME(peak)(size_t rounds, float *sink);
double CCK_NAME(peak)(size_t rounds, float *sink) { return CCK_NAME(fma_peak)(rounds, sink); }
