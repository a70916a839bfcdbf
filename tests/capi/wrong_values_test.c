/* SPDX-License-Identifier: MIT
 *
 * Absurd numbers, and calls in the wrong order: each is answered with a status, nothing aborts, hangs or leaks.
 */
#include "tests/capi/handles.h"

#include <limits.h>

static struct handles h;

/* ---------------------------------------------------------------------------------------------------------- time */

/* Pending now, and free to be cancelled. */
static void cancel_pending(rota_task* task) {
  CHECK_STATUS(rota_task_status(task), ROTA_PENDING);
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
}

static void delays_may_be_of_any_length(void) {
  const uint64_t delays[] = {UINT64_MAX, UINT64_MAX - 1, (uint64_t)INT64_MAX, (uint64_t)INT64_MAX + 1,
                             UINT64_MAX / 2 + 7};
  for (size_t i = 0; i < sizeof delays / sizeof *delays; ++i) {
    rota_task* task = NULL;
    CHECK_OK(rota_sleep(h.world.runtime, delays[i], &task));
    cancel_pending(task);
    CHECK_OK(rota_sleep_until(h.world.runtime, delays[i], &task));
    cancel_pending(task);
    CHECK_OK(rota_timer_start(h.timer, delays[i]));
    CHECK_OK(rota_timer_stop(h.timer));
    CHECK_OK(rota_timer_start_at(h.timer, delays[i]));
    CHECK_OK(rota_timer_stop(h.timer));
    CHECK_STATUS(rota_timer_stop(h.timer), ROTA_EALREADY);
    struct counted counted = COUNTED_INIT(ROTA_PENDING);
    rota_task* target = spawn_counted(h.world.runtime, &counted);
    CHECK_OK(rota_timeout(target, delays[i], &task));
    CHECK_STATUS(rota_task_wait(target, 0), ROTA_ETIMEDOUT);
    CHECK_OK(rota_task_cancel(task));
    CHECK_STATUS(finish(task), ROTA_ECANCELED);
    CHECK_STATUS(finish(target), ROTA_ECANCELED);
    struct counted quick = COUNTED_INIT(ROTA_OK);
    target = spawn_counted(h.world.runtime, &quick);
    CHECK_OK(rota_task_wait(target, delays[i]));
    rota_task_release(target);
    CHECK_OK(rota_queue_run(h.queue, UINT32_MAX, delays[i], NULL));
  }
  rota_task* task = NULL;
  CHECK_OK(rota_sleep(h.world.runtime, 0, &task));
  CHECK_OK(finish(task));
  CHECK_OK(rota_sleep_until(h.world.runtime, 0, &task));
  CHECK_OK(finish(task));
}

static void intervals_have_a_period_and_a_mode(void) {
  rota_interval* interval;
  rota_task* task = NULL;
  WRONG_OUT(interval, rota_interval_create(h.world.runtime, 0, ROTA_MISSED_BURST, &interval));
  WRONG_OUT(interval, rota_interval_create(h.world.runtime, SECOND, ROTA_MISSED_DELAY + 1, &interval));
  WRONG_OUT(interval, rota_interval_create(h.world.runtime, SECOND, UINT32_MAX, &interval));
  const uint64_t periods[] = {UINT64_MAX, (uint64_t)INT64_MAX, UINT64_MAX - 1};
  for (size_t i = 0; i < sizeof periods / sizeof *periods; ++i) {
    CHECK_OK(rota_interval_create(h.world.runtime, periods[i], ROTA_MISSED_SKIP, &interval));
    CHECK_OK(rota_interval_tick(interval, &task));
    cancel_pending(task);
    rota_interval_release(interval);
  }
  for (uint32_t missed = ROTA_MISSED_BURST; missed <= ROTA_MISSED_DELAY; ++missed) {
    CHECK_OK(rota_interval_create(h.world.runtime, 1, missed, &interval)); /* a tick a nanosecond */
    for (int i = 0; i < 3; ++i) {
      CHECK_OK(rota_interval_tick(interval, &task));
      CHECK_OK(finish(task));
    }
    rota_interval_release(interval);
  }
}

