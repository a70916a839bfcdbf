/* SPDX-License-Identifier: MIT
 *
 * Contract 11: no global state; threads are counted, named, and start and stop through the host's hooks.
 */
#include "tests/capi/threads.h"

enum { kRooms = 2, kMostThreads = 64 };

struct hooked {
  struct os_lock lock;
  int started[kRooms][kMostThreads]; /* now running: 1 */
  struct event starts[kRooms];
  struct event stops[kRooms];
  const char* name; /* what each thread's name begins with */
};
#define HOOKED_INIT(name) {OS_LOCK_INIT, {{0}}, {EVENT_INIT, EVENT_INIT}, {EVENT_INIT, EVENT_INIT}, (name)}

static _Thread_local const struct hooked* hooked_here;

static void on_start(void* user, uint32_t room, uint32_t index) {
  struct hooked* hooked = user;
  CHECK(room < kRooms && index < kMostThreads);
  CHECK(hooked_here == NULL); /* once on each thread */
  hooked_here = hooked;
  os_lock_take(&hooked->lock);
  CHECK(hooked->started[room][index] == 0); /* no two threads of a room have one index */
  hooked->started[room][index] = 1;
  os_lock_give(&hooked->lock);
  char name[32];
  os_thread_name(name, sizeof name);
  CHECK(strncmp(name, hooked->name, strlen(hooked->name)) == 0);
  event_signal(&hooked->starts[room]);
}

static void on_stop(void* user, uint32_t room, uint32_t index) {
  struct hooked* hooked = user;
  CHECK(room < kRooms && index < kMostThreads);
  CHECK(hooked_here == hooked); /* on the thread that started */
  hooked_here = NULL;
  os_lock_take(&hooked->lock);
  CHECK(hooked->started[room][index] == 1);
  hooked->started[room][index] = 0;
  os_lock_give(&hooked->lock);
  event_signal(&hooked->stops[room]);
}

/* A world whose threads call `hooked`. */
static void begin_hooked(struct world* world, struct hooked* hooked, uint32_t workers, uint64_t keep_alive_ns) {
  const struct memory memory = MEMORY_INIT;
  world->memory = memory;
  const rota_allocator allocator = world_allocator(world);
  const rota_thread_hooks hooks = {sizeof hooks, 0, on_start, on_stop, hooked};
  rota_runtime_options options;
  CHECK_OK(rota_runtime_options_init(&options, sizeof options));
  options.workers = workers;
  options.blocking_keep_alive_ns = keep_alive_ns;
  options.name = hooked->name;
  options.name_len = strlen(hooked->name);
  options.allocator = &allocator;
  options.hooks = &hooks;
  CHECK_OK(rota_runtime_create(&options, &world->runtime));
}

static rota_status job_on_hooked_thread(void* arg) {
  CHECK(hooked_here == arg);
  return ROTA_OK;
}

static rota_status poll_on_hooked_thread(void* state, rota_context* cx) {
  (void)cx;
  return job_on_hooked_thread(state);
}

static void run_one_of_each(struct world* world, struct hooked* hooked) {
  rota_task *task = NULL, *job = NULL;
  const rota_spawn_desc desc = describe_poll(poll_on_hooked_thread, hooked);
  CHECK_OK(rota_spawn(world->runtime, &desc, &task));
  CHECK_OK(rota_spawn_blocking(world->runtime, job_on_hooked_thread, hooked, NULL, &job));
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  CHECK_OK(rota_task_wait(job, LONG_TIME));
  rota_task_release(task);
  rota_task_release(job);
}

static void each_thread_starts_and_stops_through_the_hooks(uint32_t workers) {
  const int threads_before = count_threads();
  struct hooked hooked = HOOKED_INIT("hook");
  struct world world;
  begin_hooked(&world, &hooked, workers, 0);
  run_one_of_each(&world, &hooked);
  event_wait(&hooked.starts[ROTA_ROOM_WORKERS], workers);
  CHECK(event_count(&hooked.starts[ROTA_ROOM_WORKERS]) == workers);
  CHECK(event_count(&hooked.starts[ROTA_ROOM_BLOCKING]) >= 1);
  CHECK(event_count(&hooked.stops[ROTA_ROOM_WORKERS]) == 0);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  /* Shutdown has joined them: nothing of the engine runs any more. */
  for (int room = 0; room < kRooms; ++room) {
    CHECK(event_count(&hooked.stops[room]) == event_count(&hooked.starts[room]));
    for (int i = 0; i < kMostThreads; ++i) CHECK(hooked.started[room][i] == 0);
  }
  wait_for_threads(threads_before);
  world_end(&world);
}

