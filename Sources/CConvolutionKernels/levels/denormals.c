#include "CConvolutionKernels.h"

#if defined(__x86_64__)
// MXCSR: bit 15 flushes denormal results to zero, bit 6 reads denormal operands as zero.
uint64_t cck_flush_denormals(void) {
  unsigned state = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(state | 0x8040u);
  return state;
}
void cck_restore_denormals(uint64_t state) { __builtin_ia32_ldmxcsr((unsigned)state); }
#elif defined(__aarch64__)
// FPCR: bit 24 flushes denormal operands and results to zero.
uint64_t cck_flush_denormals(void) {
  uint64_t state;
  __asm__ volatile("mrs %0, fpcr" : "=r"(state));
  __asm__ volatile("msr fpcr, %0" : : "r"(state | (1ull << 24)));
  return state;
}
void cck_restore_denormals(uint64_t state) { __asm__ volatile("msr fpcr, %0" : : "r"(state)); }
#else
uint64_t cck_flush_denormals(void) { return 0; }
void cck_restore_denormals(uint64_t state) { (void)state; }
#endif
