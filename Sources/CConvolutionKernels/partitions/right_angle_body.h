// The loops around the short transforms of long convolutions, for one vector width.
//
// A real block of 2N samples is transformed as a polynomial modulo x^(2N) + 1, of which N complex values at
// the roots of x^N = i say everything ("right-angle" convolution: R. Crandall, B. Fagin, Discrete weighted transforms
// and large-integer arithmetic, Math. Comp. 62, 1994): z[n] = x[n] + i x[n+N] modulo x^N - i. The passes here split
// that modulus into R factors x^(N/R) - rho; a twist makes each of them cyclic, and a short complex transform
// follows. All N values are alike: no special first and last bin, no pairs k and N - k.
//
//   x^(2m) - c^2 = (x^m - c)(x^m + c)      a + b x^m  ->  a + c b,  a - c b
//
// A node's constant depends only on its place in this tree, not on R. Lanes are independent except for interleaving.

// c of the nodes in heap order: 1 is the root, 2n and 2n+1 are the halves of n. Angles as multiples of pi/32:
// 8; 4, 20; 2, 18, 10, 26; 1, 17, 9, 25, 5, 21, 13, 29; and so on by halves.
static const float CCK_NAME(node_re)[32] = {
    0, 0.70710678118654757f, 0.92387953251128674f, -0.38268343236508973f, 0.98078528040323043f,
    -0.19509032201612819f, 0.55557023301960229f, -0.83146961230254535f, 0.99518472667219693f,
    -0.098017140329560645f, 0.63439328416364549f, -0.77301045336273699f, 0.88192126434835505f,
    -0.4713967368259977f, 0.29028467725446233f, -0.95694033573220882f, 0.99879545620517241f,
    -0.049067674327418008f, 0.67155895484701833f, -0.74095112535495888f, 0.90398929312344334f,
    -0.42755509343028186f, 0.33688985339222005f, -0.94154406518302081f, 0.97003125319454397f,
    -0.24298017990326387f, 0.51410274419322166f, -0.85772861000027201f, 0.80320753148064494f,
    -0.59569930449243336f, 0.14673047445536175f, -0.98917650996478101f};
static const float CCK_NAME(node_im)[32] = {
    0, 0.70710678118654746f, 0.38268343236508978f, 0.92387953251128674f, 0.19509032201612825f,
    0.98078528040323043f, 0.83146961230254524f, 0.55557023301960218f, 0.098017140329560604f,
    0.99518472667219693f, 0.77301045336273699f, 0.63439328416364549f, 0.47139673682599764f,
    0.88192126434835505f, 0.95694033573220894f, 0.29028467725446239f, 0.049067674327418015f,
    0.99879545620517241f, 0.74095112535495911f, 0.67155895484701855f, 0.42755509343028208f,
    0.90398929312344345f, 0.94154406518302081f, 0.33688985339221988f, 0.24298017990326387f,
    0.97003125319454397f, 0.85772861000027212f, 0.51410274419322177f, 0.59569930449243336f,
    0.80320753148064494f, 0.98917650996478101f, 0.1467304744553618f};

#if CCK_WIDTH == 16
#define CCK_FIRST_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define CCK_SECOND_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define CCK_EVENS 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define CCK_ODDS 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define CCK_DOUBLED_EVENS 0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14
#define CCK_DOUBLED_ODDS 1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15
#define CCK_SWAPPED 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14
#define CCK_SIGNS -0.0f, 0, -0.0f, 0, -0.0f, 0, -0.0f, 0, -0.0f, 0, -0.0f, 0, -0.0f, 0, -0.0f, 0
#elif CCK_WIDTH == 8
#define CCK_FIRST_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define CCK_SECOND_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#define CCK_EVENS 0, 2, 4, 6, 8, 10, 12, 14
#define CCK_ODDS 1, 3, 5, 7, 9, 11, 13, 15
#define CCK_DOUBLED_EVENS 0, 0, 2, 2, 4, 4, 6, 6
#define CCK_DOUBLED_ODDS 1, 1, 3, 3, 5, 5, 7, 7
#define CCK_SWAPPED 1, 0, 3, 2, 5, 4, 7, 6
#define CCK_SIGNS -0.0f, 0, -0.0f, 0, -0.0f, 0, -0.0f, 0
#else
#define CCK_FIRST_HALVES 0, 4, 1, 5
#define CCK_SECOND_HALVES 2, 6, 3, 7
#define CCK_EVENS 0, 2, 4, 6
#define CCK_ODDS 1, 3, 5, 7
#define CCK_DOUBLED_EVENS 0, 0, 2, 2
#define CCK_DOUBLED_ODDS 1, 1, 3, 3
#define CCK_SWAPPED 1, 0, 3, 2
#define CCK_SIGNS -0.0f, 0, -0.0f, 0
#endif

#define CCK_FMA __builtin_elementwise_fma

