/* SPDX-License-Identifier: MIT
 *
 * Threads of the host that work for a runtime: beside its workers, and in their place.
 */
#include "tests/capi/threads.h"
#include "tests/support/thread.h"

#include <stdatomic.h>

static void guests_begin(struct world* world, uint32_t workers, uint32_t blocking_max, uint32_t guests_max) {
  const struct memory memory = MEMORY_INIT;
  world->memory = memory;
  world->runtime = NULL;
  const rota_allocator allocator = world_allocator(world);
  rota_runtime_options options;
  CHECK_OK(rota_runtime_options_init(&options, sizeof options));
  options.workers = workers;
  options.blocking_max = blocking_max;
  options.allocator = &allocator;
  options.guests_max = guests_max;
  CHECK_OK(rota_runtime_create(&options, &world->runtime));
}

static rota_thread* enter(rota_runtime* runtime) {
  rota_thread* thread = NULL;
  CHECK_OK(rota_thread_enter(runtime, &thread));
  CHECK(thread != NULL);
  return thread;
}

/* ------------------------------------------------------------------------------------------------------ one guest */

struct step {
  uint64_t thread;
  atomic_int polls;
  int left;
};

static rota_status step_poll(void* state, rota_context* cx) {
  struct step* step = state;
  CHECK(step->thread == 0 || step->thread == os_thread_self());
  atomic_fetch_add(&step->polls, 1);
  CHECK_STATUS(rota_thread_run(NULL, 0, 0, NULL), ROTA_EINVAL);
  return --step->left > 0 ? rota_yield(cx) : ROTA_OK;
}

/* No worker: nothing happens but in the guest's calls, on the guest's thread, within their limits. */
static void a_guest_alone_does_it_all(void) {
  struct world world;
  const int threads = count_threads();
  guests_begin(&world, 0, 0, 2);
  CHECK(rota_runtime_workers(world.runtime) == 0);
  rota_thread* guest = enter(world.runtime);
  struct step step = {os_thread_self(), 0, 5};
  const rota_spawn_desc desc = describe_poll(step_poll, &step);
  rota_task *task = NULL, *sleep = NULL, *job = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK(atomic_load(&step.polls) == 0);
  uint32_t ran = 0;
  CHECK_STATUS(rota_thread_run(guest, 2, ROTA_FOREVER, &ran), ROTA_PENDING);
  CHECK(ran == 2 && atomic_load(&step.polls) == 2);
  CHECK_OK(rota_thread_run(guest, 0, ROTA_FOREVER, &ran));
  CHECK(ran == 3);
  CHECK_OK(finish(task));
  /* Timers and jobs too. */
  struct counted counted = COUNTED_INIT(ROTA_OK);
  CHECK_OK(rota_sleep(world.runtime, 2 * MILLISECOND, &sleep));
  CHECK_OK(rota_spawn_blocking(world.runtime, counted_job, &counted, counted_drop, &job));
  while (rota_task_status(sleep) == ROTA_PENDING || rota_task_status(job) == ROTA_PENDING) {
    CHECK_OK(rota_thread_serve(guest, MILLISECOND, NULL));
  }
  CHECK_OK(finish(sleep));
  CHECK_OK(finish(job));
  CHECK(count_threads() == threads);
  CHECK_OK(rota_thread_leave(guest));
  world_end(&world);
  CHECK(count_threads() == threads);
}

/* ------------------------------------------------------------------------------------------------------ several */

struct crew {
  rota_runtime* runtime;
  atomic_int stop;
  atomic_long ran;
  int serve; /* sleeps in the engine; else comes now and then */
};

static void* crew_main(void* arg) {
  struct crew* crew = arg;
  rota_thread* guest = enter(crew->runtime);
  while (!atomic_load(&crew->stop)) {
    uint32_t ran = 0;
    const rota_status status =
        crew->serve ? rota_thread_serve(guest, MILLISECOND, &ran) : rota_thread_run(guest, 16, 100000, &ran);
    CHECK(status == ROTA_OK || status == ROTA_PENDING);
    atomic_fetch_add(&crew->ran, ran);
    if (!crew->serve) os_sleep_ms(0);
  }
  CHECK_OK(rota_thread_leave(guest));
  return NULL;
}

