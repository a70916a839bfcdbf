/* SPDX-License-Identifier: MIT
 *
 * The threads of this process, as the system lists them.
 */
#ifndef ROTA_TESTS_CAPI_THREADS_H
#define ROTA_TESTS_CAPI_THREADS_H

#include "tests/capi/support.h"

/* Now. */
static inline int count_threads(void) { return (int)os_thread_list(NULL, 0); }

/* The system takes a thread off its list a moment after it was joined, and has no event for that: look again. */
static inline void wait_for_threads(int wanted) {
  while (count_threads() != wanted) os_sleep_ms(1);
}

static inline void* no_work(void* arg) { return arg; }

/* A sanitizer's run-time starts a thread of its own beside the program's first: let both be gone or there before
 * threads are counted. */
static inline void start_first_thread(void) {
  struct os_thread thread;
  os_thread_start(&thread, no_work, NULL);
  os_thread_join(&thread);
}

#endif /* ROTA_TESTS_CAPI_THREADS_H */
