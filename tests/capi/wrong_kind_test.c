/* SPDX-License-Identifier: MIT
 *
 * Wrong handles inside a poll, handles of another kind, and handles that are no handles at all.
 */
#include "tests/capi/handles.h"

/* ------------------------------------------------------------------------------------------------ inside a poll */

/* Everything that wants a context, without one and with NULL for the rest. */
static rota_status call_wrongly(void* state, rota_context* cx) {
  struct handles* h = state;
  char buffer[8] = {0};
  const rota_buffer pieces[] = {{buffer, 1}};
  rota_socket* socket;
  size_t count;
  uint32_t ready;
  uint64_t deadline;
  void* pointer;
  CHECK(rota_waker_clone(NULL) == NULL);
  CHECK(rota_waker_is_current(NULL, cx) == 0);
  CHECK(rota_waker_is_current(h->waker, NULL) == 0);
  CHECK(rota_waker_is_current(h->waker, cx) == 0);
  CHECK(rota_context_runtime(NULL) == NULL);
  CHECK(rota_context_task(NULL) == NULL);
  WRONG(rota_yield(NULL));
  WRONG(rota_budget(NULL));
  WRONG(rota_task_poll(NULL, cx));
  WRONG(rota_task_poll(h->task, NULL));
  WRONG(rota_timer_poll(NULL, cx));
  WRONG(rota_timer_poll(h->timer, NULL));
  WRONG_OUT(deadline, rota_interval_poll(NULL, cx, &deadline));
  WRONG_OUT(deadline, rota_interval_poll(h->interval, NULL, &deadline));
  WRONG_OUT(socket, rota_tcp_accept_poll(NULL, cx, &socket));
  WRONG_OUT(socket, rota_tcp_accept_poll(h->listener, NULL, &socket));
  WRONG(rota_tcp_accept_poll(h->listener, cx, NULL));
  WRONG_OUT(count, rota_socket_read_poll(NULL, cx, buffer, 1, &count));
  WRONG_OUT(count, rota_socket_read_poll(h->pair.client, NULL, buffer, 1, &count));
  WRONG_OUT(count, rota_socket_read_poll(h->pair.client, cx, NULL, 1, &count));
  WRONG(rota_socket_read_poll(h->pair.client, cx, buffer, 1, NULL));
  WRONG_OUT(count, rota_socket_write_poll(NULL, cx, buffer, 1, &count));
  WRONG_OUT(count, rota_socket_write_poll(h->pair.client, NULL, buffer, 1, &count));
  WRONG_OUT(count, rota_socket_write_poll(h->pair.client, cx, NULL, 1, &count));
  WRONG(rota_socket_write_poll(h->pair.client, cx, buffer, 1, NULL));
  WRONG_OUT(count, rota_socket_writev_poll(NULL, cx, pieces, 1, &count));
  WRONG_OUT(count, rota_socket_writev_poll(h->pair.client, NULL, pieces, 1, &count));
  WRONG_OUT(count, rota_socket_writev_poll(h->pair.client, cx, NULL, 1, &count));
  WRONG(rota_socket_writev_poll(h->pair.client, cx, pieces, 1, NULL));
  WRONG_OUT(ready, rota_fd_poll(NULL, cx, ROTA_READABLE, &ready));
  WRONG_OUT(ready, rota_fd_poll(h->fd, NULL, ROTA_READABLE, &ready));
  WRONG(rota_fd_poll(h->fd, cx, ROTA_READABLE, NULL));
  WRONG_OUT(pointer, rota_oneshot_recv_poll(NULL, cx, &pointer));
  WRONG_OUT(pointer, rota_oneshot_recv_poll(h->oneshot, NULL, &pointer));
  WRONG(rota_oneshot_recv_poll(h->oneshot, cx, NULL));
  WRONG_OUT(pointer, rota_channel_recv_poll(NULL, cx, &pointer));
  WRONG_OUT(pointer, rota_channel_recv_poll(h->channel, NULL, &pointer));
  WRONG(rota_channel_recv_poll(h->channel, cx, NULL));
  return ROTA_OK;
}

static void wrong_calls_in_a_poll_are_refused(void) {
  struct handles h;
  handles_begin(&h);
  const rota_spawn_desc desc = describe_poll(call_wrongly, &h);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(h.world.runtime, &desc, &task));
  CHECK_OK(finish(task));
  CHECK_OK(rota_block_on(h.world.runtime, &desc));
  handles_end(&h);
}

/* ----------------------------------------------------------------------------------------------- of another kind */

enum kind {
  kRuntime,
  kTask,
  kQueue,
  kTimer,
  kInterval,
  kSocket,
  kFd,
  kOneshot,
  kNotify,
  kMutex,
  kSemaphore,
  kChannel,
  kKinds
};

