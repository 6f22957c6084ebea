// The instructions that every processor of the architecture has. On arm64: NEON with fused multiply-add, at full speed.
// On x86-64: SSE2, where each fused multiply-add is a call of fmaf, correct but slow.
#define CCK_WIDTH 4
#define CCK_NAME(x) cck_##x##_baseline
#if defined(__aarch64__)
#define CCK_REGISTERS 32
#define CCK_LABEL "NEON"
#else
#define CCK_REGISTERS 16
#define CCK_LABEL "baseline"
#endif
#include "CConvolutionKernels.h"
#include "level.h"
