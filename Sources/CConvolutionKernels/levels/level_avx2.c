#if defined(__x86_64__)
#define CCK_WIDTH 8
#define CCK_REGISTERS 16
#define CCK_NAME(x) cck_##x##_avx2
#define CCK_LABEL "AVX2"
#include "CConvolutionKernels.h"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "level.h"
#pragma clang attribute pop
#else
typedef int cck_avx2_is_not_for_this_processor;
#endif
