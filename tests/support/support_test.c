/* SPDX-License-Identifier: MIT
 *
 * Each system's side does what the headers promise: the other tests lean on it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/lock.h"
#include "tests/support/memory.h"
#include "tests/support/socket.h"
#include "tests/support/thread.h"

#define CHECK(condition)                                                      \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                \
    }                                                                         \
  } while (0)

struct steps {
  struct os_lock lock;
  int step;
  uint64_t thread;
};

static void go_to(struct steps* steps, int step) {
  os_lock_take(&steps->lock);
  steps->step = step;
  os_lock_wake_all(&steps->lock);
  os_lock_give(&steps->lock);
}

static void wait_for(struct steps* steps, int step) {
  os_lock_take(&steps->lock);
  while (steps->step != step) os_lock_wait(&steps->lock);
  os_lock_give(&steps->lock);
}

static void* stay(void* arg) {
  struct steps* steps = arg;
  steps->thread = os_thread_self();
  go_to(steps, 1);
  wait_for(steps, 2);
  return &steps->thread;
}

static void threads_are_counted_told_apart_and_joined(void) {
  struct steps steps = {OS_LOCK_INIT, 0, 0};
  struct os_thread thread;
  os_thread_start(&thread, stay, &steps); /* a sanitizer may start its own with the first */
  wait_for(&steps, 1);
  go_to(&steps, 2);
  os_thread_join(&thread);
  const size_t before = os_thread_list(NULL, 0);
  CHECK(before >= 1);
  os_thread_start(&thread, stay, &steps);
  wait_for(&steps, 1);
  CHECK(os_thread_list(NULL, 0) == before + 1);
  CHECK(steps.thread != 0 && steps.thread != os_thread_self());
  go_to(&steps, 2);
  CHECK(os_thread_join(&thread) == &steps.thread);
  while (os_thread_list(NULL, 0) != before) os_sleep_ms(1);
  char name[32];
  memset(name, 'x', sizeof name);
  os_thread_name(name, sizeof name);
  CHECK(memchr(name, '\0', sizeof name) != NULL);
}

static void a_pair_carries_bytes_both_ways_and_never_waits(void) {
  os_socket ends[2];
  static char bytes[4096];
  os_socket_pair(ends);
  for (int i = 0; i < 2; ++i) {
    CHECK(os_socket_is_open(ends[i]));
    CHECK(os_socket_is_stream(ends[i]));
    CHECK(os_socket_receive(ends[i], bytes, sizeof bytes) == -1);
    CHECK(os_socket_send(ends[i], "abc", 3) == 3);
    CHECK(os_socket_receive(ends[!i], bytes, sizeof bytes) == 3 && memcmp(bytes, "abc", 3) == 0);
  }
  while (os_socket_send(ends[0], bytes, sizeof bytes) > 0) continue;
  os_socket_end(ends[1]);
  CHECK(os_socket_receive(ends[0], bytes, sizeof bytes) == 0);
  os_socket_close(ends[0]);
  os_socket_close(ends[1]);
  CHECK(!os_socket_is_open(ends[0]));
  uint16_t port = 0;
  const os_socket bound = os_socket_bound(&port);
  CHECK(port != 0 && os_socket_is_stream(bound));
  os_socket_close(bound);
  os_file_close(os_file_open());
}

static void memory_is_aligned(void) {
  for (size_t align = 1; align <= 4096; align *= 2) {
    void* block = os_aligned_alloc(align, 3 * align + 1);
    CHECK(block != NULL && (uintptr_t)block % align == 0);
    memset(block, 1, 3 * align + 1);
    os_aligned_free(block);
  }
}

int main(void) {
  threads_are_counted_told_apart_and_joined();
  a_pair_carries_bytes_both_ways_and_never_waits();
  memory_is_aligned();
  return 0;
}
