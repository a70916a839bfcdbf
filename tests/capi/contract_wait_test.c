/* SPDX-License-Identifier: MIT
 *
 * Contract 5: waiting where it could never end returns ROTA_EDEADLK. Elsewhere it waits, and gives up in time.
 */
#include "tests/capi/support.h"

/* What a place gives when it waits for a task that is pending, and for one that is complete. */
struct place {
  rota_runtime* runtime;
  rota_task* pending;
  rota_task* complete;
  rota_status wanted;
  struct event visited;
};

static void try_to_wait(struct place* place) {
  struct counted counted = COUNTED_INIT(ROTA_OK);
  const rota_spawn_desc desc = describe(&counted);
  CHECK_STATUS(rota_task_wait(place->pending, ROTA_FOREVER), place->wanted);
  CHECK_STATUS(rota_task_wait(place->pending, 0), place->wanted);
  /* Nothing is waited for when the answer is there. */
  CHECK_OK(rota_task_wait(place->complete, ROTA_FOREVER));
  CHECK_STATUS(rota_block_on(place->runtime, &desc), ROTA_EDEADLK);
  CHECK(event_count(&counted.dropped) == 1);
  CHECK(event_count(&counted.polled) == 0);
  event_signal(&place->visited);
}

static rota_status wait_in_poll(void* state, rota_context* cx) {
  struct place* place = state;
  try_to_wait(place);
  CHECK_STATUS(rota_task_wait(rota_context_task(cx), ROTA_FOREVER), ROTA_EDEADLK);
  CHECK_STATUS(rota_task_poll(rota_context_task(cx), cx), ROTA_EDEADLK);
  return ROTA_OK;
}

static void wait_in_done(rota_task* task, rota_status status, void* user1, void* user2) {
  (void)task;
  (void)status;
  (void)user2;
  try_to_wait(user1);
}

static void wait_in_drop(void* state) { try_to_wait(state); }

static void place_begin(struct place* place, struct world* world, struct counted* pending, struct counted* complete) {
  const struct place empty = {world->runtime, NULL, NULL, ROTA_EDEADLK, EVENT_INIT};
  *place = empty;
  place->pending = spawn_counted(world->runtime, pending);
  place->complete = spawn_counted(world->runtime, complete);
  CHECK_OK(rota_task_wait(place->complete, LONG_TIME));
}

static void place_end(struct place* place) {
  CHECK_STATUS(rota_task_status(place->pending), ROTA_PENDING);
  rota_task_release(place->pending);
  rota_task_release(place->complete);
}

static void waiting_in_a_poll_is_refused(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted pending = COUNTED_INIT(ROTA_PENDING), complete = COUNTED_INIT(ROTA_OK);
  struct place place;
  place_begin(&place, &world, &pending, &complete);
  rota_spawn_desc desc = describe_poll(wait_in_poll, &place);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  rota_task_release(task);
  CHECK_OK(rota_block_on(world.runtime, &desc));
  CHECK(event_count(&place.visited) == 2);
  place_end(&place);
  world_end(&world);
}

static void waiting_in_a_queue_s_poll_is_refused(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted pending = COUNTED_INIT(ROTA_PENDING), complete = COUNTED_INIT(ROTA_OK);
  struct place place;
  place_begin(&place, &world, &pending, &complete);
  rota_queue* queue = NULL;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  rota_spawn_desc desc = describe_poll(wait_in_poll, &place);
  desc.on = queue;
  CHECK_OK(rota_spawn(world.runtime, &desc, NULL));
  queue_drive(queue, &place.visited, 1);
  rota_queue_release(queue);
  place_end(&place);
  world_end(&world);
}

static void waiting_in_done_is_refused(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted pending = COUNTED_INIT(ROTA_PENDING), complete = COUNTED_INIT(ROTA_OK);
  struct place place;
  place_begin(&place, &world, &pending, &complete);
  rota_queue* queue = NULL;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  CHECK_OK(rota_task_on_done(place.complete, queue, wait_in_done, &place, NULL));
  queue_drive(queue, &place.visited, 1);
  CHECK_OK(rota_task_on_done(place.complete, NULL, wait_in_done, &place, NULL));
  if (workers == 0) {
    queue_drive(queue, &place.visited, 2);
  } else {
    event_wait(&place.visited, 2);
  }
  rota_queue_release(queue);
  place_end(&place);
  world_end(&world);
}

static rota_status be_ready(void* state, rota_context* cx) {
  (void)state;
  (void)cx;
  return ROTA_OK;
}

static void waiting_in_drop_is_refused(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted pending = COUNTED_INIT(ROTA_PENDING), complete = COUNTED_INIT(ROTA_OK);
  struct place place;
  place_begin(&place, &world, &pending, &complete);
  rota_spawn_desc desc = describe_poll(be_ready, &place);
  desc.drop = wait_in_drop;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  CHECK(event_count(&place.visited) == 1);
  rota_task_release(task);
  place_end(&place);
  world_end(&world);
}

