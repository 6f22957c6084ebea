#if defined(__x86_64__)
#define CCK_WIDTH 16
#define CCK_REGISTERS 32
#define CCK_NAME(x) cck_##x##_avx512
#define CCK_LABEL "AVX-512"
#include "CConvolutionKernels.h"
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma"))), apply_to = function)
#include "level.h"
#pragma clang attribute pop
#else
typedef int cck_avx512_is_not_for_this_processor;
#endif
