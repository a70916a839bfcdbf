/* SPDX-License-Identifier: MIT
 *
 * How many threads there are, what they are called, and where they run.
 */
#include "tests/capi/threads.h"
#include "tests/support/thread.h"

#include <stdatomic.h>

/* ---------------------------------------------------------------------------------------------------- threads_max */

static atomic_int alive, most_alive;

static void count_start(void* user, uint32_t room, uint32_t index) {
  (void)user;
  (void)room;
  (void)index;
  const int now = atomic_fetch_add(&alive, 1) + 1;
  int most = atomic_load(&most_alive);
  while (now > most && !atomic_compare_exchange_weak(&most_alive, &most, now)) continue;
}

static void count_stop(void* user, uint32_t room, uint32_t index) {
  (void)user;
  (void)room;
  (void)index;
  atomic_fetch_sub(&alive, 1);
}

static rota_status create(struct world* world, uint32_t workers, uint32_t blocking, uint32_t most, uint64_t keep) {
  const struct memory memory = MEMORY_INIT;
  world->memory = memory;
  world->runtime = NULL;
  atomic_store(&alive, 0);
  atomic_store(&most_alive, 0);
  rota_thread_hooks hooks = {0};
  hooks.size = sizeof hooks;
  hooks.start = count_start;
  hooks.stop = count_stop;
  const rota_allocator allocator = world_allocator(world);
  rota_runtime_options options;
  CHECK_OK(rota_runtime_options_init(&options, sizeof options));
  options.workers = workers;
  options.blocking_max = blocking;
  options.threads_max = most;
  options.blocking_keep_alive_ns = keep;
  options.hooks = &hooks;
  options.allocator = &allocator;
  return rota_runtime_create(&options, &world->runtime);
}

static rota_status short_job(void* arg) {
  struct event* done = arg;
  os_sleep_ms(1); /* the thread is taken for a moment: others are wanted */
  event_signal(done);
  return ROTA_OK;
}

struct meeting {
  struct event arrived;
  int wanted;
};

static rota_status meet(void* arg) {
  struct meeting* meeting = arg;
  event_signal(&meeting->arrived);
  event_wait(&meeting->arrived, meeting->wanted);
  return ROTA_OK;
}

/* Threads come and go all the time, and there are never more than the bound, as the system counts them. */
static void the_bound_is_obeyed(uint32_t workers, uint32_t most, uint64_t keep) {
  const int before = count_threads();
  struct world world;
  CHECK_OK(create(&world, workers, 64, most, keep));
  enum { kJobs = 200 };
  struct event done = EVENT_INIT;
  for (uint32_t i = 0; i < kJobs; ++i) {
    CHECK_OK(rota_spawn_blocking(world.runtime, short_job, &done, NULL, NULL));
    CHECK(count_threads() - before <= (int)most);
    if (i % 50 == 49) event_wait(&done, i + 1);
  }
  event_wait(&done, kJobs);
  CHECK(atomic_load(&most_alive) <= (int)most);
  /* And there can be as many: calls that wait for each other, one on each thread that is left. */
  struct meeting meeting = {EVENT_INIT, (int)(most - workers)};
  rota_task* tasks[8];
  for (int i = 0; i < meeting.wanted; ++i) {
    CHECK_OK(rota_spawn_blocking(world.runtime, meet, &meeting, NULL, &tasks[i]));
  }
  for (int i = 0; i < meeting.wanted; ++i) CHECK_OK(finish(tasks[i]));
  CHECK(atomic_load(&most_alive) == (int)most);
  world_end(&world);
  wait_for_threads(before);
}

static void bounds_are_obeyed(void) {
  the_bound_is_obeyed(1, 3, 0);
  the_bound_is_obeyed(2, 3, 1);
  the_bound_is_obeyed(2, 6, 1);
  the_bound_is_obeyed(0, 2, 1);
}

static void bounds_fit_what_is_automatic(void) {
  const int before = count_threads();
  struct world world;
  for (uint32_t most = 1; most <= 4; ++most) {
    CHECK_OK(create(&world, ROTA_WORKERS_AUTO, ROTA_BLOCKING_AUTO, most, 0));
    const uint32_t workers = rota_runtime_workers(world.runtime);
    CHECK(workers >= 1 && workers <= most);
    CHECK(most == 1 || workers <= most - 1);
    rota_task* task = NULL;
    struct event done = EVENT_INIT;
    const rota_status status = rota_spawn_blocking(world.runtime, short_job, &done, NULL, &task);
    CHECK_STATUS(status, most == 1 ? ROTA_ENOTSUP : ROTA_OK);
    if (task != NULL) CHECK_OK(finish(task));
    world_end(&world);
  }
  CHECK_STATUS(create(&world, 3, 0, 2, 0), ROTA_EINVAL);
  CHECK_STATUS(create(&world, 1, 0, ROTA_THREADS_MAX + 1, 0), ROTA_EINVAL);
  CHECK_OK(create(&world, 2, 0, 2, 0));
  world_end(&world);
  wait_for_threads(before);
}

/* ------------------------------------------------------------------------------------------------------- no threads */