/* A tree of tasks that spawn, sleep and wait for each other. */
struct tree {
  atomic_int* left;
  int depth;
  rota_task* sleep;
};

static rota_status tree_poll(void* state, rota_context* cx) {
  struct tree* tree = state;
  if (tree->sleep == NULL) {
    CHECK_OK(rota_sleep(rota_context_runtime(cx), 20000, &tree->sleep));
    for (int i = 0; tree->depth != 0 && i < 3; ++i) {
      struct tree child = {tree->left, tree->depth - 1, NULL};
      rota_spawn_desc desc = describe_poll(tree_poll, &child);
      desc.state_size = sizeof child;
      desc.priority = (uint32_t)i;
      CHECK_OK(rota_spawn(rota_context_runtime(cx), &desc, NULL));
    }
  }
  const rota_status status = rota_task_poll(tree->sleep, cx);
  if (status == ROTA_PENDING) return status;
  rota_task_release(tree->sleep);
  atomic_fetch_sub(tree->left, 1);
  return status;
}

static void run_tree(rota_runtime* runtime, int depth) {
  int nodes = 1;
  for (int i = 0, level = 1; i < depth; ++i) nodes += level *= 3;
  atomic_int left = nodes;
  struct tree tree = {&left, depth, NULL};
  rota_spawn_desc desc = describe_poll(tree_poll, &tree);
  desc.state_size = sizeof tree;
  CHECK_OK(rota_spawn(runtime, &desc, NULL));
  while (atomic_load(&left) != 0) os_sleep_ms(0);
}

static void guests_work_together(uint32_t workers, int serve) {
  struct world world;
  guests_begin(&world, workers, 0, 3);
  struct crew crew = {world.runtime, 0, 0, serve};
  struct os_thread threads[3];
  for (int i = 0; i < 3; ++i) os_thread_start(&threads[i], crew_main, &crew);
  for (int i = 0; i < 10; ++i) run_tree(world.runtime, 5);
  /* A thread outside may wait as ever. */
  rota_task* sleep = NULL;
  CHECK_OK(rota_sleep(world.runtime, MILLISECOND, &sleep));
  CHECK_OK(finish(sleep));
  atomic_store(&crew.stop, 1);
  for (int i = 0; i < 3; ++i) os_thread_join(&threads[i]);
  CHECK(workers != 0 || atomic_load(&crew.ran) > 0);
  world_end(&world);
}

static void the_host_s_threads_drive_together(uint32_t workers) {
  guests_work_together(workers, 0);
  guests_work_together(workers, 1);
}

/* A guest that is in a job does not keep the others asleep. */
static void* serve_until_stopped(void* arg) {
  struct crew* crew = arg;
  rota_thread* guest = enter(crew->runtime);
  while (!atomic_load(&crew->stop)) CHECK_OK(rota_thread_serve(guest, 50 * MILLISECOND, NULL));
  CHECK_OK(rota_thread_leave(guest));
  return NULL;
}

static void a_job_keeps_nobody_asleep(void) {
  struct world world;
  guests_begin(&world, 0, 0, 2);
  struct crew crew = {world.runtime, 0, 0, 1};
  struct os_thread threads[2];
  for (int i = 0; i < 2; ++i) os_thread_start(&threads[i], serve_until_stopped, &crew);
  for (int round = 0; round < 20; ++round) {
    struct counted gated = COUNTED_INIT(ROTA_OK);
    rota_task* job = NULL;
    CHECK_OK(rota_spawn_blocking(world.runtime, gated_job, &gated, NULL, &job));
    event_wait(&gated.polled, 1);
    for (int i = 0; i < 5; ++i) {
      struct counted ready = COUNTED_INIT(ROTA_OK);
      CHECK_OK(finish(spawn_counted(world.runtime, &ready)));
    }
    event_signal(&gated.gate);
    CHECK_OK(finish(job));
  }
  atomic_store(&crew.stop, 1);
  for (int i = 0; i < 2; ++i) os_thread_join(&threads[i]);
  world_end(&world);
}