/* An idle thread of the blocking pool leaves, and a later job gets a new one. */
static void an_idle_blocking_thread_leaves(void) {
  const int threads_before = count_threads();
  struct hooked hooked = HOOKED_INIT("idle");
  struct world world;
  begin_hooked(&world, &hooked, 1, MILLISECOND);
  for (uint32_t round = 1; round <= 3; ++round) {
    rota_task* job = NULL;
    CHECK_OK(rota_spawn_blocking(world.runtime, job_on_hooked_thread, &hooked, NULL, &job));
    CHECK_OK(rota_task_wait(job, LONG_TIME));
    rota_task_release(job);
    /* Every thread the job brought up goes again, and only the worker is left. */
    wait_for_threads(threads_before + 1);
    CHECK(event_count(&hooked.starts[ROTA_ROOM_BLOCKING]) == event_count(&hooked.stops[ROTA_ROOM_BLOCKING]));
    CHECK(event_count(&hooked.starts[ROTA_ROOM_BLOCKING]) >= round);
  }
  world_end(&world);
  wait_for_threads(threads_before);
}

/* Hosted: no thread, so no hook. */
static void a_hosted_runtime_has_no_threads(void) {
  const int threads_before = count_threads();
  struct hooked hooked = HOOKED_INIT("none");
  struct world world;
  begin_hooked(&world, &hooked, 0, 0);
  rota_task* sleep = NULL;
  CHECK_OK(rota_sleep(world.runtime, MILLISECOND, &sleep));
  CHECK_OK(rota_task_wait(sleep, LONG_TIME));
  rota_task_release(sleep);
  CHECK(count_threads() == threads_before);
  world_end(&world);
  CHECK(event_count(&hooked.starts[0]) == 0 && event_count(&hooked.starts[1]) == 0);
  CHECK(event_count(&hooked.stops[0]) == 0 && event_count(&hooked.stops[1]) == 0);
}

/* --------------------------------------------------------------------------------------------------------- names */

struct names {
  char of_worker[32];
  char of_job[32];
};

static rota_status read_worker_name(void* state, rota_context* cx) {
  (void)cx;
  struct names* names = state;
  os_thread_name(names->of_worker, sizeof names->of_worker);
  return ROTA_OK;
}

static rota_status read_job_name(void* arg) {
  struct names* names = arg;
  os_thread_name(names->of_job, sizeof names->of_job);
  return ROTA_OK;
}

