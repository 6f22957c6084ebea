// Runs the layers of a network in sequence, with their rows in mirrored rings.
#include "CConvolutionKernels.h"

#include <string.h>

void cck_begin_rings(cck_ring *rings, size_t count, size_t frames) {
  for (cck_ring *r = rings; r != rings + count; r++) {
    r->read = r->position >= r->history ? r->position : r->position + r->capacity;
    r->mirror = r->position + (ptrdiff_t)frames <= r->capacity ? r->capacity : 0;
  }
}

void cck_advance_rings(cck_ring *rings, size_t count, size_t frames) {
  for (cck_ring *r = rings; r != rings + count; r++) {
    ptrdiff_t next = r->position + (ptrdiff_t)frames;
    r->position = next >= r->capacity ? next - r->capacity : next;
  }
}

void cck_mirror_rows(const cck_ring *ring, float *origin, ptrdiff_t stride, size_t rows, size_t frames) {
  size_t before = (size_t)(ring->capacity - ring->position);
  if (before > frames) before = frames;
  for (size_t row = 0; row < rows; row++, origin += stride) {
    const float *from = origin + ring->position, *end = origin + ring->capacity;
    memcpy(origin + ring->position + ring->capacity, from, before * sizeof *from);
    memcpy(origin, end, (frames - before) * sizeof *from);
  }
}

static inline void move(cck_convolution *kernel, const cck_results *to, const cck_ring *rings) {
  if (to->residual.origin) kernel->residual = to->residual.origin + rings[to->residual.ring].read;
  if (to->output.origin) {
    kernel->y = to->output.origin + rings[to->output.ring].position;
    kernel->mirror = rings[to->output.ring].mirror;
  }
  if (to->total.origin) kernel->previous = kernel->total = to->total.origin + rings[to->total.ring].read;
}

// Mirrors the rows that the kernel could not, because the sub-block straddles the end of the ring.
static inline void finish(const cck_convolution *kernel, const cck_moving *output, const cck_ring *rings, size_t frames) {
  if (output->origin && output->ring >= 0 && !rings[output->ring].mirror)
    cck_mirror_rows(&rings[output->ring], output->origin, kernel->y_stride, kernel->outputs, frames);
}

void cck_run_layers(
    const cck_kernels *kernels, cck_layer *layers, size_t count, const cck_ring *rings, size_t frames) {
  void (*convolve)(const cck_convolution *) = kernels->convolve;
  for (cck_layer *layer = layers; layer != layers + count; layer++) {
    layer->kernel.frames = frames;
    for (size_t s = 0; s < layer->kernel.source_count; s++)
      layer->sources[s].base = layer->inputs[s].origin + rings[layer->inputs[s].ring].read;
    move(&layer->kernel, &layer->results, rings);
    if (layer->then) move(layer->then, &layer->then_results, rings);
    convolve(&layer->kernel);
    finish(&layer->kernel, &layer->results.output, rings, frames);
    if (layer->then) finish(layer->then, &layer->then_results.output, rings, frames);
  }
}