/* --------------------------------------------------------------------------------------------------------- tasks */

static void cancelling_twice_says_so(void) {
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  rota_task* task = spawn_counted(h.world.runtime, &counted);
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(rota_task_cancel(task), ROTA_EALREADY);
  CHECK_STATUS(rota_task_wait(task, LONG_TIME), ROTA_ECANCELED);
  CHECK_STATUS(rota_task_cancel(task), ROTA_EALREADY);
  rota_task_release(task);
  CHECK(event_count(&counted.dropped) == 1);
}

static void queues_take_any_limit(void) {
  struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_completion completions[4];
  uint32_t count = 77;
  rota_task* task = spawn_counted(h.world.runtime, &counted);
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  CHECK_OK(rota_task_on_done(task, h.queue, NULL, NULL, NULL));
  CHECK(rota_queue_pop(h.queue, completions, 0, &count) != ROTA_OK); /* one is left */
  CHECK(count == 0);
  CHECK(queue_readable(h.queue, 20000));
  CHECK_OK(rota_queue_pop(h.queue, completions, UINT32_MAX, &count));
  CHECK(count == 1);
  rota_task_release(completions[0].task);
  rota_task_release(task);
}

static void a_waker_may_outlive_its_task(void) {
  const uint32_t polls = event_count(&h.polled);
  CHECK_OK(rota_waker_wake(h.waker));
  event_wait(&h.polled, polls + 1);
  rota_waker* waker = rota_waker_share(h.waker);
  CHECK(waker == h.waker);
  CHECK_OK(rota_task_cancel(h.task));
  CHECK_STATUS(rota_task_wait(h.task, LONG_TIME), ROTA_ECANCELED);
  for (int i = 0; i < 3; ++i) CHECK_OK(rota_waker_wake(waker));
  rota_waker_release(waker);
}

/* ---------------------------------------------------------------------------------------------------------- sync */

static void permits_are_bounded(void) {
  rota_semaphore* semaphore = NULL;
  rota_task* task = NULL;
  CHECK_OK(rota_semaphore_create(h.world.runtime, ROTA_PERMITS_MAX, &semaphore));
  CHECK(rota_semaphore_available(semaphore) == ROTA_PERMITS_MAX);
  CHECK_STATUS(rota_semaphore_add(semaphore, 1), ROTA_EOVERFLOW);
  CHECK_STATUS(rota_semaphore_add(semaphore, UINT32_MAX), ROTA_EOVERFLOW);
  CHECK(rota_semaphore_available(semaphore) == ROTA_PERMITS_MAX);
  CHECK_OK(rota_semaphore_try_acquire(semaphore, UINT32_MAX));
  CHECK(rota_semaphore_available(semaphore) == 0);
  CHECK_STATUS(rota_semaphore_try_acquire(semaphore, UINT32_MAX), ROTA_EAGAIN);
  CHECK_OK(rota_semaphore_acquire(semaphore, UINT32_MAX, &task));
  CHECK_OK(rota_semaphore_add(semaphore, UINT32_MAX));
  CHECK_OK(finish(task));
  CHECK_OK(rota_semaphore_add(semaphore, 0));
  CHECK(rota_semaphore_available(semaphore) == 0);
  rota_semaphore_release(semaphore);
}

static void unlocking_what_is_not_locked_is_refused(void) {
  CHECK_STATUS(rota_mutex_unlock(h.mutex), ROTA_EPERM);
  CHECK_OK(rota_mutex_try_lock(h.mutex));
  CHECK_STATUS(rota_mutex_try_lock(h.mutex), ROTA_EBUSY);
  CHECK_OK(rota_mutex_unlock(h.mutex));
  CHECK_STATUS(rota_mutex_unlock(h.mutex), ROTA_EPERM);
}

