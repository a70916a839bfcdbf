/* SPDX-License-Identifier: MIT
 *
 * Queues that go while work is on its way, completions taken as data, and tasks that run on a queue.
 */
#include "tests/capi/queue_support.h"

static void the_last_release_delivers_what_has_landed(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  rota_task* task = complete_on(&world, queue, &recorder, 3);
  CHECK(rota_queue_clone(queue) == queue);
  rota_queue_release(queue);
  CHECK(event_count(&recorder.fired) == 0);
  rota_queue_release(queue);
  CHECK(event_count(&recorder.fired) == 3);
  CHECK(recorder.thread == os_thread_self());
  rota_task_release(task);
  world_end(&world);
}

static rota_status sleep_then_end(void* state, rota_context* cx) { return rota_task_poll(state, cx); }

/* Later completions, and what is left of tasks spawned on the queue, go to a worker. */
static void work_goes_on_without_the_queue(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue *queue = make_queue(&world), *other = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  struct counted pending = COUNTED_INIT(ROTA_PENDING);
  rota_task *awaited = spawn_counted(world.runtime, &pending), *task = NULL;
  rota_spawn_desc desc = describe_poll(sleep_then_end, awaited);
  desc.on = queue;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(record_on_done(awaited, queue, &recorder));
  CHECK(rota_queue_run(queue, 0, ROTA_FOREVER, NULL) >= ROTA_OK);
  CHECK_STATUS(rota_task_status(task), ROTA_PENDING);
  rota_queue_release(queue);
  CHECK(event_count(&recorder.fired) == 0);
  CHECK_OK(rota_task_cancel(awaited));
  CHECK_STATUS(rota_task_wait(task, LONG_TIME), ROTA_ECANCELED);
  if (workers == 0) {
    queue_drive(other, &recorder.fired, 1);
  } else {
    event_wait(&recorder.fired, 1);
    CHECK(recorder.thread != os_thread_self());
  }
  rota_task_release(task);
  rota_task_release(awaited);
  rota_queue_release(other);
  world_end(&world);
  CHECK(event_count(&recorder.fired) == 1);
}

/* ------------------------------------------------------------------------------------------------------------- pop */

static void completions_can_be_taken_as_data(uint32_t workers) {
  enum { kMany = 100 };
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  rota_task* task = complete_on(&world, queue, &recorder, 0);
  int marks[kMany];
  for (int i = 0; i < kMany; ++i) {
    /* Also without `done`; and with one, which is then not called. */
    CHECK_OK(rota_task_on_done(task, queue, i % 2 == 0 ? NULL : record_done, &marks[i], &recorder));
  }
  rota_task_release(task);
  rota_completion completions[kMany];
  uint32_t count = 0, taken = 0;
  memset(completions, 0xee, sizeof completions);
  CHECK(queue_readable(queue, 20000));
  CHECK_STATUS(rota_queue_pop(queue, completions, 1, &count), ROTA_PENDING);
  CHECK(count == 1);
  taken = count;
  CHECK(queue_readable(queue, 0));
  while (taken < kMany) {
    CHECK(rota_queue_pop(queue, completions + taken, kMany - taken, &count) >= ROTA_OK);
    taken += count;
  }
  CHECK_OK(rota_queue_pop(queue, completions, 1, &count));
  CHECK(count == 0);
  CHECK(!queue_readable(queue, 0));
  for (int i = 0; i < kMany; ++i) {
    CHECK(completions[i].task == task);
    CHECK(completions[i].user1 == &marks[i]); /* in the order they landed */
    CHECK(completions[i].user2 == &recorder);
    CHECK_STATUS(completions[i].status, ROTA_OK);
    CHECK(completions[i].zero == 0);
    rota_task_release(completions[i].task); /* given */
  }
  rota_queue_release(queue);
  world_end(&world);
  CHECK(event_count(&recorder.fired) == 0);
}

/* Without `done` and never taken: nothing is called, nothing is leaked. */
static void a_silent_completion_is_freed_with_its_queue(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  rota_task* task = complete_on(&world, queue, &recorder, 0);
  for (int i = 0; i < 2; ++i) CHECK_OK(rota_task_on_done(task, queue, NULL, NULL, NULL));
  rota_task_release(task);
  uint32_t ran = 0;
  CHECK(queue_readable(queue, 20000));
  CHECK_STATUS(rota_queue_run(queue, 1, ROTA_FOREVER, &ran), ROTA_PENDING);
  CHECK(ran == 1);
  rota_queue_release(queue);
  world_end(&world);
}

struct thread_check {
  uint64_t wanted;
  struct event polled;
  int polls;
};

static rota_status check_thread(void* state, rota_context* cx) {
  struct thread_check* check = state;
  CHECK(check->wanted == os_thread_self());
  event_signal(&check->polled);
  return ++check->polls < 5 ? rota_yield(cx) : ROTA_OK;
}

static void tasks_on_a_queue_run_on_the_host_s_thread(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = make_queue(&world);
  struct thread_check by_run = {os_thread_self(), EVENT_INIT, 0}, by_pop = {os_thread_self(), EVENT_INIT, 0};
  rota_task *first = NULL, *second = NULL;
  rota_spawn_desc desc = describe_poll(check_thread, &by_run);
  desc.on = queue;
  CHECK_OK(rota_spawn(world.runtime, &desc, &first));
  queue_drive(queue, &by_run.polled, 5);
  CHECK_OK(rota_task_status(first));
  desc.state = &by_pop;
  CHECK_OK(rota_spawn(world.runtime, &desc, &second));
  while (rota_task_status(second) == ROTA_PENDING) {
    rota_completion completion;
    uint32_t count = 0;
    CHECK(queue_readable(queue, 20000));
    CHECK(rota_queue_pop(queue, &completion, 1, &count) >= ROTA_OK);
    CHECK(count == 0);
  }
  CHECK(event_count(&by_pop.polled) == 5);
  rota_task_release(first);
  rota_task_release(second);
  rota_queue_release(queue);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(the_last_release_delivers_what_has_landed, workers);
    RUN_WITH(work_goes_on_without_the_queue, workers);
    RUN_WITH(completions_can_be_taken_as_data, workers);
    RUN_WITH(a_silent_completion_is_freed_with_its_queue, workers);
    RUN_WITH(tasks_on_a_queue_run_on_the_host_s_thread, workers);
  }
  return 0;
}
