#include "CConvolutionKernels.h"

#include <stdlib.h>
#include <string.h>

extern const cck_kernels cck_kernels_baseline;
double cck_peak_baseline(size_t, float *);
#if defined(__x86_64__)
extern const cck_kernels cck_kernels_avx2, cck_kernels_avx512;
double cck_peak_avx2(size_t, float *), cck_peak_avx512(size_t, float *);
#endif

static int selected, request_was_met = 1;

int cck_level_available(int level) {
  if (level == CCK_LEVEL_BASELINE) return 1;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (level == CCK_LEVEL_AVX2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (level == CCK_LEVEL_AVX512)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma");
#endif
  return 0;
}

const cck_kernels *cck_kernels_of(int level) {
  if (!cck_level_available(level)) return NULL;
#if defined(__x86_64__)
  if (level == CCK_LEVEL_AVX2) return &cck_kernels_avx2;
  if (level == CCK_LEVEL_AVX512) return &cck_kernels_avx512;
#endif
  return &cck_kernels_baseline;
}

__attribute__((constructor)) static void select_level(void) {
  static const char *const names[CCK_LEVEL_COUNT] = {"baseline", "avx2", "avx512"};
  const char *wanted = getenv("CONVAUDIO_KERNELS");
  for (int level = 0; level < CCK_LEVEL_COUNT; level++) {
    if (!cck_level_available(level)) continue;
    selected = level;
    if (wanted && strcmp(wanted, names[level]) == 0) return;
  }
  request_was_met = !wanted || !*wanted;
}

int cck_selected_level(void) { return selected; }
int cck_request_was_met(void) { return request_was_met; }

double cck_fma_peak(int level, size_t rounds, float *sink) {
#if defined(__x86_64__)
  if (level == CCK_LEVEL_AVX512 && cck_level_available(level)) return cck_peak_avx512(rounds, sink);
  if (level == CCK_LEVEL_AVX2 && cck_level_available(level)) return cck_peak_avx2(rounds, sink);
#endif
  (void)level;
  return cck_peak_baseline(rounds, sink);
}
