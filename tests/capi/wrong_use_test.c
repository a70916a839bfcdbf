/* SPDX-License-Identifier: MIT
 *
 * NULL for every pointer parameter of every function that may be called outside a poll. Each is answered with a status
 * (or NULL, or 0), out-parameters are nulled, and nothing aborts.
 */
#include "tests/capi/handles.h"

static void no_op(rota_task* task, rota_status status, void* user1, void* user2) {
  (void)task;
  (void)status;
  (void)user1;
  (void)user2;
}

static void null_for_the_runtime_is_refused(void) {
  rota_task* task;
  rota_queue* queue;
  rota_timer* timer;
  rota_interval* interval;
  rota_socket* socket;
  rota_fd* fd;
  rota_oneshot* oneshot;
  rota_notify* notify;
  rota_mutex* mutex;
  rota_semaphore* semaphore;
  rota_channel* channel;
  rota_metrics metrics;
  struct counted counted = COUNTED_INIT(ROTA_OK);
  const rota_spawn_desc desc = describe(&counted);
  WRONG(rota_runtime_create(NULL, NULL));
  WRONG(rota_runtime_shutdown(NULL, 0));
  CHECK(rota_runtime_workers(NULL) == 0);
  CHECK(rota_now(NULL) == 0);
  CHECK(rota_current_runtime() == NULL);
  WRONG(rota_metrics_read(NULL, &metrics, sizeof metrics));
  WRONG_OUT(task, rota_spawn(NULL, &desc, &task));
  WRONG(rota_block_on(NULL, &desc));
  WRONG_OUT(task, rota_spawn_blocking(NULL, counted_job, &counted, NULL, &task));
  WRONG_OUT(task, rota_sleep(NULL, 0, &task));
  WRONG_OUT(task, rota_sleep_until(NULL, 0, &task));
  WRONG_OUT(timer, rota_timer_create(NULL, &timer));
  WRONG_OUT(interval, rota_interval_create(NULL, 1, 0, &interval));
  WRONG_OUT(queue, rota_queue_create(NULL, &queue));
  WRONG_OUT(task, rota_tcp_connect(NULL, "127.0.0.1", 9, 1, NULL, &socket, &task));
  WRONG_OUT(socket, rota_tcp_listen(NULL, "127.0.0.1", 9, 0, NULL, &socket));
  WRONG_OUT(fd, rota_fd_register(NULL, 0, &fd));
  WRONG_OUT(oneshot, rota_oneshot_create(NULL, NULL, &oneshot));
  WRONG_OUT(notify, rota_notify_create(NULL, &notify));
  WRONG_OUT(mutex, rota_mutex_create(NULL, &mutex));
  WRONG_OUT(semaphore, rota_semaphore_create(NULL, 0, &semaphore));
  WRONG_OUT(channel, rota_channel_create(NULL, 0, NULL, &channel));
}

