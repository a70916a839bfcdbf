/* SPDX-License-Identifier: MIT
 *
 * What the tests of wrong use share: one handle of each kind, and checks that a wrong call says so.
 */
#ifndef ROTA_TESTS_CAPI_HANDLES_H
#define ROTA_TESTS_CAPI_HANDLES_H

#include "tests/capi/tcp_support.h"
#include "tests/support/socket.h"

/* One handle of each kind. */
struct handles {
  struct world world;
  rota_task* task;     /* pending, polled when it is woken */
  struct event polled; /* one signal a poll of it */
  rota_waker* waker;
  rota_queue* queue;
  rota_timer* timer;
  rota_interval* interval;
  rota_socket* listener;
  struct pair pair;
  rota_fd* fd;
  rota_oneshot* oneshot;
  rota_notify* notify;
  rota_mutex* mutex;
  rota_semaphore* semaphore;
  rota_channel* channel;
  os_socket ends[2]; /* of the host; the first is registered */
};

/* Keeps a waker of itself at its first poll, and waits for ever. */
static inline rota_status keep_waker_poll(void* state, rota_context* cx) {
  struct handles* h = state;
  if (h->waker == NULL) {
    h->waker = rota_waker_clone(cx);
    CHECK(h->waker != NULL);
  }
  event_signal(&h->polled);
  return ROTA_PENDING;
}

static inline void handles_begin(struct handles* h) {
  memset(h, 0, sizeof *h);
  world_begin(&h->world, 1);
  rota_runtime* runtime = h->world.runtime;
  const struct event event = EVENT_INIT;
  h->polled = event;
  const rota_spawn_desc desc = describe_poll(keep_waker_poll, h);
  uint16_t port = 0;
  CHECK_OK(rota_spawn(runtime, &desc, &h->task));
  event_wait(&h->polled, 1);
  CHECK_OK(rota_queue_create(runtime, &h->queue));
  CHECK_OK(rota_timer_create(runtime, &h->timer));
  CHECK_OK(rota_interval_create(runtime, SECOND, ROTA_MISSED_SKIP, &h->interval));
  CHECK_OK(rota_oneshot_create(runtime, NULL, &h->oneshot));
  CHECK_OK(rota_notify_create(runtime, &h->notify));
  CHECK_OK(rota_mutex_create(runtime, &h->mutex));
  CHECK_OK(rota_semaphore_create(runtime, 1, &h->semaphore));
  CHECK_OK(rota_channel_create(runtime, 1, NULL, &h->channel));
  h->listener = listen_here(runtime, &port);
  h->pair = connect_pair(runtime);
  os_socket_pair(h->ends);
  CHECK_OK(rota_fd_register(runtime, h->ends[0], &h->fd));
}

static inline void handles_end(struct handles* h) {
  rota_task_release(h->task);
  rota_waker_release(h->waker);
  rota_queue_release(h->queue);
  rota_timer_release(h->timer);
  rota_interval_release(h->interval);
  rota_socket_release(h->listener);
  release_pair(&h->pair);
  rota_fd_release(h->fd);
  rota_oneshot_release(h->oneshot);
  rota_notify_release(h->notify);
  rota_mutex_release(h->mutex);
  rota_semaphore_release(h->semaphore);
  rota_channel_release(h->channel);
  os_socket_close(h->ends[0]);
  os_socket_close(h->ends[1]);
  world_end(&h->world);
}

/* The call is wrong and says so. */
#define WRONG(call) CHECK_STATUS(call, ROTA_EINVAL)
/* The same, and sets `out`, which was not, to NULL or zero. */
#define WRONG_OUT(out, call)             \
  do {                                   \
    memset(&(out), 0xee, sizeof(out));   \
    CHECK_STATUS(call, ROTA_EINVAL);     \
    CHECK(is_zero(&(out), sizeof(out))); \
  } while (0)

static inline int is_zero(const void* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (((const unsigned char*)bytes)[i] != 0) return 0;
  }
  return 1;
}

#endif /* ROTA_TESTS_CAPI_HANDLES_H */
