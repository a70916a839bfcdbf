/* SPDX-License-Identifier: MIT
 *
 * Contract 2 for blocking work: the argument of rota_spawn_blocking, and the state of a task in the blocking room, are
 * dropped exactly once on every path.
 */
#include "tests/capi/support.h"

static rota_task* spawn_job(rota_runtime* runtime, rota_blocking_fn fn, struct counted* counted) {
  rota_task* task = NULL;
  CHECK_OK(rota_spawn_blocking(runtime, fn, counted, counted_drop, &task));
  CHECK(task != NULL);
  return task;
}

static void a_job_drops_its_argument(uint32_t workers) {
  const rota_status answers[] = {ROTA_OK, ROTA_EIO, ROTA_PENDING, 5};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; ++i) {
    struct world world;
    world_begin(&world, workers);
    struct counted counted = COUNTED_INIT(answers[i]);
    rota_task* task = spawn_job(world.runtime, counted_job, &counted);
    CHECK_STATUS(rota_task_wait(task, LONG_TIME), answers[i] > ROTA_OK ? ROTA_EINVAL : answers[i]);
    CHECK(event_count(&counted.dropped) == 1);
    rota_task_release(task);
    world_end(&world);
    CHECK(event_count(&counted.dropped) == 1);
    CHECK(event_count(&counted.polled) == 1);
  }
}

static void a_detached_job_drops_its_argument(void) {
  struct world world;
  world_begin(&world, 1);
  struct counted counted = COUNTED_INIT(ROTA_OK);
  CHECK_OK(rota_spawn_blocking(world.runtime, counted_job, &counted, counted_drop, NULL));
  event_wait(&counted.dropped, 1);
  world_end(&world);
  CHECK(event_count(&counted.dropped) == 1);
}

static void a_job_needs_no_drop(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn_blocking(world.runtime, counted_job, &counted, NULL, &task));
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  rota_task_release(task);
  world_end(&world);
  CHECK(event_count(&counted.polled) == 1);
}

/* One thread, and it is taken: the second job is queued, and can be cancelled; the first one cannot. */
static void a_queued_job_can_be_cancelled(void) {
  struct world world;
  world_begin_with(&world, 1, 1);
  struct counted running = COUNTED_INIT(ROTA_OK);
  struct counted queued = COUNTED_INIT(ROTA_OK);
  rota_task* first = spawn_job(world.runtime, gated_job, &running);
  event_wait(&running.polled, 1);
  rota_task* second = spawn_job(world.runtime, counted_job, &queued);
  CHECK_STATUS(rota_task_cancel(first), ROTA_EBUSY);
  CHECK_OK(rota_task_cancel(second));
  CHECK_STATUS(rota_task_wait(second, LONG_TIME), ROTA_ECANCELED);
  CHECK_STATUS(rota_task_cancel(second), ROTA_EALREADY);
  CHECK_STATUS(rota_task_status(first), ROTA_PENDING);
  CHECK(event_count(&running.dropped) == 0);
  event_signal(&running.gate);
  CHECK_OK(rota_task_wait(first, LONG_TIME));
  CHECK_STATUS(rota_task_cancel(first), ROTA_EALREADY);
  rota_task_release(first);
  rota_task_release(second);
  world_end(&world);
  CHECK(event_count(&running.dropped) == 1);
  CHECK(event_count(&queued.dropped) == 1);
  CHECK(event_count(&queued.polled) == 0);
}