// All levels of the tree over R values in registers.
static inline __attribute__((always_inline)) void CCK_NAME(split_modulus)(vf *re, vf *im, const int R) {
  _Pragma("clang loop unroll(full)") for (int nodes = 1; nodes < R; nodes *= 2) {
    const int half = R / nodes / 2;
    _Pragma("clang loop unroll(full)") for (int node = 0; node < nodes; node++) {
      const vf c = (vf)(CCK_NAME(node_re)[nodes + node]), s = (vf)(CCK_NAME(node_im)[nodes + node]);
      _Pragma("clang loop unroll(full)") for (int i = 0; i < half; i++) {
        const int a = 2 * node * half + i, b = a + half;
        vf br = CCK_FMA(c, re[b], -(s * im[b])), bi = CCK_FMA(c, im[b], s * re[b]);
        re[b] = re[a] - br, im[b] = im[a] - bi;
        re[a] = re[a] + br, im[a] = im[a] + bi;
      }
    }
  }
}

// The way back; the result is scaled by R.
static inline __attribute__((always_inline)) void CCK_NAME(join_modulus)(vf *re, vf *im, const int R) {
  _Pragma("clang loop unroll(full)") for (int nodes = R / 2; nodes > 0; nodes /= 2) {
    const int half = R / nodes / 2;
    _Pragma("clang loop unroll(full)") for (int node = 0; node < nodes; node++) {
      const vf c = (vf)(CCK_NAME(node_re)[nodes + node]), s = (vf)(CCK_NAME(node_im)[nodes + node]);
      _Pragma("clang loop unroll(full)") for (int i = 0; i < half; i++) {
        const int a = 2 * node * half + i, b = a + half;
        vf dr = re[a] - re[b], di = im[a] - im[b];
        re[a] = re[a] + re[b], im[a] = im[a] + im[b];
        re[b] = CCK_FMA(c, dr, s * di), im[b] = CCK_FMA(c, di, -(s * dr));
      }
    }
  }
}

static inline __attribute__((always_inline)) void CCK_NAME(split_columns)(
    const cck_columns *p, size_t begin, size_t end, const int R) {
  const size_t columns = p->columns;
  for (size_t n = begin; n < end; n += CCK_WIDTH) {
    vf re[32], im[32];
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {
      re[r] = CCK_NAME(load)(p->first + (size_t)r * columns + n);
      im[r] = CCK_NAME(load)(p->second + (size_t)r * columns + n);
    }
    CCK_NAME(split_modulus)(re, im, R);
    const float *t = p->twiddles + n / 16 * (size_t)(32 * R) + n % 16;
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {
      vf c = CCK_NAME(load)(t + 32 * r), s = CCK_NAME(load)(t + 32 * r + 16);
      vf x = CCK_FMA(c, re[r], -(s * im[r])), y = CCK_FMA(c, im[r], s * re[r]);
      float *z = p->rows + 2 * ((size_t)r * columns + n);
      CCK_NAME(store)(z, __builtin_shufflevector(x, y, CCK_FIRST_HALVES), CCK_WIDTH);
      CCK_NAME(store)(z + CCK_WIDTH, __builtin_shufflevector(x, y, CCK_SECOND_HALVES), CCK_WIDTH);
    }
  }
}

static inline __attribute__((always_inline)) void CCK_NAME(join_columns)(
    const cck_columns *p, size_t begin, size_t end, const int R) {
  const size_t columns = p->columns;
  for (size_t n = begin; n < end; n += CCK_WIDTH) {
    vf re[32], im[32];
    const float *t = p->twiddles + n / 16 * (size_t)(32 * R) + n % 16;
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {
      const float *z = p->rows + 2 * ((size_t)r * columns + n);
      vf low = CCK_NAME(load)(z), high = CCK_NAME(load)(z + CCK_WIDTH);
      vf x = __builtin_shufflevector(low, high, CCK_EVENS), y = __builtin_shufflevector(low, high, CCK_ODDS);
      vf c = CCK_NAME(load)(t + 32 * r), s = CCK_NAME(load)(t + 32 * r + 16);
      re[r] = CCK_FMA(c, x, s * y), im[r] = CCK_FMA(c, y, -(s * x));
    }
    CCK_NAME(join_modulus)(re, im, R);
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {
      if (p->first_out) CCK_NAME(store)(p->first_out + (size_t)r * columns + n, re[r], CCK_WIDTH);
      CCK_NAME(store)(p->second_out + (size_t)r * columns + n, im[r], CCK_WIDTH);
    }
  }
}

static void CCK_NAME(split)(const cck_columns *p, size_t begin, size_t end) {
  switch (p->row_count) {
    case 1: CCK_NAME(split_columns)(p, begin, end, 1); return;
    case 2: CCK_NAME(split_columns)(p, begin, end, 2); return;
    case 4: CCK_NAME(split_columns)(p, begin, end, 4); return;
    case 8: CCK_NAME(split_columns)(p, begin, end, 8); return;
    case 16: CCK_NAME(split_columns)(p, begin, end, 16); return;
    case 32: CCK_NAME(split_columns)(p, begin, end, 32); return;
  }
}

