/* SPDX-License-Identifier: MIT
 *
 * Notify, mutex and semaphore from tasks and from plain threads: order, closing, cancelling, shutdown. Values that are
 * passed on: oneshot_test.c and channel_test.c.
 */
#include "tests/capi/support.h"

/* --------------------------------------------------------------------------------------------------------- notify */

static void a_notification_wakes_one_or_all(uint32_t workers) {
  enum { kWaiters = 4 };
  struct world world;
  world_begin(&world, workers);
  rota_notify* notify = NULL;
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
  rota_mutex* mutex = NULL;
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

static void* unlock_from_thread(void* mutex) {
  CHECK_OK(rota_mutex_unlock(mutex));
  return NULL;
}

static void another_thread_may_unlock(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_mutex* mutex = NULL;
  rota_task* task = NULL;
  struct os_thread thread;
  CHECK_OK(rota_mutex_create(world.runtime, &mutex));
  CHECK_OK(rota_mutex_try_lock(mutex));
  CHECK_OK(rota_mutex_lock(mutex, &task));
  os_thread_start(&thread, unlock_from_thread, mutex);
  CHECK_OK(finish(task));
  os_thread_join(&thread);
  rota_mutex_release(mutex);
  world_end(&world);
}

/* A cancel that came too late: the lock is held, and must be given back. */
static void a_late_cancel_says_that_the_lock_is_held(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_mutex* mutex = NULL;
  rota_task* task = NULL;
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
  rota_mutex* mutex = NULL;
  rota_task* task = NULL;
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
  rota_semaphore* semaphore = NULL;
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
  rota_semaphore* semaphore = NULL;
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
  rota_semaphore* semaphore = NULL;
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

static void shutdown_ends_whoever_waits(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_oneshot* oneshot = NULL;
  rota_notify* notify = NULL;
  rota_mutex* mutex = NULL;
  rota_semaphore* semaphore = NULL;
  rota_task* tasks[4] = {NULL};
  void* got = NULL;
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