/* Shutdown cancels the queued job and reports the running one, which ends by itself. */
static void shutdown_drops_queued_jobs(void) {
  struct world world;
  world_begin_with(&world, 1, 1);
  struct counted running = COUNTED_INIT(ROTA_OK);
  struct counted queued = COUNTED_INIT(ROTA_OK);
  rota_task* first = spawn_job(world.runtime, gated_job, &running);
  event_wait(&running.polled, 1);
  rota_task* second = spawn_job(world.runtime, counted_job, &queued);
  CHECK_STATUS(rota_runtime_shutdown(world.runtime, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_STATUS(rota_task_status(second), ROTA_ECANCELED);
  CHECK(event_count(&queued.dropped) == 1);
  CHECK(event_count(&running.dropped) == 0);
  event_signal(&running.gate);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK(event_count(&running.dropped) == 1);
  rota_task_release(first);
  rota_task_release(second);
  world_end(&world);
  CHECK(event_count(&running.dropped) == 1);
  CHECK(event_count(&queued.dropped) == 1);
  CHECK(event_count(&queued.polled) == 0);
}

static void fail_to_spawn(rota_runtime* runtime, rota_status wanted) {
  struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_task* task = (rota_task*)&counted;
  CHECK_STATUS(rota_spawn_blocking(runtime, counted_job, &counted, counted_drop, &task), wanted);
  CHECK(task == NULL);
  CHECK(event_count(&counted.dropped) == 1);
  CHECK(event_count(&counted.polled) == 0);
}

static void failed_jobs_drop_their_argument(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  fail_to_spawn(NULL, ROTA_EINVAL);
  memory_fail(&world.memory, 1);
  fail_to_spawn(world.runtime, ROTA_ENOMEM);
  memory_fail(&world.memory, 0);
  /* Without a function there was no job, so nothing was given away. */
  struct counted kept = COUNTED_INIT(ROTA_OK);
  rota_task* task = (rota_task*)&kept;
  CHECK_STATUS(rota_spawn_blocking(world.runtime, NULL, &kept, counted_drop, &task), ROTA_EINVAL);
  CHECK(task == NULL);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  fail_to_spawn(world.runtime, ROTA_ESHUTDOWN);
  world_end(&world);
  CHECK(event_count(&kept.dropped) == 0);
}

static void without_a_blocking_pool_jobs_are_refused(void) {
  struct world world;
  world_begin_with(&world, 1, 0);
  fail_to_spawn(world.runtime, ROTA_ENOTSUP);
  struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_spawn_desc desc = describe(&counted);
  desc.room = ROTA_ROOM_BLOCKING;
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_ENOTSUP);
  world_end(&world);
  CHECK(event_count(&counted.dropped) == 1);
}

/* A task in the blocking room is an ordinary task, only polled elsewhere. */
static void a_task_in_the_blocking_room_is_dropped(uint32_t workers) {
  const rota_status answers[] = {ROTA_OK, ROTA_PENDING};
  for (size_t i = 0; i < 2; ++i) {
    struct world world;
    world_begin(&world, workers);
    struct counted counted = COUNTED_INIT(answers[i]);
    rota_spawn_desc desc = describe(&counted);
    desc.room = ROTA_ROOM_BLOCKING;
    rota_task* task = NULL;
    CHECK_OK(rota_spawn(world.runtime, &desc, &task));
    if (answers[i] == ROTA_PENDING) {
      if (workers != 0) event_wait(&counted.polled, 1);
      CHECK_OK(rota_task_cancel(task));
    }
    CHECK_STATUS(rota_task_wait(task, LONG_TIME), answers[i] == ROTA_OK ? ROTA_OK : ROTA_ECANCELED);
    CHECK(event_count(&counted.dropped) == 1);
    rota_task_release(task);
    world_end(&world);
    CHECK(event_count(&counted.dropped) == 1);
  }
}

static void shutdown_drops_tasks_in_the_blocking_room(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  rota_spawn_desc desc = describe(&counted);
  desc.room = ROTA_ROOM_BLOCKING;
  CHECK_OK(rota_spawn(world.runtime, &desc, NULL));
  if (workers != 0) event_wait(&counted.polled, 1);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK(event_count(&counted.dropped) == 1);
  world_end(&world);
  CHECK(event_count(&counted.dropped) == 1);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(a_job_drops_its_argument, workers);
    RUN_WITH(a_job_needs_no_drop, workers);
    RUN_WITH(failed_jobs_drop_their_argument, workers);
    RUN_WITH(a_task_in_the_blocking_room_is_dropped, workers);
    RUN_WITH(shutdown_drops_tasks_in_the_blocking_room, workers);
  }
  RUN(a_detached_job_drops_its_argument);
  RUN(a_queued_job_can_be_cancelled);
  RUN(shutdown_drops_queued_jobs);
  RUN(without_a_blocking_pool_jobs_are_refused);
  return 0;
}
