// Checks the pointwise functions over all floats, on every instruction set that the processor has, with and without
// flushing of denormals, against double precision. To build and run: see README.md in this folder.
//
//   exhaustive [stride] [kind ...]      stride 1 (default) is every one of the 2^32 floats
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "CConvolutionKernels.h"
#include "activation_truth.h"

enum { BLOCK = 4096, FLUSH_MODES = 2 };

static const char *const names[CCK_ACTIVATION_COUNT] = {
  "identity", "tanh", "sigmoid", "relu", "leaky_relu", "silu",
  "gelu", "gelu_tanh", "softsign", "hard_tanh", "hard_sigmoid", "hard_swish",
  "soft_sigmoid", "fast_tanh"};

static void set_flush(int on) {
#if defined(__x86_64__)
  _mm_setcsr(on ? _mm_getcsr() | 0x8040 : _mm_getcsr() & ~0x8040u);
#else
  (void)on;
#endif
}

typedef struct {
  double ulp, absolute;      // largest error; largest error that only the absolute bound allows
  float ulp_at, absolute_at;
  uint64_t wrong;            // outside the contract
  float wrong_at;
} score;

// One ulp of the float nearest to t, including denormal floats.
static double ulp_of(double t) {
  uint64_t bits;
  memcpy(&bits, &t, sizeof bits);
  int64_t e = (int64_t)(bits >> 52 & 2047);
  if (e < 1023 - 126) e = 1023 - 126;
  bits = (uint64_t)(e - 23) << 52;
  memcpy(&t, &bits, sizeof t);
  return t;
}

static void judge(score *s, int kind, float x, float y, double t) {
  int wrong = 0;
  if (isnan(t) || isinf(t)) {
    wrong = isnan(t) ? !isnan(y) : y != t;
  } else if (isnan(y) || isinf(y)) {
    wrong = 1;
  } else if (y == 0 && fabs(t) < 0x1p-126) {
    // Allowed. The sign of zero matters for odd functions.
    wrong = (kind == CCK_TANH || kind == CCK_SOFTSIGN || kind == CCK_HARD_TANH ||
             kind == CCK_FAST_TANH) && signbit(x) != signbit(y);
  } else {
    double error = fabs(y - t), ulps = error / ulp_of(t);
    int absolute_too = kind == CCK_SILU || kind == CCK_GELU || kind == CCK_GELU_TANH;
    if (absolute_too && error <= 0x1p-30) {
      if (ulps > 4 && error > s->absolute) s->absolute = error, s->absolute_at = x;
    } else {
      if (ulps > s->ulp) s->ulp = ulps, s->ulp_at = x;
      wrong = !(ulps <= 4);
    }
  }
  if (wrong && !s->wrong++) s->wrong_at = x;
}

static int check(int kind, uint64_t stride) {
  static float x[BLOCK + CCK_READ_SLACK], y[FLUSH_MODES][CCK_LEVEL_COUNT][BLOCK + CCK_READ_SLACK];
  const float parameter = 0.1f;
  score scores[FLUSH_MODES] = {0}, same = {0};  // if both modes agree, judge them once
  uint64_t bits_differ = 0, payloads_differ = 0, flush_differs = 0;
  int reference = CCK_LEVEL_BASELINE;
  for (uint64_t next = 0; next < 1ull << 32;) {
    int n = 0;
    for (; n < BLOCK && next < 1ull << 32; n++, next += stride) {
      uint32_t bits = (uint32_t)next;
      memcpy(x + n, &bits, 4);
    }
    for (int flush = 0; flush < FLUSH_MODES; flush++) {
      set_flush(flush);
      for (int level = 0; level < CCK_LEVEL_COUNT; level++)
        if (cck_level_available(level)) cck_kernels_of(level)->activate(kind, parameter, x, y[flush][level], (size_t)n);
      set_flush(0);
      for (int level = 0; level < CCK_LEVEL_COUNT; level++) {
        if (level == reference || !cck_level_available(level)) continue;
        const float *a = y[flush][level], *b = y[flush][reference];
        if (memcmp(a, b, (size_t)n * 4) == 0) continue;
        for (int i = 0; i < n; i++) {
          if (memcmp(a + i, b + i, 4) == 0) continue;
          if (isnan(a[i]) && isnan(b[i])) payloads_differ++;
          else bits_differ++;
        }
      }
    }
    for (int i = 0; i < n; i++) {
      double t = cts_activation_truth(kind, x[i], parameter);
      float a = y[0][reference][i], b = y[1][reference][i];
      if (memcmp(&a, &b, 4) == 0 || (isnan(a) && isnan(b))) {
        judge(&same, kind, x[i], a, t);
      } else {
        flush_differs++;
        judge(&scores[0], kind, x[i], a, t);
        judge(&scores[1], kind, x[i], b, t);
      }
    }
  }
  for (int flush = 0; flush < FLUSH_MODES; flush++) {
    score *s = &scores[flush];
    if (same.ulp >= s->ulp) s->ulp = same.ulp, s->ulp_at = same.ulp_at;
    if (same.absolute >= s->absolute) s->absolute = same.absolute, s->absolute_at = same.absolute_at;
    if (same.wrong) s->wrong += same.wrong, s->wrong_at = same.wrong_at;
    printf("| %s | %s | %llu | %.3f at %a | ", names[kind], flush ? "flushed" : "kept", (unsigned long long)stride,
           s->ulp, s->ulp_at);
    if (s->absolute > 0) printf("2^%.1f at %g | ", log2(s->absolute), s->absolute_at);
    else printf("| ");
    if (s->wrong) printf("%llu, first %a | ", (unsigned long long)s->wrong, s->wrong_at);
    else printf("0 | ");
    if (flush) printf("| | %llu |\n", (unsigned long long)flush_differs);
    else printf("%llu | %llu | |\n", (unsigned long long)bits_differ, (unsigned long long)payloads_differ);
  }
  fflush(stdout);
  return scores[0].wrong || scores[1].wrong || bits_differ;
}

int main(int count, char **arguments) {
  uint64_t stride = count > 1 ? strtoull(arguments[1], 0, 10) : 1;
  if (stride == 0) stride = 1;
  int failed = 0;
  printf("| kind | denormals | stride | max ulp | above 4 ulp but within 2^-30 | outside contract | levels differ "
         "(both modes) | NaN payloads differ | flushing changes |\n| - | - | - | - | - | - | - | - | - |\n");
  for (int kind = 0; kind < CCK_ACTIVATION_COUNT; kind++) {
    int wanted = count <= 2;
    for (int i = 2; i < count; i++) wanted |= strcmp(arguments[i], names[kind]) == 0;
    if (wanted) failed |= check(kind, stride);
  }
  return failed;
}
