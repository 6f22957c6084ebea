// Two guards for real-time code, for tests only: one counts allocations, the other kills on system calls. Below them
// what else needs C.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What the calling thread did between `cts_counts_begin` and `cts_counts_end`.
typedef struct {
  uint64_t allocations; ///< Calls of malloc, calloc, realloc and the aligned forms.
  uint64_t frees;       ///< Calls of free with a pointer that is not null.
  uint64_t retains;     ///< swift_retain from compiled modules (calls inside the runtime are not seen).
  uint64_t releases;    ///< swift_release from compiled modules, too.
  uint64_t objects;     ///< swift_allocObject from compiled modules, too; each is also an allocation.
  uint64_t bytes;       ///< Total size of the allocations.
} cts_counts;

/// Starts counting on the calling thread, from zero. Other threads are neither counted nor slowed.
void cts_counts_begin(void);

/// Stops counting on the calling thread and returns what was counted since `cts_counts_begin`. Without a
/// beginning, or where counting does not work, all counts are zero: ask `cts_counting_works` first.
cts_counts cts_counts_end(void);

/// 1 if a planted malloc and free are counted, otherwise 0: under sanitizers, which bring their own malloc, and
/// outside Linux with glibc. Leaves a count under way untouched.
int cts_counting_works(void);

/// Does nothing with a pointer, out of the optimiser's sight, which otherwise removes an allocation that nobody
/// looks at.
void cts_use(const void *memory);

/// Returned by the functions below when the child could not be started or could not enter seccomp, and always
/// outside Linux. No signal has this number.
#define CTS_UNAVAILABLE (-1)

/// Runs `body(context)` in a child process under strict seccomp, where the kernel kills the process on every
/// system call but read, write, exit and sigreturn.
///
/// The child is a fork of the calling thread alone: `body` must not need another thread or a lock that one
/// held. What it writes to memory is lost with the child. A child that takes two minutes of processor time is stopped.
///
/// Returns 0 if the child ended well, otherwise the number of the signal that ended it: SIGKILL after a
/// forbidden system call, SIGXCPU after two minutes, SIGSEGV also for reading the clock (strict mode switches
/// the time stamp counter off on x86).
int cts_run_under_strict_seccomp(void (*body)(void *context), void *context);

/// As `cts_run_under_strict_seccomp`, but with a filter under which *every* system call except the final exit
/// kills, so read and write too. The signal is then SIGSYS. The clock can be read where that needs no call.
int cts_run_without_system_calls(void (*body)(void *context), void *context);

/// 1 if C was compiled with optimisation, otherwise 0.
int cts_is_optimised(void);

/// 1 if this process may take the effective user `user`, as root may, but for containers that know one user only.
int cts_can_become(unsigned user);

#ifdef __cplusplus
}
#endif
