// The pointwise loops over rows, for one vector width. Included by each level after the activations.
// Whole vectors are computed; exactly `frames` floats are stored.

#define CCK_FOR_VECTORS(frames) for (size_t i = 0; i < (frames); i += CCK_WIDTH)

static void CCK_NAME(gate)(int first, float first_parameter, int second, float second_parameter,
                           const float *a, const float *b, float *y, size_t frames) {
  // Sixteen vectors at a time, so that the choice of function stays outside of the loops.
  vf left[16], right[16], slopes[2] = {(vf)(first_parameter), (vf)(second_parameter)};
  for (size_t begin = 0; begin < frames; begin += 16 * CCK_WIDTH) {
    size_t vectors = (frames - begin + CCK_WIDTH - 1) / CCK_WIDTH;
    if (vectors > 16) vectors = 16;
    for (size_t v = 0; v < vectors; v++) {
      left[v] = CCK_NAME(load)(a + begin + v * CCK_WIDTH);
      right[v] = CCK_NAME(load)(b + begin + v * CCK_WIDTH);
    }
    CCK_NAME(activate_vectors)(first, slopes[0], left, vectors);
    CCK_NAME(activate_vectors)(second, slopes[1], right, vectors);
    for (size_t v = 0; v < vectors; v++) {
      size_t at = begin + v * CCK_WIDTH;
      CCK_NAME(store)(y + at, left[v] * right[v], frames - at);
    }
  }
}

static void CCK_NAME(add)(const float *a, const float *b, float *y, size_t frames) {
  CCK_FOR_VECTORS(frames) CCK_NAME(store)(y + i, CCK_NAME(load)(a + i) + CCK_NAME(load)(b + i), frames - i);
}

static void CCK_NAME(multiply)(const float *a, const float *b, float *y, size_t frames) {
  CCK_FOR_VECTORS(frames) CCK_NAME(store)(y + i, CCK_NAME(load)(a + i) * CCK_NAME(load)(b + i), frames - i);
}

static void CCK_NAME(affine)(float scale, float shift, const float *x, float *y, size_t frames) {
  vf a = (vf)(scale), b = (vf)(shift);
  CCK_FOR_VECTORS(frames)
    CCK_NAME(store)(y + i, __builtin_elementwise_fma(CCK_NAME(load)(x + i), a, b), frames - i);
}

// Independent accumulators, more than latency times issue width of the processors that have so many registers.
static double CCK_NAME(fma_peak)(size_t rounds, float *sink) {
  vf sum[CCK_PEAK_VECTORS], a = (vf)(0.999f), b = (vf)(sink[0]);
  for (int i = 0; i < CCK_PEAK_VECTORS; i++) sum[i] = (vf)((float)i);
  for (size_t r = 0; r < rounds; r++) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CCK_PEAK_VECTORS; i++)
      sum[i] = __builtin_elementwise_fma(sum[i], a, b);
  }
  for (int i = 1; i < CCK_PEAK_VECTORS; i++) sum[0] += sum[i];
  sink[0] = sum[0][0];
  return 2.0 * CCK_WIDTH * CCK_PEAK_VECTORS * (double)rounds;
}
