/* SPDX-License-Identifier: MIT
 *
 * Contract 6: a queue's handle is level-triggered and covers timers; rota_queue_run clears it. And the rest of what a
 * queue promises: limits, one thread at a time, completions as data, release at any moment.
 */
#include "tests/capi/support.h"

static rota_queue *make_queue(struct world *world) {
  rota_queue *queue = NULL;
  CHECK_OK(rota_queue_create(world->runtime, &queue));
  CHECK(queue != NULL);
  return queue;
}

/* A task that is complete and has `times` completions on the queue. */
static rota_task *complete_on(struct world *world, rota_queue *queue, struct recorder *recorder, int times) {
  static struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_spawn_desc desc = describe(&counted);
  desc.drop = NULL;
  rota_task *task = NULL;
  CHECK_OK(rota_spawn(world->runtime, &desc, &task));
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  for (int i = 0; i < times; ++i) CHECK_OK(record_on_done(task, queue, recorder));
  return task;
}

static void the_handle_is_readable_while_something_is_left(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue *queue = make_queue(&world);
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
    rota_task *task = complete_on(&world, queue, &recorder, 3);
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

/* From another thread: the host sleeps in poll(2) and is woken. */
static void a_completion_wakes_the_host(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue *queue = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  for (uint32_t i = 1; i <= 50; ++i) {
    rota_task *task = NULL;
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
  rota_queue *queue = make_queue(&world);
  rota_task *task = NULL;
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

static void spend_two_milliseconds(rota_task *task, rota_status status, void *user1, void *user2) {
  (void)status;
  rota_runtime *runtime = user2;
  const uint64_t until = rota_now(runtime) + 2 * MILLISECOND;
  while (rota_now(runtime) < until) rota_task_release(rota_task_clone(task));
  event_signal(user1);
}

static void a_run_ends_with_its_budget(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue *queue = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  struct event done = EVENT_INIT;
  rota_task *task = complete_on(&world, queue, &recorder, 0);
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
  rota_queue *queue;
  struct event visited;
};

static void *run_in_thread(void *arg) {
  struct visit *visit = arg;
  uint32_t ran = 77, count = 77;
  rota_completion completion;
  CHECK_STATUS(rota_queue_run(visit->queue, 0, ROTA_FOREVER, &ran), ROTA_EBUSY);
  CHECK(ran == 0);
  CHECK_STATUS(rota_queue_pop(visit->queue, &completion, 1, &count), ROTA_EBUSY);
  CHECK(count == 0);
  return NULL;
}

static void run_again(rota_task *task, rota_status status, void *user1, void *user2) {
  (void)task;
  (void)status;
  (void)user2;
  struct visit *visit = user1;
  run_in_thread(visit); /* nested, in this thread */
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, run_in_thread, visit) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  event_signal(&visit->visited);
}

static void a_queue_runs_once_at_a_time(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct visit visit = {make_queue(&world), EVENT_INIT};
  struct recorder recorder = RECORDER_INIT;
  rota_task *task = complete_on(&world, visit.queue, &recorder, 0);
  CHECK_OK(rota_task_on_done(task, visit.queue, run_again, &visit, NULL));
  CHECK_OK(record_on_done(task, visit.queue, &recorder));
  queue_drive(visit.queue, &recorder.fired, 1);
  CHECK(event_count(&visit.visited) == 1);
  rota_task_release(task);
  rota_queue_release(visit.queue);
  world_end(&world);
}

static void release_queue(rota_task *task, rota_status status, void *user1, void *user2) {
  (void)task;
  (void)status;
  (void)user2;
  struct visit *visit = user1;
  rota_queue_release(visit->queue);
  visit->queue = NULL;
  event_signal(&visit->visited);
}

/* The queue may go while it runs; what has landed is delivered all the same. */
static void a_callback_may_release_its_queue(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct visit visit = {make_queue(&world), EVENT_INIT};
  rota_queue *queue = visit.queue;
  struct recorder recorder = RECORDER_INIT;
  rota_task *task = complete_on(&world, queue, &recorder, 0);
  CHECK_OK(rota_task_on_done(task, queue, release_queue, &visit, NULL));
  CHECK_OK(record_on_done(task, queue, &recorder));
  CHECK(queue_readable(queue, 20000));
  CHECK(rota_queue_run(queue, 0, ROTA_FOREVER, NULL) >= ROTA_OK);
  CHECK(event_count(&visit.visited) == 1);
  CHECK(event_count(&recorder.fired) == 1);
  rota_task_release(task);
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------------------ after release */

static void the_last_release_delivers_what_has_landed(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue *queue = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  rota_task *task = complete_on(&world, queue, &recorder, 3);
  CHECK(rota_queue_clone(queue) == queue);
  rota_queue_release(queue);
  CHECK(event_count(&recorder.fired) == 0);
  rota_queue_release(queue);
  CHECK(event_count(&recorder.fired) == 3);
  CHECK(pthread_equal(recorder.thread, pthread_self()));
  rota_task_release(task);
  world_end(&world);
}

static rota_status sleep_then_end(void *state, rota_context *cx) { return rota_task_poll(state, cx); }

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
    CHECK(!pthread_equal(recorder.thread, pthread_self()));
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
  rota_queue *queue = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  rota_task *task = complete_on(&world, queue, &recorder, 0);
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
  rota_queue *queue = make_queue(&world);
  struct recorder recorder = RECORDER_INIT;
  rota_task *task = complete_on(&world, queue, &recorder, 0);
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
  pthread_t wanted;
  struct event polled;
  int polls;
};

static rota_status check_thread(void *state, rota_context *cx) {
  struct thread_check *check = state;
  CHECK(pthread_equal(check->wanted, pthread_self()));
  event_signal(&check->polled);
  return ++check->polls < 5 ? rota_yield(cx) : ROTA_OK;
}

static void tasks_on_a_queue_run_on_the_host_s_thread(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue *queue = make_queue(&world);
  struct thread_check by_run = {pthread_self(), EVENT_INIT, 0}, by_pop = {pthread_self(), EVENT_INIT, 0};
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
    RUN_WITH(the_handle_is_readable_while_something_is_left, workers);
    RUN_WITH(a_completion_wakes_the_host, workers);
    RUN_WITH(a_run_ends_with_its_budget, workers);
    RUN_WITH(a_queue_runs_once_at_a_time, workers);
    RUN_WITH(a_callback_may_release_its_queue, workers);
    RUN_WITH(the_last_release_delivers_what_has_landed, workers);
    RUN_WITH(work_goes_on_without_the_queue, workers);
    RUN_WITH(completions_can_be_taken_as_data, workers);
    RUN_WITH(a_silent_completion_is_freed_with_its_queue, workers);
    RUN_WITH(tasks_on_a_queue_run_on_the_host_s_thread, workers);
  }
  RUN(a_hosted_queue_s_handle_covers_timers);
  return 0;
}