static void null_for_the_handle_is_refused(void) {
  char buffer[8] = {0};
  const rota_buffer pieces[] = {{buffer, 1}};
  rota_task* task;
  rota_socket* socket;
  rota_completion completion;
  const char* name;
  size_t count;
  uint32_t ran, ready;
  uint16_t port;
  int64_t value;
  intptr_t native;
  void* pointer;
  WRONG(rota_task_status(NULL));
  WRONG(rota_task_wait(NULL, 0));
  WRONG(rota_task_on_done(NULL, NULL, no_op, NULL, NULL));
  WRONG(rota_task_cancel(NULL));
  name = buffer;
  CHECK(rota_task_name(NULL, &name) == 0 && name == NULL);
  WRONG(rota_waker_wake(NULL));
  CHECK(rota_waker_is_current(NULL, NULL) == 0);
  WRONG_OUT(task, rota_timeout(NULL, 0, &task));
  WRONG(rota_timer_start(NULL, 0));
  WRONG(rota_timer_start_at(NULL, 0));
  WRONG(rota_timer_stop(NULL));
  WRONG_OUT(task, rota_interval_tick(NULL, &task));
  native = 0;
  WRONG(rota_queue_handle(NULL, &native));
  CHECK(native == -1); /* 0 would be a descriptor */
  WRONG_OUT(ran, rota_queue_run(NULL, 0, 0, &ran));
  WRONG_OUT(ran, rota_queue_pop(NULL, &completion, 1, &ran));
  WRONG_OUT(task, rota_tcp_accept(NULL, &socket, &task));
  WRONG_OUT(task, rota_socket_read(NULL, buffer, 1, &count, &task));
  WRONG_OUT(task, rota_socket_write(NULL, buffer, 1, &count, &task));
  WRONG_OUT(task, rota_socket_write_all(NULL, buffer, 1, &count, &task));
  WRONG_OUT(task, rota_socket_writev(NULL, pieces, 1, &count, &task));
  WRONG(rota_socket_shutdown(NULL, ROTA_SHUTDOWN_BOTH));
  WRONG(rota_socket_close(NULL));
  WRONG(rota_socket_set_option(NULL, ROTA_SOCKET_NODELAY, 1));
  WRONG_OUT(value, rota_socket_get_option(NULL, ROTA_SOCKET_NODELAY, &value));
  WRONG_OUT(count, rota_socket_local_address(NULL, buffer, 8, &count, &port));
  WRONG_OUT(count, rota_socket_peer_address(NULL, buffer, 8, &count, &port));
  native = 0;
  WRONG(rota_socket_native(NULL, &native));
  CHECK(native == -1);
  WRONG_OUT(task, rota_fd_wait(NULL, ROTA_READABLE, &ready, &task));
  WRONG(rota_fd_deregister(NULL));
  WRONG(rota_oneshot_send(NULL, buffer));
  WRONG_OUT(pointer, rota_oneshot_try_recv(NULL, &pointer));
  WRONG_OUT(task, rota_oneshot_recv(NULL, &pointer, &task));
  WRONG(rota_oneshot_close(NULL));
  WRONG(rota_notify_one(NULL));
  WRONG(rota_notify_all(NULL));
  WRONG_OUT(task, rota_notify_wait(NULL, &task));
  WRONG(rota_mutex_try_lock(NULL));
  WRONG_OUT(task, rota_mutex_lock(NULL, &task));
  WRONG(rota_mutex_unlock(NULL));
  WRONG(rota_semaphore_try_acquire(NULL, 1));
  WRONG_OUT(task, rota_semaphore_acquire(NULL, 1, &task));
  WRONG(rota_semaphore_add(NULL, 1));
  CHECK(rota_semaphore_available(NULL) == 0);
  WRONG(rota_semaphore_close(NULL));
  WRONG(rota_channel_try_send(NULL, buffer));
  WRONG_OUT(task, rota_channel_send(NULL, buffer, &task));
  WRONG_OUT(pointer, rota_channel_try_recv(NULL, &pointer));
  WRONG_OUT(task, rota_channel_recv(NULL, &pointer, &task));
  WRONG(rota_channel_close(NULL));
  CHECK(rota_channel_len(NULL) == 0);
}