/* A bound no memory could reach is as good as none, or refused; it is not set aside beforehand. */
static void capacities_may_be_absurd(void) {
  const size_t capacities[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2 + 1, SIZE_MAX / 8};
  for (size_t i = 0; i < sizeof capacities / sizeof *capacities; ++i) {
    rota_channel* channel = (rota_channel*)&h;
    const rota_status status = rota_channel_create(h.world.runtime, capacities[i], NULL, &channel);
    if (status == ROTA_OK) {
      void* value = NULL;
      CHECK_OK(rota_channel_try_send(channel, &h));
      CHECK_OK(rota_channel_try_recv(channel, &value));
      CHECK(value == &h);
      rota_channel_release(channel);
    } else {
      CHECK(status == ROTA_EOVERFLOW || status == ROTA_ENOMEM || status == ROTA_EINVAL);
      CHECK(channel == NULL);
    }
  }
}

/* ------------------------------------------------------------------------------------------------------- sockets */

static void socket_options_are_checked(void) {
  rota_socket* socket = h.pair.client;
  const struct {
    uint32_t option;
    int64_t value;
  } wrong[] = {{0, 1},
               {6, 1},
               {UINT32_MAX, 1},
               {ROTA_SOCKET_NODELAY, 2},
               {ROTA_SOCKET_NODELAY, -1},
               {ROTA_SOCKET_KEEPALIVE, 2},
               {ROTA_SOCKET_KEEPALIVE, INT64_MIN},
               {ROTA_SOCKET_RECV_BUFFER, -1},
               {ROTA_SOCKET_RECV_BUFFER, INT64_MAX},
               {ROTA_SOCKET_SEND_BUFFER, -1},
               {ROTA_SOCKET_SEND_BUFFER, (int64_t)INT_MAX + 1},
               {ROTA_SOCKET_LINGER, -2},
               {ROTA_SOCKET_LINGER, INT64_MAX}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
    const rota_status status = rota_socket_set_option(socket, wrong[i].option, wrong[i].value);
    if (status != ROTA_EINVAL && status != ROTA_ENOTSUP && status != ROTA_EOVERFLOW) {
      fprintf(stderr, "option %u, value %lld: %s\n", (unsigned)wrong[i].option, (long long)wrong[i].value,
              rota_status_name(status));
      CHECK(!"a wrong option of a socket is accepted");
    }
  }
  int64_t value = 77;
  CHECK(rota_socket_get_option(socket, 99, &value) < ROTA_OK);
  CHECK(value == 0);
  for (uint32_t how = ROTA_SHUTDOWN_BOTH + 1; how != 0; how *= 2) WRONG(rota_socket_shutdown(socket, how));
}

static void absurd_lengths_are_refused(void) {
  enum { kPieces = 1025 };
  char buffer[8] = {0};
  rota_buffer pieces[kPieces];
  for (int i = 0; i < kPieces; ++i) pieces[i] = (rota_buffer){buffer, 1};
  rota_task* task = (rota_task*)&h;
  size_t count = 77;
  rota_status status = rota_socket_writev(h.pair.client, pieces, kPieces, &count, &task);
  CHECK(status == ROTA_EINVAL || status == ROTA_EOVERFLOW);
  CHECK(task == NULL && count == 0);
  task = (rota_task*)&h;
  status = rota_socket_writev(h.pair.client, pieces, SIZE_MAX, &count, &task);
  CHECK(status == ROTA_EINVAL || status == ROTA_EOVERFLOW);
  CHECK(task == NULL);
  /* Nothing to move is moved at once. */
  CHECK_OK(rota_socket_writev(h.pair.client, pieces, 0, &count, &task));
  CHECK_OK(finish(task));
  CHECK(count == 0);
  CHECK_OK(rota_socket_read(h.pair.client, NULL, 0, &count, &task));
  CHECK_OK(finish(task));
  CHECK_OK(rota_socket_write(h.pair.client, NULL, 0, &count, &task));
  CHECK_OK(finish(task));
  CHECK(count == 0);
}

