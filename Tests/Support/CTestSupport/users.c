// Asks what root may do here, in a child, because what it tries concerns a whole process.
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CTestSupport.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

int cts_can_become(unsigned user) {
  pid_t child = fork();
  if (child < 0) return 0;
  if (child == 0) _exit(seteuid(user) == 0 ? 0 : 1);
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return 0;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
