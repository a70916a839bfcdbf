/* SPDX-License-Identifier: MIT
 *
 * The engine brings an allocator, but the host's malloc stays libc's: a program that links rota, statically or not,
 * must not find its malloc replaced.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* dladdr */
#endif

#include <dlfcn.h>
#include <malloc.h>

#include "tests/capi/support.h"

/* A sanitizer replaces malloc itself: then only what it chose instead is known not to be the engine's. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

/* Checks who defines the function that this program calls by that name. */
static void check_origin(const char* name) {
  void* address = dlsym(RTLD_DEFAULT, name);
  CHECK(address != NULL);
  Dl_info info;
  CHECK(dladdr(address, &info) != 0);
  CHECK(info.dli_fname != NULL);
#ifndef SANITIZED
  if (strstr(info.dli_fname, "libc") == NULL) {
    fprintf(stderr, "%s comes from %s\n", name, info.dli_fname);
    CHECK(!"an allocator function of the host is replaced");
  }
#endif
  CHECK(strstr(info.dli_fname, "librota") == NULL);
}

static void the_host_s_allocator_is_its_own(void) {
  const char* const names[] = {"malloc",   "calloc",        "realloc",        "free",
                               "memalign", "aligned_alloc", "posix_memalign", "malloc_usable_size"};
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i) check_origin(names[i]);
}

static void the_host_s_memory_is_not_the_engine_s(void) {
  rota_runtime* runtime = NULL;
  rota_runtime_options options;
  CHECK_OK(rota_runtime_options_init(&options, sizeof options));
  options.workers = 1;
  CHECK_OK(rota_runtime_create(&options, &runtime));
  rota_notify* notify = NULL;
  CHECK_OK(rota_notify_create(runtime, &notify));
  /* The host's own functions agree with one another while the engine runs. */
  for (size_t size = 1; size < (1u << 20); size *= 3) {
    unsigned char* block = malloc(size);
    CHECK(block != NULL);
    CHECK(malloc_usable_size(block) >= size);
    memset(block, 0x5a, size);
    block = realloc(block, 2 * size);
    CHECK(block != NULL && block[size - 1] == 0x5a);
    free(block);
  }
  rota_notify_release(notify);
  rota_runtime_release(runtime);
}

int main(void) {
  RUN(the_host_s_allocator_is_its_own);
  RUN(the_host_s_memory_is_not_the_engine_s);
  return 0;
}