/* However it is noticed: by the call, or by its task. */
static void check_no_connection(const char* host, size_t length, uint16_t port) {
  rota_socket* socket = NULL;
  rota_task* task = NULL;
  rota_status status = rota_tcp_connect(h.world.runtime, host, length, port, NULL, &socket, &task);
  CHECK((status == ROTA_OK) == (task != NULL));
  if (status == ROTA_OK) status = finish(task);
  CHECK(status < ROTA_OK && status != ROTA_EUNKNOWN);
  CHECK(socket == NULL);
}

static void absurd_hosts_are_refused(void) {
  char long_name[2000];
  memset(long_name, 'a', sizeof long_name);
  check_no_connection("", 0, 80);
  check_no_connection("127.0.0.1", SIZE_MAX, 80);
  check_no_connection(long_name, sizeof long_name, 80);
  check_no_connection("127.0.0.1\0.example", 18, 80);
  check_no_connection("256.0.0.1", 9, 80);
  const struct {
    const char* host;
    rota_status wanted;
  } listens[] = {
      {"localhost", ROTA_EINVAL}, {"", ROTA_EINVAL}, {"1.2.3", ROTA_EINVAL}, {"192.0.2.1", ROTA_EADDRNOTAVAIL}};
  for (size_t i = 0; i < sizeof listens / sizeof *listens; ++i) {
    rota_socket* socket = (rota_socket*)&h;
    CHECK_STATUS(rota_tcp_listen(h.world.runtime, listens[i].host, strlen(listens[i].host), 0, NULL, &socket),
                 listens[i].wanted);
    CHECK(socket == NULL);
  }
}

static void what_a_listener_cannot_do_is_refused(void) {
  char buffer[8];
  size_t count = 0;
  uint16_t port = 0;
  rota_task* task = NULL;
  rota_socket* socket = NULL;
  rota_status status = rota_socket_read(h.listener, buffer, 1, &count, &task);
  if (status == ROTA_OK) status = finish(task);
  CHECK(status == ROTA_ENOTCONN || status == ROTA_EINVAL || status == ROTA_ENOTSUP);
  status = rota_tcp_accept(h.pair.client, &socket, &task);
  if (status == ROTA_OK) status = finish(task);
  CHECK(status < ROTA_OK);
  CHECK(socket == NULL);
  CHECK_STATUS(rota_socket_peer_address(h.listener, buffer, sizeof buffer, &count, &port), ROTA_ENOTCONN);
  CHECK_STATUS(rota_socket_local_address(h.listener, buffer, 3, &count, &port), ROTA_EOVERFLOW);
}

static void absurd_descriptors_are_refused(void) {
  const intptr_t wrong[] = {-1, INT_MIN, INTPTR_MAX, INTPTR_MIN, INT_MAX, (intptr_t)1 << 20};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
    rota_fd* fd = (rota_fd*)&h;
    CHECK_STATUS(rota_fd_register(h.world.runtime, wrong[i], &fd), ROTA_EBADF);
    CHECK(fd == NULL);
  }
  const uint32_t interests[] = {0, ROTA_CLOSED_READ, ROTA_ERROR, 16, UINT32_MAX};
  for (size_t i = 0; i < sizeof interests / sizeof *interests; ++i) {
    uint32_t ready;
    rota_task* task;
    WRONG_OUT(task, rota_fd_wait(h.fd, interests[i], &ready, &task));
  }
}

int main(void) {
  handles_begin(&h);
  RUN(delays_may_be_of_any_length);
  RUN(intervals_have_a_period_and_a_mode);
  RUN(cancelling_twice_says_so);
  RUN(queues_take_any_limit);
  RUN(a_waker_may_outlive_its_task);
  RUN(permits_are_bounded);
  RUN(unlocking_what_is_not_locked_is_refused);
  RUN(capacities_may_be_absurd);
  RUN(socket_options_are_checked);
  RUN(absurd_lengths_are_refused);
  RUN(absurd_hosts_are_refused);
  RUN(what_a_listener_cannot_do_is_refused);
  RUN(absurd_descriptors_are_refused);
  handles_end(&h);
  return 0;
}
