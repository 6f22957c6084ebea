#if defined(__x86_64__)
#include "CConvolutionKernels.h"
#include "tiles.h"

#define CCK_WIDTH 8
#define CCK_NAME(x) cck_##x##_avx2
#define CCK_LABEL "AVX2"
#define CCK_TILES CCK_TILES_OF_16
#define CCK_MOST_ROWS 4
#define CCK_WIDEST 3
#define CCK_MOST_ROWS_OF_ONE 8
#define CCK_FEW_ROWS 2
#define CCK_WIDEST_FEW 5
#define CCK_MAXIMUM_VECTORS 5
#define CCK_TOGETHER 2
#define CCK_PEAK_VECTORS 12

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "level.h"
#pragma clang attribute pop
#else
typedef int cck_avx2_is_not_for_this_processor;
#endif