static rota_status hello(void* state, rota_context* cx) {
  (void)state;
  (void)cx;
  return ROTA_OK;
}

static rota_status add_range(void* user, size_t begin, size_t end) {
  atomic_fetch_add((atomic_int*)user, (int)(end - begin));
  return ROTA_OK;
}

static void no_threads_at_all(void) {
  const int before = count_threads();
  struct world world;
  CHECK_OK(create(&world, 0, 0, 0, 0));
  rota_queue* queue = NULL;
  rota_group* group = NULL;
  rota_task* tasks[5];
  struct event done = EVENT_INIT;
  atomic_int sum = 0;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  CHECK_OK(rota_group_create(world.runtime, NULL, &group));
  rota_spawn_desc desc = describe_poll(hello, NULL);
  desc.group = group;
  desc.priority = ROTA_PRIORITY_HIGH;
  CHECK_OK(rota_spawn(world.runtime, &desc, &tasks[0]));
  CHECK_OK(rota_sleep(world.runtime, MILLISECOND, &tasks[1]));
  CHECK_OK(rota_spawn_blocking(world.runtime, short_job, &done, NULL, &tasks[2]));
  rota_parallel loop = {0};
  loop.size = sizeof loop;
  loop.body = add_range;
  loop.user = &sum;
  loop.count = 100;
  CHECK_OK(rota_parallel_start(world.runtime, &loop, &tasks[3]));
  CHECK_OK(rota_parallel_for(world.runtime, &loop));
  desc.after = tasks;
  desc.after_count = 4;
  desc.on = queue;
  CHECK_OK(rota_spawn(world.runtime, &desc, &tasks[4]));
  while (rota_task_status(tasks[4]) == ROTA_PENDING) {
    CHECK(queue_readable(queue, 20000));
    CHECK(rota_queue_run_until(queue, ROTA_PRIORITY_LOW, 0, rota_now(world.runtime) + MILLISECOND, NULL) >= 0);
    CHECK(count_threads() == before);
  }
  for (int i = 0; i < 5; ++i) CHECK_OK(finish(tasks[i]));
  CHECK(atomic_load(&sum) == 200);
  CHECK_OK(rota_group_drain(group, LONG_TIME));
  CHECK(count_threads() == before && atomic_load(&most_alive) == 0);
  rota_group_release(group);
  rota_queue_release(queue);
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------------ names and cores */

struct seen {
  struct event started;
  char names[4][16];
  int cores[4];
};

static size_t give_name(void* user, uint32_t room, uint32_t index, char* buffer, size_t capacity) {
  (void)user;
  CHECK(capacity >= 15);
  if (room == ROTA_ROOM_WORKERS && index == 0) return 0; /* the engine's own */
  return (size_t)snprintf(buffer, capacity, "%s %u", room == ROTA_ROOM_WORKERS ? "job" : "disk", (unsigned)index);
}

static size_t give_cores(void* user, uint32_t room, uint32_t index, uint32_t* cores, size_t capacity) {
  (void)user;
  CHECK(capacity >= 64);
  if (room == ROTA_ROOM_WORKERS && index == 0) return 0;
  cores[0] = 0;
  cores[1] = 5000; /* there is no such core */
  return room == ROTA_ROOM_WORKERS ? 2 : 1;
}

static void look(void* user, uint32_t room, uint32_t index) {
  struct seen* seen = user;
  const uint32_t at = room * 2 + index;
  CHECK(at < 4);
  os_thread_name(seen->names[at], 16);
  seen->cores[at] = os_thread_cores();
  event_signal(&seen->started);
}

static void threads_are_named_and_placed(void) {
  const int own = os_thread_cores();
  struct seen seen = {EVENT_INIT, {{0}}, {0}};
  rota_thread_hooks hooks = {0};
  hooks.size = sizeof hooks;
  hooks.start = look;
  hooks.user = &seen;
  hooks.name = give_name;
  hooks.affinity = give_cores;
  rota_runtime_options options;
  CHECK_OK(rota_runtime_options_init(&options, sizeof options));
  options.workers = 2;
  options.hooks = &hooks;
  rota_runtime* runtime = NULL;
  CHECK_OK(rota_runtime_create(&options, &runtime));
  struct event done = EVENT_INIT;
  CHECK_OK(rota_spawn_blocking(runtime, short_job, &done, NULL, NULL));
  event_wait(&done, 1);
  event_wait(&seen.started, 3);
  rota_runtime_release(runtime);
  CHECK(strcmp(seen.names[0], "rota-w0") == 0);
  CHECK(strcmp(seen.names[1], "job 1") == 0);
  CHECK(strcmp(seen.names[2], "disk 0") == 0);
  CHECK(seen.cores[0] == own); /* left alone */
  if (own > 0) CHECK(seen.cores[1] == 1 && seen.cores[2] == 1);
}

int main(void) {
  start_first_thread();
  RUN(bounds_are_obeyed);
  RUN(bounds_fit_what_is_automatic);
  RUN(no_threads_at_all);
  RUN(threads_are_named_and_placed);
  return 0;
}
