/* SPDX-License-Identifier: MIT
 *
 * Contract 6: a queue's handle is level-triggered and covers timers; rota_queue_run clears it, within its limits, on
 * one thread at a time. Completions as data, and queues that go: queue_test.c.
 */
#include "tests/capi/queue_support.h"

static void the_handle_is_readable_while_something_is_left(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  intptr_t first = -1, again = -1;
  CHECK_OK(rota_queue_handle(queue, &first));
  CHECK_OK(rota_queue_handle(queue, &again));
  CHECK(first == again && first >= 0);
  CHECK(!queue_readable(queue, 0));
  uint32_t ran = 77;
  CHECK_OK(rota_queue_run(queue, 0, ROTA_FOREVER, &ran));
  CHECK(ran == 0);
  for (int round = 0; round < 3; ++round) {
    rota_task* task = complete_on(&world, queue, &recorder, 3);
    for (int i = 0; i < 3; ++i) {
      /* Level-triggered: asking does not clear it, taking one of several neither. */
      CHECK(queue_readable(queue, 20000));
      CHECK(queue_readable(queue, 0));
      const rota_status status = rota_queue_run(queue, 1, ROTA_FOREVER, &ran);
      CHECK(ran == 1);
      CHECK_STATUS(status, i < 2 ? ROTA_PENDING : ROTA_OK);
    }
    CHECK(!queue_readable(queue, 0));
    CHECK(event_count(&recorder.fired) == 3u * (uint32_t)(round + 1));
    rota_task_release(task);
  }
  rota_queue_release(queue);
  world_end(&world);
}

/* From another thread: the host sleeps on the handle and is woken. */
static void a_completion_wakes_the_host(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  for (uint32_t i = 1; i <= 50; ++i) {
    rota_task* task = NULL;
    CHECK_OK(rota_sleep(world.runtime, 100000, &task));
    CHECK_OK(record_on_done(task, queue, &recorder));
    rota_task_release(task);
    queue_drive(queue, &recorder.fired, i);
    CHECK(!queue_readable(queue, 0));
  }
  rota_queue_release(queue);
  world_end(&world);
}

/* Hosted: the handle wakes the host when a timer is due, and not long before that again and again. */
static void a_hosted_queue_s_handle_covers_timers(void) {
  struct world world;
  world_begin(&world, 0);
  rota_queue* queue = make_queue(&world);
  rota_task* task = NULL;
  const uint64_t before = rota_now(world.runtime);
  CHECK_OK(rota_sleep(world.runtime, 20 * MILLISECOND, &task));
  CHECK(rota_queue_run(queue, 0, ROTA_FOREVER, NULL) >= ROTA_OK);
  int wake_ups = 0;
  while (rota_task_status(task) == ROTA_PENDING) {
    CHECK(queue_readable(queue, 20000));
    CHECK(rota_queue_run(queue, 0, ROTA_FOREVER, NULL) >= ROTA_OK);
    ++wake_ups;
  }
  CHECK_STATUS(rota_task_status(task), ROTA_OK);
  CHECK(rota_now(world.runtime) - before >= 20 * MILLISECOND);
  CHECK(wake_ups <= 10);
  CHECK_OK(rota_queue_run(queue, 0, ROTA_FOREVER, NULL));
  CHECK(!queue_readable(queue, 0));
  rota_task_release(task);
  rota_queue_release(queue);
  world_end(&world);
}

static void spend_two_milliseconds(rota_task* task, rota_status status, void* user1, void* user2) {
  (void)status;
  rota_runtime* runtime = user2;
  const uint64_t until = rota_now(runtime) + 2 * MILLISECOND;
  while (rota_now(runtime) < until) rota_task_release(rota_task_clone(task));
  event_signal(user1);
}