static void CCK_NAME(join)(const cck_columns *p, size_t begin, size_t end) {
  switch (p->row_count) {
    case 1: CCK_NAME(join_columns)(p, begin, end, 1); return;
    case 2: CCK_NAME(join_columns)(p, begin, end, 2); return;
    case 4: CCK_NAME(join_columns)(p, begin, end, 4); return;
    case 8: CCK_NAME(join_columns)(p, begin, end, 8); return;
    case 16: CCK_NAME(join_columns)(p, begin, end, 16); return;
    case 32: CCK_NAME(join_columns)(p, begin, end, 32); return;
  }
}

// Vectors of one pass over the partitions: 4 times 2 accumulators hide the latency of a multiply-add.
#define CCK_SPECTRAL_VECTORS 4

// a += x * Re h, b += x * Im h for interleaved complex numbers; the product is (a.re - b.im, a.im + b.re).
static void CCK_NAME(multiply_add_spectra)(
    const cck_spectral_term *terms, size_t term_count, size_t first_chunk, size_t end_chunk, float *y) {
  for (size_t chunk = first_chunk; chunk < end_chunk; chunk++) {
    for (size_t part = 0; part < CCK_SPECTRUM_CHUNK; part += CCK_SPECTRAL_VECTORS * CCK_WIDTH) {
      vf a[CCK_SPECTRAL_VECTORS] = {}, b[CCK_SPECTRAL_VECTORS] = {};
      for (size_t i = 0; i < term_count; i++) {
        const cck_spectral_term *term = terms + i;
        const float *ring = term->x + chunk * term->x_slots * CCK_SPECTRUM_CHUNK + part;
        const float *ring_end = ring + term->x_slots * CCK_SPECTRUM_CHUNK;
        const float *x = ring + term->x_first * CCK_SPECTRUM_CHUNK;
        const float *h = term->h + chunk * term->partitions * CCK_SPECTRUM_CHUNK + part;
        for (size_t left = term->partitions; left > 0;) {
          size_t group = left < CCK_SPECTRUM_GROUP ? left : CCK_SPECTRUM_GROUP;
          left -= group;
          vf ga[CCK_SPECTRAL_VECTORS] = {}, gb[CCK_SPECTRAL_VECTORS] = {};
          for (; group > 0; group--) {
            _Pragma("clang loop unroll(full)") for (int v = 0; v < CCK_SPECTRAL_VECTORS; v++) {
              vf xv = CCK_NAME(load)(x + v * CCK_WIDTH), hv = CCK_NAME(load)(h + v * CCK_WIDTH);
              ga[v] = CCK_FMA(xv, __builtin_shufflevector(hv, hv, CCK_DOUBLED_EVENS), ga[v]);
              gb[v] = CCK_FMA(xv, __builtin_shufflevector(hv, hv, CCK_DOUBLED_ODDS), gb[v]);
            }
            h += CCK_SPECTRUM_CHUNK;
            x += CCK_SPECTRUM_CHUNK;
            if (__builtin_expect(x == ring_end, 0)) x = ring;
          }
          _Pragma("clang loop unroll(full)") for (int v = 0; v < CCK_SPECTRAL_VECTORS; v++)
            a[v] += ga[v], b[v] += gb[v];
        }
      }
      _Pragma("clang loop unroll(full)") for (int v = 0; v < CCK_SPECTRAL_VECTORS; v++) {
        const vf signs = {CCK_SIGNS};
        vf turned = (vf)((vi)__builtin_shufflevector(b[v], b[v], CCK_SWAPPED) ^ (vi)signs);
        CCK_NAME(store)(y + chunk * CCK_SPECTRUM_CHUNK + part + v * CCK_WIDTH, a[v] + turned, CCK_WIDTH);
      }
    }
  }
}

static void CCK_NAME(scatter_chunks)(const float *row, size_t chunks, float *to, size_t stride) {
  for (size_t chunk = 0; chunk < chunks; chunk++)
    __builtin_memcpy(to + chunk * stride, row + chunk * CCK_SPECTRUM_CHUNK, CCK_SPECTRUM_CHUNK * sizeof(float));
}

static void CCK_NAME(sum_rows)(const float *const *rows, size_t count, int adds, float *y, size_t frames) {
  size_t i = 0;
  for (; i + CCK_WIDTH <= frames; i += CCK_WIDTH) {
    vf sum = adds ? CCK_NAME(load)(y + i) : (vf){};
    for (size_t r = 0; r < count; r++) sum += CCK_NAME(load)(rows[r] + i);
    CCK_NAME(store)(y + i, sum, CCK_WIDTH);
  }
  for (; i < frames; i++) {
    float sum = adds ? y[i] : 0;
    for (size_t r = 0; r < count; r++) sum += rows[r][i];
    y[i] = sum;
  }
}
