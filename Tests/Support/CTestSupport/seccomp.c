// Runs a function in a child that any system call kills.
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CTestSupport.h"

#ifdef __linux__

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { body_ended = 0, seccomp_refused = 97, time_limit_seconds = 120 };

static int enter_strict(void) { return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0); }

static int enter_filter(void) {
  // The architecture needs no check: a call through a foreign entry has another number and is killed, or means
  // another call with exit's number, and this filter is a test's guard, not a security boundary.
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int run_in_child(int (*enter)(void), void (*body)(void *), void *context) {
  pid_t child = fork();
  if (child < 0) return CTS_UNAVAILABLE;
  if (child == 0) {
    // Everything that needs the kernel comes first; only async-signal-safe calls are allowed after a fork of
    // one thread of many. The limit is on processor time, which a busy machine does not use up for us; its signal's
    // default action is the kernel's and needs no call from here.
    signal(SIGXCPU, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    struct rlimit limit;
    if (getrlimit(RLIMIT_CPU, &limit) == 0 && limit.rlim_cur > time_limit_seconds) {
      limit.rlim_cur = time_limit_seconds;
      setrlimit(RLIMIT_CPU, &limit);
    }
    if (enter() != 0) syscall(SYS_exit, seccomp_refused);
    body(context);
    // Not _exit: that is exit_group, which strict mode kills. The child has this one thread, so exit ends it.
    syscall(SYS_exit, body_ended);
    __builtin_trap();
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return CTS_UNAVAILABLE;
  if (WIFSIGNALED(status)) return WTERMSIG(status);
  return WIFEXITED(status) && WEXITSTATUS(status) == body_ended ? 0 : CTS_UNAVAILABLE;
}

int cts_run_under_strict_seccomp(void (*body)(void *), void *context) {
  return run_in_child(enter_strict, body, context);
}

int cts_run_without_system_calls(void (*body)(void *), void *context) {
  return run_in_child(enter_filter, body, context);
}

#else

int cts_run_under_strict_seccomp(void (*body)(void *), void *context) {
  (void)body, (void)context;
  return CTS_UNAVAILABLE;
}

int cts_run_without_system_calls(void (*body)(void *), void *context) {
  (void)body, (void)context;
  return CTS_UNAVAILABLE;
}

#endif