static void a_run_ends_with_its_budget(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  struct event done = EVENT_INIT;
  rota_task* task = complete_on(&world, queue, &recorder, 0);
  for (int i = 0; i < 3; ++i) CHECK_OK(rota_task_on_done(task, queue, spend_two_milliseconds, &done, world.runtime));
  CHECK(queue_readable(queue, 20000));
  for (uint32_t i = 0; event_count(&done) < 3; ++i) {
    uint32_t ran = 0;
    const rota_status status = rota_queue_run(queue, 0, MILLISECOND, &ran);
    /* One item is not interrupted, and there is no time for a second one. */
    CHECK(ran <= 1);
    CHECK_STATUS(status, event_count(&done) < 3 ? ROTA_PENDING : ROTA_OK);
    CHECK(i < 100);
  }
  rota_task_release(task);
  rota_queue_release(queue);
  world_end(&world);
}

/* -------------------------------------------------------------------------------------------- one thread at a time */

struct visit {
  rota_queue* queue;
  struct event visited;
};

static void* run_in_thread(void* arg) {
  struct visit* visit = arg;
  uint32_t ran = 77, count = 77;
  rota_completion completion;
  CHECK_STATUS(rota_queue_run(visit->queue, 0, ROTA_FOREVER, &ran), ROTA_EBUSY);
  CHECK(ran == 0);
  CHECK_STATUS(rota_queue_pop(visit->queue, &completion, 1, &count), ROTA_EBUSY);
  CHECK(count == 0);
  return NULL;
}

static void run_again(rota_task* task, rota_status status, void* user1, void* user2) {
  (void)task;
  (void)status;
  (void)user2;
  struct visit* visit = user1;
  run_in_thread(visit); /* nested, in this thread */
  struct os_thread thread;
  os_thread_start(&thread, run_in_thread, visit);
  os_thread_join(&thread);
  event_signal(&visit->visited);
}

static void a_queue_runs_once_at_a_time(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct visit visit = {make_queue(&world), EVENT_INIT};
  struct recorder recorder = RECORDER_INIT;
  rota_task* task = complete_on(&world, visit.queue, &recorder, 0);
  CHECK_OK(rota_task_on_done(task, visit.queue, run_again, &visit, NULL));
  CHECK_OK(record_on_done(task, visit.queue, &recorder));
  queue_drive(visit.queue, &recorder.fired, 1);
  CHECK(event_count(&visit.visited) == 1);
  rota_task_release(task);
  rota_queue_release(visit.queue);
  world_end(&world);
}

static void release_queue(rota_task* task, rota_status status, void* user1, void* user2) {
  (void)task;
  (void)status;
  (void)user2;
  struct visit* visit = user1;
  rota_queue_release(visit->queue);
  visit->queue = NULL;
  event_signal(&visit->visited);
}

/* The queue may go while it runs; what has landed is delivered all the same. */
static void a_callback_may_release_its_queue(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct visit visit = {make_queue(&world), EVENT_INIT};
  rota_queue* queue = visit.queue;
  struct recorder recorder = RECORDER_INIT;
  rota_task* task = complete_on(&world, queue, &recorder, 0);
  CHECK_OK(rota_task_on_done(task, queue, release_queue, &visit, NULL));
  CHECK_OK(record_on_done(task, queue, &recorder));
  CHECK(queue_readable(queue, 20000));
  CHECK(rota_queue_run(queue, 0, ROTA_FOREVER, NULL) >= ROTA_OK);
  CHECK(event_count(&visit.visited) == 1);
  CHECK(event_count(&recorder.fired) == 1);
  rota_task_release(task);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(the_handle_is_readable_while_something_is_left, workers);
    RUN_WITH(a_completion_wakes_the_host, workers);
    RUN_WITH(a_run_ends_with_its_budget, workers);
    RUN_WITH(a_queue_runs_once_at_a_time, workers);
    RUN_WITH(a_callback_may_release_its_queue, workers);
  }
  RUN(a_hosted_queue_s_handle_covers_timers);
  return 0;
}
