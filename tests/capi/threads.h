/* SPDX-License-Identifier: MIT
 *
 * The threads of this process, as the system lists them.
 */
#ifndef ROTA_TESTS_CAPI_THREADS_H
#define ROTA_TESTS_CAPI_THREADS_H

#include "tests/capi/support.h"

#include <dirent.h>

/* Now. */
static inline int count_threads(void) {
  DIR* directory = opendir("/proc/self/task");
  CHECK(directory != NULL);
  int count = 0;
  for (struct dirent* entry; (entry = readdir(directory)) != NULL;) count += entry->d_name[0] != '.';
  closedir(directory);
  return count;
}

/* The system takes a thread off its list a moment after it was joined, and has no event for that: look again. */
static inline void wait_for_threads(int wanted) {
  while (count_threads() != wanted) CHECK(poll(NULL, 0, 1) == 0);
}

static inline void* no_work(void* arg) { return arg; }

/* A sanitizer's run-time starts a thread of its own beside the program's first: let both be gone or there before
 * threads are counted. */
static inline void start_first_thread(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, no_work, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
}

#endif /* ROTA_TESTS_CAPI_THREADS_H */