static void null_for_an_out_parameter_is_refused(void) {
  struct handles h;
  handles_begin(&h);
  rota_runtime* runtime = h.world.runtime;
  char buffer[8] = {0};
  rota_task* task;
  rota_socket* socket = NULL;
  size_t count;
  uint32_t ran;
  uint16_t port;
  WRONG(rota_metrics_read(runtime, NULL, sizeof(rota_metrics)));
  WRONG_OUT(task, rota_spawn(runtime, NULL, &task));
  WRONG(rota_block_on(runtime, NULL));
  WRONG_OUT(task, rota_spawn_blocking(runtime, NULL, NULL, NULL, &task));
  CHECK(rota_task_name(h.task, NULL) == 0);
  WRONG(rota_task_on_done(h.task, NULL, NULL, NULL, NULL));
  WRONG(rota_timer_create(runtime, NULL));
  WRONG(rota_interval_create(runtime, 1, 0, NULL));
  WRONG(rota_queue_create(runtime, NULL));
  WRONG(rota_queue_handle(h.queue, NULL));
  CHECK_OK(rota_queue_run(h.queue, 0, 0, NULL)); /* may be NULL */
  WRONG(rota_queue_pop(h.queue, NULL, 1, &ran));
  WRONG(rota_queue_pop(h.queue, &(rota_completion){0}, 1, NULL));
  WRONG_OUT(task, rota_tcp_connect(runtime, NULL, 9, 1, NULL, &socket, &task));
  WRONG_OUT(task, rota_tcp_connect(runtime, "127.0.0.1", 9, 1, NULL, NULL, &task));
  WRONG_OUT(socket, rota_tcp_listen(runtime, NULL, 9, 0, NULL, &socket));
  WRONG(rota_tcp_listen(runtime, "127.0.0.1", 9, 0, NULL, NULL));
  WRONG_OUT(task, rota_tcp_accept(h.listener, NULL, &task));
  WRONG_OUT(task, rota_socket_read(h.pair.client, NULL, 1, &count, &task));
  WRONG_OUT(task, rota_socket_read(h.pair.client, buffer, 1, NULL, &task));
  WRONG_OUT(task, rota_socket_write(h.pair.client, NULL, 1, &count, &task));
  WRONG_OUT(task, rota_socket_write(h.pair.client, buffer, 1, NULL, &task));
  WRONG_OUT(task, rota_socket_write_all(h.pair.client, NULL, 1, &count, &task));
  WRONG_OUT(task, rota_socket_writev(h.pair.client, NULL, 1, &count, &task));
  WRONG_OUT(task, rota_socket_writev(h.pair.client, &(rota_buffer){NULL, 1}, 1, &count, &task));
  WRONG_OUT(task, rota_socket_writev(h.pair.client, &(rota_buffer){buffer, 1}, 1, NULL, &task));
  WRONG(rota_socket_get_option(h.pair.client, ROTA_SOCKET_NODELAY, NULL));
  WRONG_OUT(count, rota_socket_local_address(h.pair.client, NULL, 8, &count, &port));
  WRONG(rota_socket_local_address(h.pair.client, buffer, 8, NULL, &port));
  WRONG_OUT(count, rota_socket_peer_address(h.pair.client, NULL, 8, &count, &port));
  WRONG(rota_socket_peer_address(h.pair.client, buffer, 8, NULL, &port));
  WRONG(rota_socket_native(h.pair.client, NULL));
  WRONG(rota_fd_register(runtime, h.ends[1], NULL));
  WRONG_OUT(task, rota_fd_wait(h.fd, ROTA_READABLE, NULL, &task));
  WRONG(rota_oneshot_create(runtime, NULL, NULL));
  WRONG(rota_oneshot_try_recv(h.oneshot, NULL));
  WRONG_OUT(task, rota_oneshot_recv(h.oneshot, NULL, &task));
  WRONG(rota_notify_create(runtime, NULL));
  WRONG(rota_mutex_create(runtime, NULL));
  WRONG(rota_semaphore_create(runtime, 1, NULL));
  WRONG(rota_channel_create(runtime, 1, NULL, NULL));
  WRONG(rota_channel_try_recv(h.channel, NULL));
  WRONG_OUT(task, rota_channel_recv(h.channel, NULL, &task));
  handles_end(&h);
}

/* A task nobody can have makes no sense where it is the only result. */
static void null_for_the_task_is_refused(void) {
  struct handles h;
  handles_begin(&h);
  rota_runtime* runtime = h.world.runtime;
  char buffer[8] = {0};
  rota_socket* socket = NULL;
  size_t count = 0;
  uint32_t ready = 0;
  void* pointer = NULL;
  WRONG(rota_sleep(runtime, 0, NULL));
  WRONG(rota_sleep_until(runtime, 0, NULL));
  WRONG(rota_timeout(h.task, LONG_TIME, NULL));
  WRONG(rota_interval_tick(h.interval, NULL));
  WRONG(rota_tcp_connect(runtime, "127.0.0.1", 9, 1, NULL, &socket, NULL));
  WRONG(rota_tcp_accept(h.listener, &socket, NULL));
  WRONG(rota_socket_read(h.pair.client, buffer, 1, &count, NULL));
  WRONG(rota_socket_write(h.pair.client, buffer, 1, &count, NULL));
  WRONG(rota_socket_write_all(h.pair.client, buffer, 1, &count, NULL));
  WRONG(rota_socket_writev(h.pair.client, &(rota_buffer){buffer, 1}, 1, &count, NULL));
  WRONG(rota_fd_wait(h.fd, ROTA_READABLE, &ready, NULL));
  WRONG(rota_oneshot_recv(h.oneshot, &pointer, NULL));
  WRONG(rota_notify_wait(h.notify, NULL));
  WRONG(rota_mutex_lock(h.mutex, NULL));
  WRONG(rota_semaphore_acquire(h.semaphore, 1, NULL));
  WRONG(rota_channel_send(h.channel, buffer, NULL));
  WRONG(rota_channel_recv(h.channel, &pointer, NULL));
  /* Nothing came of any of these. */
  CHECK_OK(rota_mutex_try_lock(h.mutex));
  CHECK(rota_semaphore_available(h.semaphore) == 1);
  CHECK(rota_channel_len(h.channel) == 0);
  handles_end(&h);
}

int main(void) {
  RUN(null_for_the_runtime_is_refused);
  RUN(null_for_the_handle_is_refused);
  RUN(null_for_an_out_parameter_is_refused);
  RUN(null_for_the_task_is_refused);
  return 0;
}
