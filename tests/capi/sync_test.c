/* SPDX-License-Identifier: MIT
 *
 * Oneshot, notify, mutex and semaphore from tasks and from plain threads: values, order, closing, cancelling, and the
 * drop of what nobody received. Channels: channel_test.c.
 */
#include "tests/capi/support.h"

static rota_status finish(rota_task *task) {
  const rota_status status = rota_task_wait(task, LONG_TIME);
  rota_task_release(task);
  return status;
}

/* -------------------------------------------------------------------------------------------------------- oneshot */

static void a_oneshot_carries_one_value(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted value = COUNTED_INIT(ROTA_OK);
  rota_oneshot *oneshot = NULL;
  rota_task *task = NULL;
  void *got = &world;
  CHECK_OK(rota_oneshot_create(world.runtime, counted_drop, &oneshot));
  CHECK_STATUS(rota_oneshot_try_recv(oneshot, &got), ROTA_EAGAIN);
  CHECK(got == NULL);
  CHECK_OK(rota_oneshot_recv(oneshot, &got, &task));
  CHECK_STATUS(rota_task_wait(task, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_oneshot_send(oneshot, &value));
  CHECK_STATUS(rota_oneshot_send(oneshot, &value), ROTA_EALREADY);
  CHECK_OK(finish(task));
  CHECK(got == &value);
  CHECK_STATUS(rota_oneshot_try_recv(oneshot, &got), ROTA_EALREADY);
  rota_oneshot_release(oneshot);
  world_end(&world);
  CHECK(event_count(&value.dropped) == 0); /* it was received: the receiver's */
}

static void a_oneshot_s_value_is_dropped_if_nobody_came(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted value = COUNTED_INIT(ROTA_OK);
  rota_oneshot *oneshot = NULL;
  CHECK_OK(rota_oneshot_create(world.runtime, counted_drop, &oneshot));
  CHECK_OK(rota_oneshot_send(oneshot, &value));
  CHECK(event_count(&value.dropped) == 0);
  rota_oneshot_release(oneshot);
  CHECK(event_count(&value.dropped) == 1);
  world_end(&world);
  CHECK(event_count(&value.dropped) == 1);
}

static void a_closed_oneshot_takes_nothing(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted value = COUNTED_INIT(ROTA_OK);
  rota_oneshot *empty = NULL, *full = NULL;
  rota_task *task = NULL;
  void *got = NULL;
  CHECK_OK(rota_oneshot_create(world.runtime, counted_drop, &empty));
  CHECK_OK(rota_oneshot_create(world.runtime, counted_drop, &full));
  CHECK_OK(rota_oneshot_recv(empty, &got, &task));
  CHECK_OK(rota_oneshot_close(empty));
  CHECK_STATUS(finish(task), ROTA_ECLOSED); /* whoever waits is told */
  CHECK_STATUS(rota_oneshot_send(empty, &value), ROTA_ECLOSED);
  CHECK_STATUS(rota_oneshot_try_recv(empty, &got), ROTA_ECLOSED);
  CHECK(event_count(&value.dropped) == 0); /* the value stayed ours */
  CHECK_OK(rota_oneshot_send(full, &value));
  CHECK_OK(rota_oneshot_close(full));
  CHECK_OK(rota_oneshot_try_recv(full, &got)); /* what was sent before is received */
  CHECK(got == &value);
  rota_oneshot_release(empty);
  rota_oneshot_release(full);
  world_end(&world);
  CHECK(event_count(&value.dropped) == 0);
}

static void a_cancelled_receive_takes_nothing(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted value = COUNTED_INIT(ROTA_OK);
  rota_oneshot *oneshot = NULL;
  rota_task *task = NULL;
  void *got = &world;
  CHECK_OK(rota_oneshot_create(world.runtime, counted_drop, &oneshot));
  CHECK_OK(rota_oneshot_recv(oneshot, &got, &task));
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  CHECK_OK(rota_oneshot_send(oneshot, &value));
  got = NULL;
  CHECK_OK(rota_oneshot_try_recv(oneshot, &got));
  CHECK(got == &value);
  rota_oneshot_release(oneshot);
  world_end(&world);
}

struct receiver {
  rota_oneshot *oneshot;
  struct event polled;
  void *got;
};

static rota_status receive_in_poll(void *state, rota_context *cx) {
  struct receiver *receiver = state;
  const rota_status status = rota_oneshot_recv_poll(receiver->oneshot, cx, &receiver->got);
  event_signal(&receiver->polled);
  return status;
}

static void *send_from_thread(void *arg) {
  struct receiver *receiver = arg;
  CHECK_OK(rota_oneshot_send(receiver->oneshot, receiver));
  return NULL;
}

static void a_thread_sends_to_a_task(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct receiver receiver = {NULL, EVENT_INIT, NULL};
  rota_task *task = NULL;
  pthread_t thread;
  CHECK_OK(rota_oneshot_create(world.runtime, NULL, &receiver.oneshot));
  const rota_spawn_desc desc = describe_poll(receive_in_poll, &receiver);
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  if (workers != 0) event_wait(&receiver.polled, 1);
  CHECK(pthread_create(&thread, NULL, send_from_thread, &receiver) == 0);
  CHECK_OK(finish(task));
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(receiver.got == &receiver);
  rota_oneshot_release(receiver.oneshot);
  world_end(&world);
}

/* --------------------------------------------------------------------------------------------------------- notify */

static void a_notification_wakes_one_or_all(uint32_t workers) {
  enum { kWaiters = 4 };
  struct world world;
  world_begin(&world, workers);
  rota_notify *notify = NULL;
  rota_task *waiters[kWaiters], *late = NULL;
  CHECK_OK(rota_notify_create(world.runtime, &notify));
  for (int i = 0; i < kWaiters; ++i) CHECK_OK(rota_notify_wait(notify, &waiters[i]));
  CHECK_OK(rota_notify_one(notify)); /* the longest waiting */
  CHECK_OK(finish(waiters[0]));
  for (int i = 1; i < kWaiters; ++i) CHECK_STATUS(rota_task_status(waiters[i]), ROTA_PENDING);
  CHECK_OK(rota_task_cancel(waiters[1])); /* leaves the line */
  CHECK_STATUS(finish(waiters[1]), ROTA_ECANCELED);
  CHECK_OK(rota_notify_one(notify));
  CHECK_OK(finish(waiters[2]));
  CHECK_STATUS(rota_task_status(waiters[3]), ROTA_PENDING);
  CHECK_OK(rota_notify_all(notify));
  CHECK_OK(finish(waiters[3]));
  /* notify_all is not remembered, notify_one once. */
  CHECK_OK(rota_notify_wait(notify, &late));
  CHECK_STATUS(rota_task_wait(late, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_notify_one(notify));
  CHECK_OK(finish(late));
  for (int i = 0; i < 3; ++i) CHECK_OK(rota_notify_one(notify));
  CHECK_OK(rota_notify_wait(notify, &late));
  CHECK_OK(finish(late));
  CHECK_OK(rota_notify_wait(notify, &late));
  CHECK_STATUS(rota_task_wait(late, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_task_cancel(late));
  CHECK_STATUS(finish(late), ROTA_ECANCELED);
  rota_notify_release(notify);
  world_end(&world);
}

/* ---------------------------------------------------------------------------------------------------------- mutex */

static void a_lock_is_handed_on_in_order(uint32_t workers) {
  enum { kWaiters = 3 };
  struct world world;
  world_begin(&world, workers);
  rota_mutex *mutex = NULL;
  rota_task *waiters[kWaiters], *given_up = NULL;
  CHECK_OK(rota_mutex_create(world.runtime, &mutex));
  CHECK_OK(rota_mutex_try_lock(mutex));
  CHECK_OK(rota_mutex_lock(mutex, &given_up));
  for (int i = 0; i < kWaiters; ++i) CHECK_OK(rota_mutex_lock(mutex, &waiters[i]));
  CHECK_OK(rota_task_cancel(given_up));
  CHECK_STATUS(finish(given_up), ROTA_ECANCELED);
  for (int i = 0; i < kWaiters; ++i) {
    CHECK_OK(rota_mutex_unlock(mutex));
    CHECK_OK(finish(waiters[i]));
    for (int k = i + 1; k < kWaiters; ++k) CHECK_STATUS(rota_task_status(waiters[k]), ROTA_PENDING);
    CHECK_STATUS(rota_mutex_try_lock(mutex), ROTA_EBUSY); /* handed on, not free */
  }
  CHECK_OK(rota_mutex_unlock(mutex));
  CHECK_STATUS(rota_mutex_unlock(mutex), ROTA_EPERM);
  rota_mutex_release(mutex);
  world_end(&world);
}

static void *unlock_from_thread(void *mutex) {
  CHECK_OK(rota_mutex_unlock(mutex));
  return NULL;
}

static void another_thread_may_unlock(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_mutex *mutex = NULL;
  rota_task *task = NULL;
  pthread_t thread;
  CHECK_OK(rota_mutex_create(world.runtime, &mutex));
  CHECK_OK(rota_mutex_try_lock(mutex));
  CHECK_OK(rota_mutex_lock(mutex, &task));
  CHECK(pthread_create(&thread, NULL, unlock_from_thread, mutex) == 0);
  CHECK_OK(finish(task));
  CHECK(pthread_join(thread, NULL) == 0);
  rota_mutex_release(mutex);
  world_end(&world);
}

/* A cancel that came too late: the lock is held, and must be given back. */
static void a_late_cancel_says_that_the_lock_is_held(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_mutex *mutex = NULL;
  rota_task *task = NULL;
  CHECK_OK(rota_mutex_create(world.runtime, &mutex));
  CHECK_OK(rota_mutex_lock(mutex, &task));
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  CHECK_STATUS(rota_task_cancel(task), ROTA_EALREADY);
  CHECK_STATUS(rota_mutex_try_lock(mutex), ROTA_EBUSY);
  CHECK_OK(rota_mutex_unlock(mutex));
  CHECK_OK(rota_mutex_try_lock(mutex));
  rota_task_release(task);
  rota_mutex_release(mutex);
  world_end(&world);
}

/* A request that was released runs on: the lock will be taken, by nobody in particular. */
static void a_released_request_still_takes_the_lock(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_mutex *mutex = NULL;
  rota_task *task = NULL;
  CHECK_OK(rota_mutex_create(world.runtime, &mutex));
  CHECK_OK(rota_mutex_try_lock(mutex));
  CHECK_OK(rota_mutex_lock(mutex, &task));
  rota_task_release(task);
  CHECK_OK(rota_mutex_unlock(mutex));
  CHECK_STATUS(rota_mutex_try_lock(mutex), ROTA_EBUSY);
  CHECK_OK(rota_mutex_unlock(mutex));
  rota_mutex_release(mutex);
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------------------ semaphore */

static void permits_go_first_come_first_served(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_semaphore *semaphore = NULL;
  rota_task *large = NULL, *small = NULL;
  CHECK_OK(rota_semaphore_create(world.runtime, 2, &semaphore));
  CHECK_OK(rota_semaphore_acquire(semaphore, 3, &large));
  CHECK_OK(rota_semaphore_acquire(semaphore, 1, &small));
  CHECK_STATUS(rota_task_wait(small, MILLISECOND), ROTA_ETIMEDOUT); /* a large request is not overtaken */
  CHECK_STATUS(rota_semaphore_try_acquire(semaphore, 1), ROTA_EAGAIN);
  CHECK_OK(rota_semaphore_add(semaphore, 1));
  CHECK_OK(finish(large));
  CHECK_STATUS(rota_task_status(small), ROTA_PENDING);
  CHECK_OK(rota_semaphore_add(semaphore, 2));
  CHECK_OK(finish(small));
  CHECK(rota_semaphore_available(semaphore) == 1);
  rota_semaphore_release(semaphore);
  world_end(&world);
}

static void a_cancelled_acquire_lets_others_pass(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_semaphore *semaphore = NULL;
  rota_task *large = NULL, *small = NULL;
  CHECK_OK(rota_semaphore_create(world.runtime, 1, &semaphore));
  CHECK_OK(rota_semaphore_acquire(semaphore, 5, &large));
  CHECK_OK(rota_semaphore_acquire(semaphore, 1, &small));
  CHECK_OK(rota_task_cancel(large));
  CHECK_STATUS(finish(large), ROTA_ECANCELED);
  CHECK_OK(finish(small));
  CHECK(rota_semaphore_available(semaphore) == 0);
  rota_semaphore_release(semaphore);
  world_end(&world);
}

static void closing_a_semaphore_ends_what_waits(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_semaphore *semaphore = NULL;
  rota_task *waiting = NULL, *later = NULL;
  CHECK_OK(rota_semaphore_create(world.runtime, 1, &semaphore));
  CHECK_OK(rota_semaphore_acquire(semaphore, 2, &waiting));
  CHECK_OK(rota_semaphore_close(semaphore));
  CHECK_STATUS(finish(waiting), ROTA_ECLOSED);
  CHECK_STATUS(rota_semaphore_try_acquire(semaphore, 1), ROTA_ECLOSED);
  const rota_status status = rota_semaphore_acquire(semaphore, 1, &later);
  CHECK(status == ROTA_OK || status == ROTA_ECLOSED);
  if (status == ROTA_OK) CHECK_STATUS(finish(later), ROTA_ECLOSED);
  rota_semaphore_release(semaphore);
  world_end(&world);
}

/* ----------------------------------------------------------------------------------------------------- all of them */

/* Shutdown ends whoever waits, and undelivered values are dropped. */
static void shutdown_ends_whoever_waits(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_oneshot *oneshot = NULL;
  rota_notify *notify = NULL;
  rota_mutex *mutex = NULL;
  rota_semaphore *semaphore = NULL;
  rota_task *tasks[4] = {NULL};
  void *got = NULL;
  CHECK_OK(rota_oneshot_create(world.runtime, NULL, &oneshot));
  CHECK_OK(rota_notify_create(world.runtime, &notify));
  CHECK_OK(rota_mutex_create(world.runtime, &mutex));
  CHECK_OK(rota_semaphore_create(world.runtime, 0, &semaphore));
  CHECK_OK(rota_mutex_try_lock(mutex));
  CHECK_OK(rota_oneshot_recv(oneshot, &got, &tasks[0]));
  CHECK_OK(rota_notify_wait(notify, &tasks[1]));
  CHECK_OK(rota_mutex_lock(mutex, &tasks[2]));
  CHECK_OK(rota_semaphore_acquire(semaphore, 1, &tasks[3]));
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  for (int i = 0; i < 4; ++i) {
    CHECK_STATUS(rota_task_status(tasks[i]), ROTA_ECANCELED);
    rota_task_release(tasks[i]);
  }
  rota_oneshot_release(oneshot);
  rota_notify_release(notify);
  rota_mutex_release(mutex);
  rota_semaphore_release(semaphore);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(a_oneshot_carries_one_value, workers);
    RUN_WITH(a_oneshot_s_value_is_dropped_if_nobody_came, workers);
    RUN_WITH(a_closed_oneshot_takes_nothing, workers);
    RUN_WITH(a_cancelled_receive_takes_nothing, workers);
    RUN_WITH(a_thread_sends_to_a_task, workers);
    RUN_WITH(a_notification_wakes_one_or_all, workers);
    RUN_WITH(a_lock_is_handed_on_in_order, workers);
    RUN_WITH(another_thread_may_unlock, workers);
    RUN_WITH(a_late_cancel_says_that_the_lock_is_held, workers);
    RUN_WITH(a_released_request_still_takes_the_lock, workers);
    RUN_WITH(permits_go_first_come_first_served, workers);
    RUN_WITH(a_cancelled_acquire_lets_others_pass, workers);
    RUN_WITH(closing_a_semaphore_ends_what_waits, workers);
    RUN_WITH(shutdown_ends_whoever_waits, workers);
  }
  return 0;
}
