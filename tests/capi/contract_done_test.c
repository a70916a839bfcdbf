/* SPDX-License-Identifier: MIT
 *
 * Contracts 3 and 4: `done` fires exactly once for each successful rota_task_on_done, never inside the call that set
 * it, and where the queue says, or without a queue on a worker.
 */
#include "tests/capi/support.h"

/* Waits until `recorder` has fired: with workers they call it, on a hosted runtime the queue's calls do. */
static void await(uint32_t workers, rota_queue* queue, struct recorder* recorder) {
  if (workers == 0) {
    queue_drive(queue, &recorder->fired, 1);
  } else {
    event_wait(&recorder->fired, 1);
  }
}

/* One callback on one task that ends with `wanted`, set before or after its end. */
static void one_done(uint32_t workers, rota_status wanted, int with_queue, int set_late) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = NULL;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  struct counted counted = COUNTED_INIT(wanted == ROTA_ECANCELED ? ROTA_PENDING : wanted);
  struct recorder recorder = RECORDER_INIT;
  rota_task* task = spawn_counted(world.runtime, &counted);
  if (!set_late) CHECK_OK(record_on_done(task, with_queue ? queue : NULL, &recorder));
  if (wanted == ROTA_ECANCELED) CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(rota_task_wait(task, LONG_TIME), wanted);
  if (set_late) CHECK_OK(record_on_done(task, with_queue ? queue : NULL, &recorder));
  if (with_queue) {
    CHECK(event_count(&recorder.fired) == 0);
    queue_drive(queue, &recorder.fired, 1);
    CHECK(recorder.thread == os_thread_self());
  } else {
    await(workers, queue, &recorder);
    CHECK((recorder.thread != os_thread_self()) == (workers != 0));
  }
  CHECK_STATUS(recorder.status, wanted);
  rota_task_release(task);
  rota_queue_release(queue);
  world_end(&world);
  CHECK(event_count(&recorder.fired) == 1);
}

static void done_fires_once(uint32_t workers) {
  const rota_status statuses[] = {ROTA_OK, ROTA_EIO, ROTA_ECANCELED};
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; ++i) {
    for (int with_queue = 0; with_queue < 2; ++with_queue) {
      one_done(workers, statuses[i], with_queue, 0);
      one_done(workers, statuses[i], with_queue, 1);
    }
  }
}

/* Completions are never coalesced: each call is answered, whatever its arguments. */
static void each_call_is_answered(uint32_t workers) {
  enum { kEach = 40 };
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = NULL;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  struct recorder on_queue = RECORDER_INIT, on_worker = RECORDER_INIT;
  rota_task* task = spawn_counted(world.runtime, &counted);
  for (int i = 0; i < kEach; ++i) {
    if (i == kEach / 2) CHECK_OK(rota_task_cancel(task));
    CHECK_OK(record_on_done(task, queue, &on_queue));
    CHECK_OK(record_on_done(task, NULL, &on_worker));
  }
  /* The task is kept until its completions are delivered. */
  rota_task_release(task);
  queue_drive(queue, &on_queue.fired, kEach);
  if (workers == 0) {
    queue_drive(queue, &on_worker.fired, kEach);
  } else {
    event_wait(&on_worker.fired, kEach);
  }
  rota_queue_release(queue);
  world_end(&world);
  CHECK(event_count(&on_queue.fired) == kEach);
  CHECK(event_count(&on_worker.fired) == kEach);
}

static void jobs_and_sleeps_fire_it_too(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = NULL;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  struct counted argument = COUNTED_INIT(ROTA_EPROTO);
  struct recorder of_job = RECORDER_INIT, of_sleep = RECORDER_INIT, of_cancelled = RECORDER_INIT;
  rota_task *job = NULL, *sleep = NULL, *cancelled = NULL;
  CHECK_OK(rota_spawn_blocking(world.runtime, counted_job, &argument, counted_drop, &job));
  CHECK_OK(rota_sleep(world.runtime, MILLISECOND, &sleep));
  CHECK_OK(rota_sleep(world.runtime, LONG_TIME, &cancelled));
  CHECK_OK(record_on_done(job, queue, &of_job));
  CHECK_OK(record_on_done(sleep, queue, &of_sleep));
  CHECK_OK(record_on_done(cancelled, queue, &of_cancelled));
  CHECK_OK(rota_task_cancel(cancelled));
  queue_drive(queue, &of_job.fired, 1);
  queue_drive(queue, &of_sleep.fired, 1);
  queue_drive(queue, &of_cancelled.fired, 1);
  CHECK_STATUS(of_job.status, ROTA_EPROTO);
  CHECK_STATUS(of_sleep.status, ROTA_OK);
  CHECK_STATUS(of_cancelled.status, ROTA_ECANCELED);
  rota_task_release(job);
  rota_task_release(sleep);
  rota_task_release(cancelled);
  rota_queue_release(queue);
  world_end(&world);
  CHECK(event_count(&of_job.fired) == 1);
  CHECK(event_count(&of_sleep.fired) == 1);
  CHECK(event_count(&of_cancelled.fired) == 1);
}

struct deadlock_check {
  rota_task* other;
  struct event fired;
  rota_queue* queue;
};

