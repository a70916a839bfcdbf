/* SPDX-License-Identifier: MIT
 *
 * Checks that end the test, and an event that can be waited for.
 */
#ifndef ROTA_TESTS_CAPI_CHECK_H
#define ROTA_TESTS_CAPI_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "rota/rota.h"
#include "tests/support/lock.h"

/* ------------------------------------------------------------------------------------------------------- checks */

/* Ends the process at once: other threads may be running, so nothing can be torn down in order. */
static inline void fail_at(const char* file, int line, const char* what) {
  fflush(stdout);
  fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
  fflush(stderr);
  _Exit(1);
}

#define CHECK(condition)                                       \
  do {                                                         \
    if (!(condition)) fail_at(__FILE__, __LINE__, #condition); \
  } while (0)

static inline void check_status(rota_status is, rota_status wanted, const char* file, int line, const char* what) {
  if (is == wanted) return;
  char text[512];
  snprintf(text, sizeof text, "%s is %s (%d), not %s", what, rota_status_name(is), is, rota_status_name(wanted));
  fail_at(file, line, text);
}

#define CHECK_STATUS(expression, wanted) check_status((expression), (wanted), __FILE__, __LINE__, #expression)
#define CHECK_OK(expression) CHECK_STATUS(expression, ROTA_OK)

/* Runs a test function and says so. */
#define RUN(test)             \
  do {                        \
    test();                   \
    printf("ok %s\n", #test); \
    fflush(stdout);           \
  } while (0)

/* The same for one that depends on the number of workers. */
#define RUN_WITH(test, workers)                                \
  do {                                                         \
    test(workers);                                             \
    printf("ok %s, %u workers\n", #test, (unsigned)(workers)); \
    fflush(stdout);                                            \
  } while (0)

/* -------------------------------------------------------------------------------------------------------- events */

/* Something that happens a number of times, and can be waited for. */
struct event {
  struct os_lock lock;
  uint32_t count;
};
#define EVENT_INIT {OS_LOCK_INIT, 0}

static inline void event_signal(struct event* event) {
  os_lock_take(&event->lock);
  event->count++;
  os_lock_wake_all(&event->lock);
  os_lock_give(&event->lock);
}

static inline void event_wait(struct event* event, uint32_t count) {
  os_lock_take(&event->lock);
  while (event->count < count) os_lock_wait(&event->lock);
  os_lock_give(&event->lock);
}

static inline uint32_t event_count(struct event* event) {
  os_lock_take(&event->lock);
  const uint32_t count = event->count;
  os_lock_give(&event->lock);
  return count;
}

#endif /* ROTA_TESTS_CAPI_CHECK_H */
