// The pointwise loops over rows, for one vector width. Each level includes this after the activations.
// Whole vectors are computed; exactly `frames` floats are stored.

#define CCK_FOR_VECTORS(frames) for (size_t i = 0; i < (frames); i += CCK_WIDTH)

// Vectors that an activation takes at a time, so that the choice of function is outside the loops.
#define CCK_CHUNK_VECTORS 16

// Loads the chunk of a row that starts at frame `begin`.
// Returns the number of its vectors; the last one may be partial.
static inline __attribute__((always_inline)) size_t CCK_NAME(load_chunk)(
    const float *x, size_t begin, size_t frames, vf *chunk) {
  size_t vectors = (frames - begin + CCK_WIDTH - 1) / CCK_WIDTH;
  if (vectors > CCK_CHUNK_VECTORS) vectors = CCK_CHUNK_VECTORS;
  for (size_t v = 0; v < vectors; v++) chunk[v] = CCK_NAME(load)(x + begin + v * CCK_WIDTH);
  return vectors;
}

static inline __attribute__((always_inline)) void CCK_NAME(store_chunk)(
    float *y, size_t begin, size_t frames, const vf *chunk, size_t vectors) {
  for (size_t v = 0; v < vectors; v++) {
    size_t at = begin + v * CCK_WIDTH;
    CCK_NAME(store)(y + at, chunk[v], frames - at);
  }
}

static void CCK_NAME(activate)(int activation, float parameter, const float *x, float *y, size_t frames) {
  vf chunk[CCK_CHUNK_VECTORS];
  for (size_t begin = 0; begin < frames; begin += CCK_CHUNK_VECTORS * CCK_WIDTH) {
    size_t vectors = CCK_NAME(load_chunk)(x, begin, frames, chunk);
    CCK_NAME(activate_vectors)(activation, (vf)(parameter), chunk, vectors);
    CCK_NAME(store_chunk)(y, begin, frames, chunk, vectors);
  }
}

static void CCK_NAME(gate)(int first, float first_parameter, int second, float second_parameter,
                           const float *a, const float *b, float *y, size_t frames) {
  vf left[CCK_CHUNK_VECTORS], right[CCK_CHUNK_VECTORS];
  for (size_t begin = 0; begin < frames; begin += CCK_CHUNK_VECTORS * CCK_WIDTH) {
    size_t vectors = CCK_NAME(load_chunk)(a, begin, frames, left);
    CCK_NAME(load_chunk)(b, begin, frames, right);
    CCK_NAME(activate_vectors)(first, (vf)(first_parameter), left, vectors);
    CCK_NAME(activate_vectors)(second, (vf)(second_parameter), right, vectors);
    for (size_t v = 0; v < vectors; v++) left[v] *= right[v];
    CCK_NAME(store_chunk)(y, begin, frames, left, vectors);
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

static void CCK_NAME(leaky_clamp)(float minimum, float maximum, float slope_below, float slope_above, const float *x,
                                  float *y, size_t frames) {
  vf low = (vf)(minimum), high = (vf)(maximum);
  CCK_FOR_VECTORS(frames) {
    vf value = CCK_NAME(load)(x + i);
    // Not 0 times the distance, which may be infinite.
    vf below = slope_below == 0 ? low : __builtin_elementwise_fma(value - low, (vf)(slope_below), low);
    vf above = slope_above == 0 ? high : __builtin_elementwise_fma(value - high, (vf)(slope_above), high);
    vf bent = CCK_NAME(select)(value < low, below, CCK_NAME(select)(value > high, above, value));
    CCK_NAME(store)(y + i, bent, frames - i);
  }
}

// Independent accumulators: more than latency times issue width on processors with this many registers.
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
