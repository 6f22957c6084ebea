// The pointwise functions of every level behind two plain C functions, for tests and tools.
#pragma STDC FP_CONTRACT OFF
#include "CConvolutionKernels.h"

#define CCK_WIDTH 4
#define CCK_NAME(x) cck_##x##_baseline
typedef float cck_vf4 __attribute__((ext_vector_type(4)));
typedef int32_t cck_vi4 __attribute__((ext_vector_type(4)));
#define vf cck_vf4
#define vi cck_vi4
#include "activations_body.h"
#undef vf
#undef vi
#undef CCK_WIDTH
#undef CCK_NAME

#if defined(__x86_64__)
#define CCK_WIDTH 8
#define CCK_NAME(x) cck_##x##_avx2
typedef float cck_vf8 __attribute__((ext_vector_type(8)));
typedef int32_t cck_vi8 __attribute__((ext_vector_type(8)));
#define vf cck_vf8
#define vi cck_vi8
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "activations_body.h"
#pragma clang attribute pop
#undef vf
#undef vi
#undef CCK_WIDTH
#undef CCK_NAME

#define CCK_WIDTH 16
#define CCK_NAME(x) cck_##x##_avx512
typedef float cck_vf16 __attribute__((ext_vector_type(16)));
typedef int32_t cck_vi16 __attribute__((ext_vector_type(16)));
#define vf cck_vf16
#define vi cck_vi16
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#include "activations_body.h"
#pragma clang attribute pop
#undef vf
#undef vi
#undef CCK_WIDTH
#undef CCK_NAME
#endif

int cck_level_available(int level) {
  if (level == CCK_LEVEL_BASELINE) return 1;
#if defined(__x86_64__)
  if (level == CCK_LEVEL_AVX2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (level == CCK_LEVEL_AVX512)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#endif
  return 0;
}

void cck_activate(int level, int kind, float parameter, const float *x, float *y, size_t n) {
#if defined(__x86_64__)
  if (level == CCK_LEVEL_AVX512) {
    cck_activate_row_avx512(kind, parameter, x, y, n);
    return;
  }
  if (level == CCK_LEVEL_AVX2) {
    cck_activate_row_avx2(kind, parameter, x, y, n);
    return;
  }
#endif
  cck_activate_row_baseline(kind, parameter, x, y, n);
}
