// Long direct sums of one channel, for one vector width.
//
// One row along the run is bound by its loads: every multiply-add needs another unaligned vector. Here taps that are 16
// apart share them: outputs t + 16a and taps 16b + j read x[t + j + 16(a + b)], so that A + 3 loads feed 4A
// multiply-adds (A vectors of 16 outputs, 4 taps). That fixes the order of sums: chains of 64 taps, oldest first;
// within a chain j = 0 … 15, for each of them b = 0 … 3; the last taps % 64 in sequence as a last chain; each chain
// starts at zero and is added to the total when it is complete.

// Chains side by side, so that eight sums hide the latency of a multiply-add.
static inline __attribute__((always_inline)) void CCK_NAME(chains_of_64)(
    const float *w, const float *x, vf *total, const int A, const int C) {
  vf sum[16] = {};
  for (int j = 0; j < 16; j++) {
    _Pragma("clang loop unroll(full)") for (int c = 0; c < C; c++) {
      const float *xc = x + 64 * c + j, *wc = w + 64 * c + 4 * j;
      _Pragma("clang loop unroll(full)") for (int b = 0; b < 4; b++) {
        vf weight = (vf)(wc[b]);
        _Pragma("clang loop unroll(full)") for (int a = 0; a < A; a++)
          sum[c * A + a] = CCK_FMA(CCK_NAME(load)(xc + 16 * b + CCK_WIDTH * a), weight, sum[c * A + a]);
      }
    }
  }
  _Pragma("clang loop unroll(full)") for (int c = 0; c < C; c++)
    _Pragma("clang loop unroll(full)") for (int a = 0; a < A; a++) total[a] += sum[c * A + a];
}

static inline __attribute__((always_inline)) void CCK_NAME(long_tile)(
    const cck_long_taps *p, size_t frame, const int A, const int C) {
  vf total[8] = {};
  const float *w = p->weights, *x = p->x + frame;
  size_t chains = p->taps / 64, rest = p->taps % 64;
  for (; chains >= (size_t)C; chains -= (size_t)C, w += 64 * C, x += 64 * C) CCK_NAME(chains_of_64)(w, x, total, A, C);
  for (; C > 1 && chains > 0; chains--, w += 64, x += 64) CCK_NAME(chains_of_64)(w, x, total, A, 1);
  if (rest > 0) {
    vf sum[8] = {};
    for (size_t i = 0; i < rest; i++)
      _Pragma("clang loop unroll(full)") for (int a = 0; a < A; a++)
        sum[a] = CCK_FMA(CCK_NAME(load)(x + i + (size_t)(CCK_WIDTH * a)), (vf)(w[i]), sum[a]);
    _Pragma("clang loop unroll(full)") for (int a = 0; a < A; a++) total[a] += sum[a];
  }
  _Pragma("clang loop unroll(full)") for (int a = 0; a < A; a++) {
    size_t at = frame + (size_t)(CCK_WIDTH * a);
    float *y = p->y + at;
    size_t left = p->frames - at;
    if (p->adds && left >= CCK_WIDTH) total[a] += CCK_NAME(load)(y);
    else if (p->adds) {
      vf before = {};
      for (size_t i = 0; i < left; i++) before[i] = y[i];
      total[a] += before;
    }
    CCK_NAME(store)(y, total[a], left);
  }
}

static void CCK_NAME(convolve_long)(const cck_long_taps *p) {
  size_t frame = 0, vectors = (p->frames + CCK_WIDTH - 1) / CCK_WIDTH;
  for (; vectors >= 8; vectors -= 8, frame += 8 * CCK_WIDTH) CCK_NAME(long_tile)(p, frame, 8, 1);
  if (vectors >= 4) CCK_NAME(long_tile)(p, frame, 4, 2), vectors -= 4, frame += 4 * CCK_WIDTH;
  if (vectors >= 2) CCK_NAME(long_tile)(p, frame, 2, 4), vectors -= 2, frame += 2 * CCK_WIDTH;
  if (vectors >= 1) CCK_NAME(long_tile)(p, frame, 1, 8);
}
