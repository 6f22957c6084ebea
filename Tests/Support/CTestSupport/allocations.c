// Counts allocations by defining malloc and friends in the test executable: the dynamic linker then binds the
// Swift runtime's and libc's own calls to these too. Counters are thread-local, so that tests which run in
// parallel do not disturb each other.
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CTestSupport.h"
#include <errno.h>
#include <stdlib.h>

static _Thread_local int counting;
static _Thread_local cts_counts counts;

void cts_counts_begin(void) {
  counts = (cts_counts){0};
  counting = 1;
}

cts_counts cts_counts_end(void) {
  counting = 0;
  cts_counts result = counts;
  counts = (cts_counts){0};
  return result;
}

int cts_counting_works(void) {
  int outer_counting = counting;
  cts_counts outer_counts = counts;
  cts_counts_begin();
  void *volatile planted = malloc(8); // volatile, or the optimiser removes the pair
  free(planted);
  cts_counts seen = cts_counts_end();
  counting = outer_counting;
  counts = outer_counts;
  return seen.allocations == 1 && seen.frees == 1;
}

#if defined(__linux__) && defined(__GLIBC__) && !__has_feature(address_sanitizer) && \
    !__has_feature(thread_sanitizer) && !__has_feature(memory_sanitizer) && !__has_feature(realtime_sanitizer)

#include <dlfcn.h>

// glibc's own entry points. dlsym(RTLD_NEXT, "malloc") would itself allocate.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

#define COUNT(field) \
  do { \
    if (counting) counts.field++; \
  } while (0)

#define COUNT_ALLOCATION(size) \
  do { \
    if (counting) { \
      counts.allocations++; \
      counts.bytes += (size); \
    } \
  } while (0)

void *malloc(size_t size) {
  COUNT_ALLOCATION(size);
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  COUNT_ALLOCATION(count * size);
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  COUNT_ALLOCATION(size);
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  COUNT_ALLOCATION(size);
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  COUNT_ALLOCATION(size);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  COUNT_ALLOCATION(size);
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *result = __libc_memalign(alignment, size);
  if (!result) return ENOMEM;
  *memory = result;
  return 0;
}

void free(void *memory) {
  if (memory) COUNT(frees);
  __libc_free(memory);
}

// The runtime's functions, which ours replace. A call can come before the constructor below has run.
static void *(*next_retain)(void *);
static void (*next_release)(void *);
static void *(*next_allocate)(const void *, size_t, size_t);

__attribute__((constructor(101))) static void find_runtime(void) {
  next_retain = (void *(*)(void *))dlsym(RTLD_NEXT, "swift_retain");
  next_release = (void (*)(void *))dlsym(RTLD_NEXT, "swift_release");
  next_allocate = (void *(*)(const void *, size_t, size_t))dlsym(RTLD_NEXT, "swift_allocObject");
}

void *swift_retain(void *object) {
  COUNT(retains);
  if (!next_retain) find_runtime();
  return next_retain(object);
}

void swift_release(void *object) {
  COUNT(releases);
  if (!next_release) find_runtime();
  next_release(object);
}

void *swift_allocObject(const void *metadata, size_t size, size_t alignment_mask) {
  COUNT(objects);
  if (!next_allocate) find_runtime();
  return next_allocate(metadata, size, alignment_mask);
}

#endif

int cts_is_optimised(void) {
#ifdef __OPTIMIZE__
  return 1;
#else
  return 0;
#endif
}

void cts_use(const void *memory) { __asm__ volatile("" : : "r"(memory) : "memory"); }