/* A guest that goes leaves nothing behind: what it held is run by the next one. */
static rota_status spawn_many(void* state, rota_context* cx) {
  for (int i = 0; i < 300; ++i) {
    struct step step = {0, 0, 1};
    rota_spawn_desc desc = describe_poll(step_poll, &step);
    desc.state_size = sizeof step;
    CHECK_OK(rota_spawn(rota_context_runtime(cx), &desc, NULL));
  }
  (void)state;
  return ROTA_OK;
}

static void a_guest_that_leaves_hands_over(void) {
  struct world world;
  guests_begin(&world, 0, 0, 2);
  rota_thread *first = enter(world.runtime), *second = enter(world.runtime);
  const rota_spawn_desc desc = describe_poll(spawn_many, NULL);
  CHECK_OK(rota_spawn(world.runtime, &desc, NULL));
  uint32_t ran = 0, sum = 0;
  CHECK_STATUS(rota_thread_run(first, 1, ROTA_FOREVER, &ran), ROTA_PENDING);
  CHECK(ran == 1);
  CHECK_OK(rota_thread_leave(first));
  while (rota_thread_run(second, 7, ROTA_FOREVER, &ran) == ROTA_PENDING) {
    CHECK(ran <= 7);
    sum += ran;
  }
  CHECK(sum + ran == 300);
  CHECK_OK(rota_thread_leave(second));
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------------------- the ends */

struct serving {
  rota_thread* guest;
  rota_status result;
};

static void* serve_main(void* arg) {
  struct serving* serving = arg;
  serving->result = rota_thread_serve(serving->guest, ROTA_FOREVER, NULL);
  return NULL;
}

static void serving_ends_when_told(uint32_t workers) {
  struct world world;
  guests_begin(&world, workers, 0, 1);
  struct serving serving = {enter(world.runtime), ROTA_PENDING};
  struct os_thread thread;
  /* Before it begins, or while it sleeps: either ends it. */
  os_thread_start(&thread, serve_main, &serving);
  CHECK_OK(rota_thread_interrupt(serving.guest));
  os_thread_join(&thread);
  CHECK_OK(serving.result);
  CHECK_OK(rota_thread_serve(serving.guest, MILLISECOND, NULL)); /* its own time is up */
  os_thread_start(&thread, serve_main, &serving);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  os_thread_join(&thread);
  CHECK_STATUS(serving.result, ROTA_ESHUTDOWN);
  CHECK_STATUS(rota_thread_run(serving.guest, 0, 0, NULL), ROTA_ESHUTDOWN);
  CHECK_OK(rota_thread_leave(serving.guest));
  world_end(&world);
}

/* With nobody inside, shutdown still ends everything. */
static void nobody_need_be_there_at_the_end(void) {
  struct world world;
  guests_begin(&world, 0, 0, 1);
  struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_spawn_desc desc = describe(&counted);
  rota_task *task = NULL, *sleep = NULL, *job = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(rota_sleep(world.runtime, ROTA_FOREVER, &sleep));
  CHECK_OK(rota_spawn_blocking(world.runtime, counted_job, &counted, counted_drop, &job));
  CHECK_STATUS(rota_task_wait(task, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  CHECK(finish(sleep) < 0);
  CHECK_STATUS(finish(job), ROTA_ECANCELED);
  CHECK(event_count(&counted.dropped) == 2 && event_count(&counted.polled) == 0);
  world_end(&world);
}

/* An interrupt that ends nothing is not the next guest's. */
static void an_interrupt_goes_with_its_guest(void) {
  struct world world;
  guests_begin(&world, 0, 0, 1);
  rota_thread* guest = enter(world.runtime);
  CHECK_OK(rota_thread_interrupt(guest));
  CHECK_OK(rota_thread_leave(guest));
  guest = enter(world.runtime);
  struct step step = {0, 0, 1};
  const rota_spawn_desc desc = describe_poll(step_poll, &step);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  uint32_t ran = 0;
  CHECK_OK(rota_thread_run(guest, 0, ROTA_FOREVER, &ran));
  CHECK(ran == 1);
  CHECK_OK(finish(task));
  CHECK_OK(rota_thread_leave(guest));
  world_end(&world);
}

static rota_status run_inside(void* state, rota_context* cx) {
  (void)cx;
  CHECK_STATUS(rota_thread_run(state, 0, 0, NULL), ROTA_EDEADLK);
  CHECK_STATUS(rota_thread_leave(state), ROTA_EBUSY);
  return ROTA_OK;
}

static void wrong_use_is_refused(void) {
  struct world world;
  rota_thread* out = (rota_thread*)&world;
  guests_begin(&world, 0, 0, 1);
  rota_thread* guest = enter(world.runtime);
  CHECK_STATUS(rota_thread_enter(world.runtime, &out), ROTA_EAGAIN);
  CHECK(out == NULL);
  CHECK_STATUS(rota_thread_enter(NULL, &out), ROTA_EINVAL);
  CHECK_STATUS(rota_thread_enter(world.runtime, NULL), ROTA_EINVAL);
  CHECK_STATUS(rota_thread_serve(NULL, 0, NULL), ROTA_EINVAL);
  CHECK_STATUS(rota_thread_interrupt(NULL), ROTA_EINVAL);
  CHECK_STATUS(rota_thread_interrupt((rota_thread*)world.runtime), ROTA_EINVAL);
  CHECK_STATUS(rota_thread_leave((rota_thread*)world.runtime), ROTA_EINVAL);
  CHECK_OK(rota_thread_leave(NULL));
  const rota_spawn_desc desc = describe_poll(run_inside, guest);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(rota_thread_run(guest, 0, ROTA_FOREVER, NULL));
  CHECK_OK(finish(task));
  CHECK_OK(rota_thread_leave(guest));
  guest = enter(world.runtime); /* the seat is free again */
  CHECK_OK(rota_runtime_shutdown(world.runtime, ROTA_FOREVER));
  CHECK_STATUS(rota_thread_enter(world.runtime, &out), ROTA_ESHUTDOWN);
  CHECK_OK(rota_thread_leave(guest));
  world_end(&world);
}

/* The handle of a guest keeps the memory of its runtime, and no more. */
static void a_handle_may_outlive_the_runtime(void) {
  struct world world;
  guests_begin(&world, 1, 0, 1);
  rota_thread* guest = enter(world.runtime);
  rota_runtime_release(world.runtime);
  world.runtime = NULL;
  CHECK_STATUS(rota_thread_run(guest, 0, 0, NULL), ROTA_ESHUTDOWN);
  CHECK_OK(rota_thread_leave(guest));
  world_end(&world);
}

static void seats_may_be_none(void) {
  struct world world;
  rota_thread* out = NULL;
  guests_begin(&world, 1, 0, ROTA_GUESTS_NONE);
  CHECK_STATUS(rota_thread_enter(world.runtime, &out), ROTA_ENOTSUP);
  world_end(&world);
  guests_begin(&world, 0, 0, 0); /* hosted */
  CHECK_STATUS(rota_thread_enter(world.runtime, &out), ROTA_ENOTSUP);
  world_end(&world);
}

int main(void) {
  start_first_thread();
  RUN(a_guest_alone_does_it_all);
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(the_host_s_threads_drive_together, workers);
    RUN_WITH(serving_ends_when_told, workers);
  }
  RUN(a_job_keeps_nobody_asleep);
  RUN(a_guest_that_leaves_hands_over);
  RUN(nobody_need_be_there_at_the_end);
  RUN(an_interrupt_goes_with_its_guest);
  RUN(wrong_use_is_refused);
  RUN(a_handle_may_outlive_the_runtime);
  RUN(seats_may_be_none);
  return 0;
}
