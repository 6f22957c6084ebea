// The definition of the LSTM cell in plain scalar C: one unit at a time, one fmaf per weight.
#include "CConvolutionKernels.h"

#include <math.h>
#pragma STDC FP_CONTRACT OFF

void cck_lstm_plain(const cck_lstm *p) {
  const cck_kernels *kernels = cck_kernels_of(CCK_LEVEL_BASELINE);
  size_t rows = 4 * p->units;
  for (size_t t = 0; t < p->frames; t++) {
    for (size_t u = 0; u < p->outputs; u++) {
      float value[4][1 + CCK_READ_SLACK];
      for (size_t gate = 0; gate < 4; gate++) {
        size_t row = gate * p->units + u;
        float sum = p->bias[row];
        for (size_t i = 0; i < p->inputs; i++)
          sum = fmaf(p->weights[i * rows + row], p->x[(ptrdiff_t)i * p->x_stride + (ptrdiff_t)t], sum);
        for (size_t i = 0; i < p->outputs; i++) sum = fmaf(p->weights[(p->inputs + i) * rows + row], p->hidden[i], sum);
        value[gate][0] = sum;
        kernels->activate(gate == 3 ? CCK_TANH : CCK_SIGMOID, 0, value[gate], value[gate], 1);
      }
      p->cell[u] = value[0][0] = fmaf(value[1][0], p->cell[u], value[0][0] * value[3][0]);
      kernels->activate(CCK_TANH, 0, value[0], value[0], 1);
      p->next[u] = value[2][0] * value[0][0];
    }
    for (size_t u = 0; u < p->outputs; u++) {
      p->hidden[u] = p->next[u];
      p->y[(ptrdiff_t)u * p->y_stride + (ptrdiff_t)t] = p->hidden[u];
    }
  }
}