/* Something harmless to ask of a handle of that kind, whatever it really is. */
static rota_status ask(enum kind kind, void* handle) {
  int64_t value = 0;
  uint32_t ran = 0;
  rota_task* task = NULL;
  void* pointer = NULL;
  rota_status status = ROTA_OK;
  switch (kind) {
    case kRuntime: {
      rota_metrics metrics;
      return rota_metrics_read(handle, &metrics, sizeof metrics);
    }
    case kTask:
      return rota_task_status(handle);
    case kQueue:
      return rota_queue_run(handle, 1, 0, &ran);
    case kTimer:
      return rota_timer_start(handle, LONG_TIME);
    case kInterval:
      status = rota_interval_tick(handle, &task);
      if (task != NULL) {
        rota_task_cancel(task);
        finish(task);
      }
      return status;
    case kSocket:
      return rota_socket_get_option(handle, ROTA_SOCKET_NODELAY, &value);
    case kFd:
      status = rota_fd_wait(handle, ROTA_READABLE, &ran, &task);
      if (task != NULL) {
        rota_task_cancel(task);
        finish(task);
      }
      return status;
    case kOneshot:
      return rota_oneshot_try_recv(handle, &pointer);
    case kNotify:
      return rota_notify_all(handle);
    case kMutex:
      return rota_mutex_unlock(handle);
    case kSemaphore:
      return rota_semaphore_add(handle, 1);
    default:
      return rota_channel_try_recv(handle, &pointer);
  }
}

/* Clones and releases what is no handle of that kind: a clone gives NULL, a release does nothing. */
static void clone_and_release(enum kind kind, void* handle) {
  void* clone = NULL;
  switch (kind) {
    case kRuntime:
      clone = rota_runtime_clone(handle), rota_runtime_release(handle);
      break;
    case kTask:
      clone = rota_task_clone(handle), rota_task_release(handle);
      break;
    case kQueue:
      clone = rota_queue_clone(handle), rota_queue_release(handle);
      break;
    case kTimer:
      clone = rota_timer_clone(handle), rota_timer_release(handle);
      break;
    case kInterval:
      clone = rota_interval_clone(handle), rota_interval_release(handle);
      break;
    case kSocket:
      clone = rota_socket_clone(handle), rota_socket_release(handle);
      break;
    case kFd:
      clone = rota_fd_clone(handle), rota_fd_release(handle);
      break;
    case kOneshot:
      clone = rota_oneshot_clone(handle), rota_oneshot_release(handle);
      break;
    case kNotify:
      clone = rota_notify_clone(handle), rota_notify_release(handle);
      break;
    case kMutex:
      clone = rota_mutex_clone(handle), rota_mutex_release(handle);
      break;
    case kSemaphore:
      clone = rota_semaphore_clone(handle), rota_semaphore_release(handle);
      break;
    default:
      clone = rota_channel_clone(handle), rota_channel_release(handle);
      break;
  }
  CHECK(clone == NULL);
}

static void a_handle_of_another_kind_is_refused(void) {
  struct handles h;
  handles_begin(&h);
  void* const handles[kKinds] = {h.world.runtime, h.task,   h.queue, h.timer,     h.interval, h.pair.client, h.fd,
                                 h.oneshot,       h.notify, h.mutex, h.semaphore, h.channel};
  for (int is = 0; is < kKinds; ++is) {
    CHECK(ask((enum kind)is, handles[is]) != ROTA_EINVAL);
    for (int wanted = 0; wanted < kKinds; ++wanted) {
      if (wanted == is) continue;
      if (ask((enum kind)wanted, handles[is]) != ROTA_EINVAL) {
        fprintf(stderr, "a handle of kind %d passes for one of kind %d\n", is, wanted);
        CHECK(!"a handle of another kind is accepted");
      }
      clone_and_release((enum kind)wanted, handles[is]);
    }
  }
  handles_end(&h);
}

/* Memory that never was a handle: zeroed, filled, and a pointer that no handle could have. */
static void what_is_no_handle_is_refused(void) {
  const unsigned char fillings[] = {0x00, 0xff, 0xa5, 0x01};
  _Alignas(256) unsigned char memory[1024];
  for (size_t i = 0; i < sizeof fillings; ++i) {
    memset(memory, fillings[i], sizeof memory);
    for (int kind = 0; kind < kKinds; ++kind) {
      CHECK_STATUS(ask((enum kind)kind, memory), ROTA_EINVAL);
      clone_and_release((enum kind)kind, memory);
      CHECK_STATUS(ask((enum kind)kind, memory + 1), ROTA_EINVAL);
      clone_and_release((enum kind)kind, memory + 1);
    }
    for (size_t k = 0; k < sizeof memory; ++k) CHECK(memory[k] == fillings[i]);
  }
}

/* Handles of two runtimes do not mix. */
static void handles_of_another_runtime_are_refused(void) {
  struct world world, other;
  world_begin(&world, 1);
  world_begin(&other, 1);
  rota_queue* queue = NULL;
  rota_task* task = NULL;
  struct counted counted = COUNTED_INIT(ROTA_OK);
  CHECK_OK(rota_queue_create(other.runtime, &queue));
  rota_spawn_desc desc = describe(&counted);
  desc.on = queue;
  WRONG_OUT(task, rota_spawn(world.runtime, &desc, &task));
  CHECK(event_count(&counted.dropped) == 1);
  rota_queue_release(queue);
  world_end(&world);
  world_end(&other);
}

int main(void) {
  RUN(wrong_calls_in_a_poll_are_refused);
  RUN(a_handle_of_another_kind_is_refused);
  RUN(what_is_no_handle_is_refused);
  RUN(handles_of_another_runtime_are_refused);
  return 0;
}