/* No engine lock is held: a callback may call anything. */
static void use_the_engine(rota_task* task, rota_status status, void* user1, void* user2) {
  struct deadlock_check* check = user1;
  (void)status;
  (void)user2;
  rota_runtime* runtime = rota_current_runtime();
  rota_task* more = NULL;
  CHECK_STATUS(rota_task_cancel(task), ROTA_EALREADY);
  CHECK_OK(rota_task_cancel(check->other));
  rota_task_release(rota_task_clone(task));
  if (runtime != NULL) {
    CHECK_OK(rota_sleep(runtime, LONG_TIME, &more));
    CHECK_OK(rota_task_cancel(more));
    rota_task_release(more);
    rota_metrics metrics;
    CHECK_OK(rota_metrics_read(runtime, &metrics, sizeof metrics));
  }
  event_signal(&check->fired);
}

static void no_lock_is_held_in_done(uint32_t workers) {
  for (int with_queue = 0; with_queue < 2; ++with_queue) {
    struct world world;
    world_begin(&world, workers);
    struct counted counted = COUNTED_INIT(ROTA_OK), other = COUNTED_INIT(ROTA_PENDING);
    struct deadlock_check check = {NULL, EVENT_INIT, NULL};
    CHECK_OK(rota_queue_create(world.runtime, &check.queue));
    check.other = spawn_counted(world.runtime, &other);
    rota_task* task = spawn_counted(world.runtime, &counted);
    CHECK_OK(rota_task_on_done(task, with_queue ? check.queue : NULL, use_the_engine, &check, NULL));
    rota_task_release(task);
    if (with_queue || workers == 0) {
      queue_drive(check.queue, &check.fired, 1);
    } else {
      event_wait(&check.fired, 1);
    }
    CHECK_STATUS(rota_task_wait(check.other, LONG_TIME), ROTA_ECANCELED);
    rota_task_release(check.other);
    rota_queue_release(check.queue);
    world_end(&world);
    CHECK(event_count(&check.fired) == 1);
  }
}

/* ------------------------------------------------------------------------------------------------------- shutdown */

static void shutdown_fires_done(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = NULL;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  struct recorder on_worker = RECORDER_INIT, on_queue = RECORDER_INIT;
  rota_task* task = spawn_counted(world.runtime, &counted);
  CHECK_OK(record_on_done(task, NULL, &on_worker));
  CHECK_OK(record_on_done(task, queue, &on_queue));
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK(event_count(&on_worker.fired) == 1);
  CHECK_STATUS(on_worker.status, ROTA_ECANCELED);
  CHECK(event_count(&on_queue.fired) == 0);
  CHECK(queue_readable(queue, 0));
  CHECK_OK(rota_queue_run(queue, 0, ROTA_FOREVER, NULL));
  CHECK(event_count(&on_queue.fired) == 1);
  CHECK_STATUS(on_queue.status, ROTA_ECANCELED);
  CHECK(on_queue.thread == os_thread_self());
  rota_task_release(task);
  rota_queue_release(queue);
  world_end(&world);
  CHECK(event_count(&on_worker.fired) == 1);
  CHECK(event_count(&on_queue.fired) == 1);
}

/* After shutdown a call either fails or is answered; with a queue it is answered as ever. */
static void done_can_be_set_after_shutdown(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = NULL;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  struct counted counted = COUNTED_INIT(ROTA_OK);
  struct recorder on_worker = RECORDER_INIT, on_queue = RECORDER_INIT;
  rota_task* task = spawn_counted(world.runtime, &counted);
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_OK(record_on_done(task, queue, &on_queue));
  const rota_status without_queue = record_on_done(task, NULL, &on_worker);
  CHECK(without_queue == ROTA_OK || without_queue == ROTA_ESHUTDOWN);
  queue_drive(queue, &on_queue.fired, 1);
  CHECK_STATUS(on_queue.status, ROTA_OK);
  rota_task_release(task);
  rota_queue_release(queue);
  world_end(&world);
  CHECK(event_count(&on_queue.fired) == 1);
  CHECK(event_count(&on_worker.fired) == (without_queue == ROTA_OK ? 1u : 0u));
}

/* Without a queue and `done` there is nobody to tell; a queue of another runtime cannot. */
static void wrong_calls_set_nothing(uint32_t workers) {
  struct world world, other;
  world_begin(&world, workers);
  world_begin(&other, workers);
  rota_queue* foreign = NULL;
  CHECK_OK(rota_queue_create(other.runtime, &foreign));
  struct counted counted = COUNTED_INIT(ROTA_OK);
  struct recorder recorder = RECORDER_INIT;
  rota_task* task = spawn_counted(world.runtime, &counted);
  CHECK_STATUS(rota_task_on_done(task, NULL, NULL, &recorder, &recorder.status), ROTA_EINVAL);
  CHECK_STATUS(record_on_done(NULL, NULL, &recorder), ROTA_EINVAL);
  CHECK_STATUS(record_on_done(task, foreign, &recorder), ROTA_EINVAL);
  memory_fail(&world.memory, 1);
  CHECK_STATUS(record_on_done(task, NULL, &recorder), ROTA_ENOMEM);
  memory_fail(&world.memory, 0);
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  rota_task_release(task);
  rota_queue_release(foreign);
  world_end(&world);
  world_end(&other);
  CHECK(event_count(&recorder.fired) == 0);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(done_fires_once, workers);
    RUN_WITH(each_call_is_answered, workers);
    RUN_WITH(jobs_and_sleeps_fire_it_too, workers);
    RUN_WITH(no_lock_is_held_in_done, workers);
    RUN_WITH(shutdown_fires_done, workers);
    RUN_WITH(done_can_be_set_after_shutdown, workers);
    RUN_WITH(wrong_calls_set_nothing, workers);
  }
  return 0;
}