/* A worker of one runtime must not be held up by another one either. */
static void waiting_for_another_runtime_is_refused(uint32_t workers) {
  struct world world, other;
  world_begin(&world, workers);
  world_begin(&other, 1);
  struct counted pending = COUNTED_INIT(ROTA_PENDING), complete = COUNTED_INIT(ROTA_OK);
  struct place place;
  place_begin(&place, &other, &pending, &complete);
  rota_spawn_desc desc = describe_poll(wait_in_poll, &place);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  CHECK_OK(rota_block_on(world.runtime, &desc));
  rota_task_release(task);
  place_end(&place);
  world_end(&other);
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------- where it is allowed */

static rota_status wait_in_job(void* arg) {
  struct place* place = arg;
  CHECK_STATUS(rota_task_wait(place->pending, MILLISECOND), place->wanted);
  event_signal(&place->visited);
  if (place->wanted == ROTA_EDEADLK) return ROTA_OK;
  /* A thread for blocking may wait for a task, for as long as it takes. */
  return rota_task_wait(place->pending, ROTA_FOREVER);
}

static rota_status wait_in_blocking_poll(void* state, rota_context* cx) {
  (void)cx;
  return wait_in_job(state);
}

static void a_blocking_thread_may_wait(void) {
  for (int as_task = 0; as_task < 2; ++as_task) {
    struct world world;
    world_begin(&world, 1);
    struct counted pending = COUNTED_INIT(ROTA_PENDING), complete = COUNTED_INIT(ROTA_OK);
    struct place place;
    place_begin(&place, &world, &pending, &complete);
    place.wanted = ROTA_ETIMEDOUT;
    rota_task* task = NULL;
    if (as_task) {
      rota_spawn_desc desc = describe_poll(wait_in_blocking_poll, &place);
      desc.room = ROTA_ROOM_BLOCKING;
      CHECK_OK(rota_spawn(world.runtime, &desc, &task));
    } else {
      CHECK_OK(rota_spawn_blocking(world.runtime, wait_in_job, &place, NULL, &task));
    }
    event_wait(&place.visited, 1);
    CHECK_OK(rota_task_cancel(place.pending));
    CHECK_STATUS(rota_task_wait(task, LONG_TIME), ROTA_ECANCELED);
    rota_task_release(task);
    rota_task_release(place.pending);
    rota_task_release(place.complete);
    world_end(&world);
  }
}

/* On a hosted runtime the host's own call runs the job, and nobody else could do the work it waits for. */
static void a_hosted_job_must_not_wait(void) {
  struct world world;
  world_begin(&world, 0);
  struct counted pending = COUNTED_INIT(ROTA_PENDING), complete = COUNTED_INIT(ROTA_OK);
  struct place place;
  place_begin(&place, &world, &pending, &complete);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn_blocking(world.runtime, wait_in_job, &place, NULL, &task));
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  rota_task_release(task);
  place_end(&place);
  world_end(&world);
}

static rota_status block_on_in_job(void* arg) {
  struct counted counted = COUNTED_INIT(ROTA_OK);
  const rota_spawn_desc desc = describe(&counted);
  CHECK_STATUS(rota_block_on(arg, &desc), ROTA_EDEADLK);
  CHECK(event_count(&counted.dropped) == 1);
  return ROTA_OK;
}

static void block_on_in_a_job_is_refused(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn_blocking(world.runtime, block_on_in_job, world.runtime, NULL, &task));
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  rota_task_release(task);
  world_end(&world);
}

static void waiting_gives_up_in_time(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted pending = COUNTED_INIT(ROTA_PENDING);
  rota_task* task = spawn_counted(world.runtime, &pending);
  const uint64_t limits[] = {0, 1, MILLISECOND, 5 * MILLISECOND};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; ++i) {
    const uint64_t before = rota_now(world.runtime);
    CHECK_STATUS(rota_task_wait(task, limits[i]), ROTA_ETIMEDOUT);
    CHECK(rota_now(world.runtime) - before >= limits[i]);
    CHECK_STATUS(rota_task_status(task), ROTA_PENDING);
  }
  rota_task_release(task);
  /* A task may itself end with that status; rota_task_status tells. */
  struct counted timed_out = COUNTED_INIT(ROTA_ETIMEDOUT);
  task = spawn_counted(world.runtime, &timed_out);
  CHECK_STATUS(rota_task_wait(task, LONG_TIME), ROTA_ETIMEDOUT);
  CHECK_STATUS(rota_task_status(task), ROTA_ETIMEDOUT);
  rota_task_release(task);
  world_end(&world);
}

struct patient {
  rota_task* task;
  rota_status status;
};

static void* wait_in_thread(void* arg) {
  struct patient* patient = arg;
  patient->status = rota_task_wait(patient->task, ROTA_FOREVER);
  return NULL;
}

static void any_number_of_threads_may_wait(uint32_t workers) {
  enum { kThreads = 4 };
  struct world world;
  world_begin(&world, workers);
  struct counted pending = COUNTED_INIT(ROTA_PENDING);
  rota_task* task = spawn_counted(world.runtime, &pending);
  struct os_thread threads[kThreads];
  struct patient patients[kThreads];
  for (int i = 0; i < kThreads; ++i) {
    patients[i].task = task;
    os_thread_start(&threads[i], wait_in_thread, &patients[i]);
  }
  event_wait(&pending.polled, workers == 0 ? 0 : 1);
  CHECK_OK(rota_task_cancel(task));
  for (int i = 0; i < kThreads; ++i) {
    os_thread_join(&threads[i]);
    CHECK_STATUS(patients[i].status, ROTA_ECANCELED);
  }
  rota_task_release(task);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(waiting_in_a_poll_is_refused, workers);
    RUN_WITH(waiting_in_a_queue_s_poll_is_refused, workers);
    RUN_WITH(waiting_in_done_is_refused, workers);
    RUN_WITH(waiting_in_drop_is_refused, workers);
    RUN_WITH(waiting_for_another_runtime_is_refused, workers);
    RUN_WITH(block_on_in_a_job_is_refused, workers);
    RUN_WITH(waiting_gives_up_in_time, workers);
    RUN_WITH(any_number_of_threads_may_wait, workers);
  }
  RUN(a_blocking_thread_may_wait);
  RUN(a_hosted_job_must_not_wait);
  return 0;
}
