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

struct thread_list {
  uint64_t numbers[16];
  size_t count;
};

static inline void* list_threads(void* arg) {
  struct thread_list* list = arg;
  list->count = os_thread_list(list->numbers, sizeof list->numbers / sizeof *list->numbers);
  CHECK(list->count <= sizeof list->numbers / sizeof *list->numbers);
  return NULL;
}

static inline int all_are_in(const struct thread_list* these, const struct thread_list* those) {
  size_t found = 0;
  for (size_t i = 0; i < these->count; ++i) {
    for (size_t j = 0; j < those->count; ++j) found += these->numbers[i] == those->numbers[j];
  }
  return found == these->count;
}

/* A sanitizer's run-time and an emulator start a thread of their own beside the program's first: let that be there, and
 * the program's be off the list, before threads are counted. */
static inline void start_first_thread(void) {
  struct os_thread thread;
  struct thread_list during, now;
  os_thread_start(&thread, list_threads, &during);
  os_thread_join(&thread);
  for (list_threads(&now); all_are_in(&during, &now); list_threads(&now)) os_sleep_ms(1);
}

#endif /* ROTA_TESTS_CAPI_THREADS_H */
