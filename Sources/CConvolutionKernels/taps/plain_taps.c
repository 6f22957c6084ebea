// The definition of the convolution kernel in plain scalar C: one output at a time, one fmaf per tap.
#include "CConvolutionKernels.h"

#include <math.h>
#pragma STDC FP_CONTRACT OFF

void cck_convolve_plain(const cck_convolution *c) {
  const cck_kernels *kernels = cck_kernels_of(CCK_LEVEL_BASELINE);
  size_t taps = 0;
  for (size_t s = 0; s < c->source_count; s++) taps += c->sources[s].taps;
  for (size_t t = 0; t < c->frames; t++) {
    float frame[(CCK_MOST_THEN - 1) * CCK_TILE_PITCH + 1];
    for (size_t o = 0; o < c->outputs; o++) {
      float total = c->bias[o];
      size_t tap = 0;
      for (size_t s = 0; s < c->source_count; s++) {
        float chain = c->sources[s].separate ? 0 : total;
        for (size_t i = 0; i < c->sources[s].taps; i++, tap++)
          chain = fmaf(c->sources[s].base[c->sources[s].offsets[i] + (ptrdiff_t)t],
                       c->weights[cck_packed_weight(c->outputs, taps, o, tap)], chain);
        total = c->sources[s].separate ? total + chain : chain;
      }
      float value[1 + CCK_READ_SLACK] = {total};
      kernels->activate(c->activation, c->parameters ? c->parameters[o] : 0, value, value, 1);
      if (c->residual) value[0] += c->residual[(ptrdiff_t)o * c->residual_stride + (ptrdiff_t)t];
      if (c->then) frame[o * CCK_TILE_PITCH] = value[0];
      if (c->y) {
        float *y = c->y + (ptrdiff_t)o * c->y_stride + t;
        *y = value[0];
        if (c->mirror) y[c->mirror] = value[0];
      }
      ptrdiff_t at = (ptrdiff_t)o * c->total_stride + (ptrdiff_t)t;
      if (c->previous) c->total[at] = c->previous[at] + value[0];
    }
    if (c->then) {
      cck_convolution then = *c->then;
      cck_source source = then.sources[0];
      source.base = frame;
      then.sources = &source;
      then.frames = 1;
      if (then.residual) then.residual += t;
      if (then.previous) then.previous += t, then.total += t;
      then.y += t;
      cck_convolve_plain(&then);
    }
  }
}