static void threads_are_named(void) {
  const int threads_before = count_threads();
  /* NULL is "rota"; of a longer name 8 bytes are used; no terminator is needed. */
  const struct {
    const char* given;
    size_t length;
    const char* begins;
  } cases[] = {{NULL, 0, "rota"}, {"game", 4, "game"}, {"abcdefghijkl", 12, "abcdefgh"}, {"xyz", 2, "xy"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    rota_runtime* runtime = NULL;
    rota_runtime_options options;
    CHECK_OK(rota_runtime_options_init(&options, sizeof options));
    options.workers = 1;
    options.name = cases[i].given;
    options.name_len = cases[i].length;
    CHECK_OK(rota_runtime_create(&options, &runtime));
    struct names names;
    rota_task *task = NULL, *job = NULL;
    const rota_spawn_desc desc = describe_poll(read_worker_name, &names);
    CHECK_OK(rota_spawn(runtime, &desc, &task));
    CHECK_OK(rota_spawn_blocking(runtime, read_job_name, &names, NULL, &job));
    CHECK_OK(rota_task_wait(task, LONG_TIME));
    CHECK_OK(rota_task_wait(job, LONG_TIME));
    CHECK(strncmp(names.of_worker, cases[i].begins, strlen(cases[i].begins)) == 0);
    CHECK(strncmp(names.of_job, cases[i].begins, strlen(cases[i].begins)) == 0);
    CHECK(names.of_worker[strlen(cases[i].begins)] != 'i' && names.of_worker[strlen(cases[i].begins)] != 'z');
    CHECK(strcmp(names.of_worker, names.of_job) != 0);
    rota_task_release(task);
    rota_task_release(job);
    rota_runtime_release(runtime);
    wait_for_threads(threads_before);
  }
}

/* ------------------------------------------------------------------------------------------------------- metrics */

static void metrics_count_threads_and_tasks(void) {
  const int threads_before = count_threads();
  struct world world;
  world_begin_with(&world, 2, 1);
  rota_metrics metrics;
  struct counted pending = COUNTED_INIT(ROTA_PENDING), running = COUNTED_INIT(ROTA_OK), queued = COUNTED_INIT(ROTA_OK);
  rota_task *task = spawn_counted(world.runtime, &pending), *job = NULL, *waiting = NULL;
  event_wait(&pending.polled, 1);
  CHECK_OK(rota_spawn_blocking(world.runtime, gated_job, &running, counted_drop, &job));
  event_wait(&running.polled, 1);
  CHECK_OK(rota_spawn_blocking(world.runtime, counted_job, &queued, counted_drop, &waiting));
  CHECK_OK(rota_metrics_read(world.runtime, &metrics, sizeof metrics));
  CHECK(metrics.size == sizeof metrics);
  CHECK(metrics.workers == 2);
  CHECK(metrics.blocking_threads == 1);
  CHECK(metrics.blocking_running == 1);
  CHECK(metrics.blocking_idle == 0);
  CHECK(metrics.blocking_queued == 1);
  CHECK(metrics.blocking_jobs == 1);
  CHECK(metrics.tasks_live >= 1);
  CHECK(metrics.tasks_spawned >= 1);
  CHECK(metrics.polls >= 1);
  /* Every thread there is, is counted. */
  CHECK(count_threads() == threads_before + (int)(metrics.workers + metrics.blocking_threads));
  event_signal(&running.gate);
  CHECK_OK(rota_task_wait(job, LONG_TIME));
  CHECK_OK(rota_task_wait(waiting, LONG_TIME));
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(rota_task_wait(task, LONG_TIME), ROTA_ECANCELED);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_OK(rota_metrics_read(world.runtime, &metrics, sizeof metrics));
  CHECK(metrics.workers == 0);
  CHECK(metrics.blocking_threads == 0);
  CHECK(metrics.blocking_running == 0);
  CHECK(metrics.blocking_queued == 0);
  CHECK(metrics.blocking_jobs == 2);
  CHECK(metrics.tasks_live == 0);
  CHECK(metrics.timers == 0);
  CHECK(metrics.io_registrations == 0);
  rota_task_release(task);
  rota_task_release(job);
  rota_task_release(waiting);
  wait_for_threads(threads_before);
  world_end(&world);
}

/* -------------------------------------------------------------------------------------------------- side by side */

static rota_status check_runtime(void* state, rota_context* cx) {
  CHECK(rota_current_runtime() == state);
  CHECK(rota_context_runtime(cx) == state);
  return ROTA_OK;
}

static rota_status check_runtime_in_job(void* arg) {
  CHECK(rota_current_runtime() == arg);
  return ROTA_OK;
}

static void two_runtimes_live_side_by_side(uint32_t workers) {
  CHECK(rota_current_runtime() == NULL);
  struct world worlds[2];
  for (int i = 0; i < 2; ++i) world_begin(&worlds[i], workers);
  for (int round = 0; round < 2; ++round) {
    for (int i = round; i < 2; ++i) {
      rota_task *task = NULL, *job = NULL;
      const rota_spawn_desc desc = describe_poll(check_runtime, worlds[i].runtime);
      CHECK_OK(rota_spawn(worlds[i].runtime, &desc, &task));
      CHECK_OK(rota_spawn_blocking(worlds[i].runtime, check_runtime_in_job, worlds[i].runtime, NULL, &job));
      CHECK_OK(rota_block_on(worlds[i].runtime, &desc));
      CHECK_OK(rota_task_wait(task, LONG_TIME));
      CHECK_OK(rota_task_wait(job, LONG_TIME));
      rota_task_release(task);
      rota_task_release(job);
    }
    /* One of them goes, the other one does not notice. */
    if (round == 0) world_end(&worlds[0]);
  }
  world_end(&worlds[1]);
  CHECK(rota_current_runtime() == NULL);
}

int main(void) {
  start_first_thread();
  RUN(a_hosted_runtime_has_no_threads);
  for (uint32_t workers = 1; workers <= 4; workers *= 2) {
    RUN_WITH(each_thread_starts_and_stops_through_the_hooks, workers);
  }
  RUN(an_idle_blocking_thread_leaves);
  RUN(threads_are_named);
  RUN(metrics_count_threads_and_tasks);
  for (uint32_t workers = 0; workers <= 2; ++workers) RUN_WITH(two_runtimes_live_side_by_side, workers);
  return 0;
}
