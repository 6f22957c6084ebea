// What every processor of the architecture has. On arm64 that is NEON with fused multiply-add, at full speed; on
// x86-64 it is SSE2, where each fused multiply-add is a call of fmaf: right, and slow.
#include "CConvolutionKernels.h"
#include "tiles.h"

#define CCK_WIDTH 4
#define CCK_NAME(x) cck_##x##_baseline
#if defined(__aarch64__)
#define CCK_LABEL "NEON"
#define CCK_TILES CCK_TILES_OF_32
#define CCK_MOST_ROWS 8
#define CCK_WIDEST 3
#define CCK_MOST_ROWS_OF_ONE 16
#define CCK_FEW_ROWS 4
#define CCK_WIDEST_FEW 6
#define CCK_MAXIMUM_VECTORS 6
#define CCK_TOGETHER 4
#define CCK_PEAK_VECTORS 24
#else
#define CCK_LABEL "baseline"
#define CCK_TILES CCK_TILES_OF_16
#define CCK_MOST_ROWS 4
#define CCK_WIDEST 3
#define CCK_MOST_ROWS_OF_ONE 8
#define CCK_FEW_ROWS 2
#define CCK_WIDEST_FEW 5
#define CCK_MAXIMUM_VECTORS 5
#define CCK_TOGETHER 2
#define CCK_PEAK_VECTORS 12
#endif

#include "level.h"
