// libmpg123 prints warnings about damaged files on standard error unless a decoder has its flag QUIET, and libsndfile
// does not set it. The dynamic linker takes the first definition of a function that it finds, and looks into the program
// before the libraries. So libsndfile calls this function, which sets the flag and goes on to libmpg123's own.
//
// Where symbols are bound otherwise (macOS, static libraries), nothing is changed, and warnings are printed.
#define _GNU_SOURCE
#include "CQuietMPEG.h"

#include <dlfcn.h>
#include <stddef.h>

// From mpg123.h, where the numbers are part of the interface.
enum { MPG123_ADD_FLAGS = 2, MPG123_QUIET = 0x20, MPG123_ERR = -1 };

int mpg123_open_handle(void *decoder, void *source) {
  int (*set)(void *, int, long, double) = (int (*)(void *, int, long, double))dlsym(RTLD_NEXT, "mpg123_param");
  if (set != NULL) set(decoder, MPG123_ADD_FLAGS, MPG123_QUIET, 0);
  int (*open)(void *, void *) = (int (*)(void *, void *))dlsym(RTLD_NEXT, "mpg123_open_handle");
  return open == NULL ? MPG123_ERR : open(decoder, source);
}

void convaudio_quiet_mpeg(void) {}
