#if defined(__x86_64__)
#include "CConvolutionKernels.h"
#include "tiles.h"

#define CCK_WIDTH 16
#define CCK_NAME(x) cck_##x##_avx512
#define CCK_LABEL "AVX-512"
#define CCK_TILES CCK_TILES_OF_32
#define CCK_MOST_ROWS 8
#define CCK_WIDEST 3
#define CCK_MOST_ROWS_OF_ONE 16
#define CCK_FEW_ROWS 4
#define CCK_WIDEST_FEW 6
#define CCK_MAXIMUM_VECTORS 6
#define CCK_TOGETHER 4
#define CCK_PEAK_VECTORS 24

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma"))), apply_to = function)
#include "level.h"
#pragma clang attribute pop
#else
typedef int cck_avx512_is_not_for_this_processor;
#endif
