/* SPDX-License-Identifier: MIT
 *
 * rota_runtime_shutdown and the last rota_runtime_release: with a deadline, from inside, twice, and what is refused
 * afterwards.
 */
#include "tests/capi/support.h"

static void an_idle_runtime_stops_at_once(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_OK(rota_runtime_shutdown(world.runtime, 0));
  CHECK_OK(rota_runtime_shutdown(world.runtime, ROTA_FOREVER));
  CHECK(rota_now(world.runtime) != 0);
  world_end(&world);
}

/* A running job is reported, not waited for; a later call waits on. */
static void a_running_job_is_reported_at_the_deadline(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted counted = COUNTED_INIT(ROTA_EIO);
  rota_task* job = NULL;
  CHECK_OK(rota_spawn_blocking(world.runtime, gated_job, &counted, counted_drop, &job));
  event_wait(&counted.polled, 1);
  const uint64_t before = rota_now(world.runtime);
  CHECK_STATUS(rota_runtime_shutdown(world.runtime, 2 * MILLISECOND), ROTA_ETIMEDOUT);
  CHECK(rota_now(world.runtime) - before >= 2 * MILLISECOND);
  rota_metrics metrics;
  CHECK_OK(rota_metrics_read(world.runtime, &metrics, sizeof metrics));
  CHECK(metrics.blocking_running == 1);
  CHECK_STATUS(rota_task_status(job), ROTA_PENDING);
  CHECK_STATUS(rota_task_cancel(job), ROTA_EBUSY);
  event_signal(&counted.gate);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_STATUS(rota_task_status(job), ROTA_EIO);
  rota_task_release(job);
  world_end(&world);
  CHECK(event_count(&counted.dropped) == 1);
}

/* The last release does not wait for the job; it ends by itself, and the memory is back then. */
static void release_does_not_wait_for_jobs(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_task* job = NULL;
  CHECK_OK(rota_spawn_blocking(world.runtime, gated_job, &counted, counted_drop, &job));
  event_wait(&counted.polled, 1);
  rota_runtime_release(world.runtime);
  world.runtime = NULL;
  CHECK(event_count(&counted.dropped) == 0);
  CHECK_STATUS(rota_task_status(job), ROTA_PENDING);
  rota_task_release(job);
  event_signal(&counted.gate);
  world_end(&world);
  CHECK(event_count(&counted.dropped) == 1);
}

static rota_status gated_poll(void* state, rota_context* cx) {
  (void)cx;
  return gated_job(state);
}

static void a_poll_that_runs_is_reported_at_the_deadline(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  rota_spawn_desc desc = describe(&counted);
  desc.poll = gated_poll;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  event_wait(&counted.polled, 1);
  CHECK_STATUS(rota_runtime_shutdown(world.runtime, 2 * MILLISECOND), ROTA_ETIMEDOUT);
  CHECK(event_count(&counted.dropped) == 0);
  event_signal(&counted.gate);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_STATUS(rota_task_status(task), ROTA_ECANCELED);
  rota_task_release(task);
  world_end(&world);
  CHECK(event_count(&counted.dropped) == 1);
}

/* -------------------------------------------------------------------------------------------------- from inside */

static rota_status shut_down_inside(void* state, rota_context* cx) {
  (void)state;
  CHECK_STATUS(rota_runtime_shutdown(rota_context_runtime(cx), ROTA_FOREVER), ROTA_EDEADLK);
  /* It has begun all the same. */
  rota_task* task = NULL;
  CHECK_STATUS(rota_sleep(rota_context_runtime(cx), 0, &task), ROTA_ESHUTDOWN);
  return ROTA_OK;
}

static rota_status shut_down_in_job(void* arg) {
  CHECK_STATUS(rota_runtime_shutdown(arg, ROTA_FOREVER), ROTA_EDEADLK);
  return ROTA_OK;
}

enum inside { kInTask, kInBlockOn, kInJob, kInsides };

static void shutdown_from_inside_is_refused_but_begun(uint32_t workers) {
  for (int inside = 0; inside < kInsides; ++inside) {
    struct world world;
    world_begin(&world, workers);
    struct counted pending = COUNTED_INIT(ROTA_PENDING);
    rota_task *other = spawn_counted(world.runtime, &pending), *task = NULL;
    const rota_spawn_desc desc = describe_poll(shut_down_inside, NULL);
    if (inside == kInBlockOn) {
      CHECK_OK(rota_block_on(world.runtime, &desc));
    } else {
      CHECK_OK(inside == kInTask ? rota_spawn(world.runtime, &desc, &task)
                                 : rota_spawn_blocking(world.runtime, shut_down_in_job, world.runtime, NULL, &task));
      CHECK_OK(rota_task_wait(task, LONG_TIME));
    }
    CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
    CHECK_STATUS(rota_task_status(other), ROTA_ECANCELED);
    rota_task_release(other);
    rota_task_release(task);
    world_end(&world);
    CHECK(event_count(&pending.dropped) == 1);
  }
}

/* A block_on whose runtime is shut down by another thread ends with its task cancelled. */
struct blocked {
  rota_runtime* runtime;
  struct counted counted;
};

static void* block_on_pending(void* arg) {
  struct blocked* blocked = arg;
  const rota_spawn_desc desc = describe(&blocked->counted);
  CHECK_STATUS(rota_block_on(blocked->runtime, &desc), ROTA_ECANCELED);
  return NULL;
}

static void shutdown_ends_block_on(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct blocked blocked = {world.runtime, COUNTED_INIT(ROTA_PENDING)};
  struct os_thread thread;
  os_thread_start(&thread, block_on_pending, &blocked);
  event_wait(&blocked.counted.polled, 1);
  const rota_status status = rota_runtime_shutdown(world.runtime, LONG_TIME);
  CHECK_OK(status);
  os_thread_join(&thread);
  CHECK(event_count(&blocked.counted.dropped) == 1);
  world_end(&world);
}

/* A waiting host is not left waiting. */
static void* wait_for_pending(void* arg) {
  CHECK_STATUS(rota_task_wait(arg, ROTA_FOREVER), ROTA_ECANCELED);
  return NULL;
}

static void shutdown_ends_waiting(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  rota_task* task = spawn_counted(world.runtime, &counted);
  struct os_thread thread;
  os_thread_start(&thread, wait_for_pending, task);
  event_wait(&counted.polled, 1);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  os_thread_join(&thread);
  rota_task_release(task);
  world_end(&world);
}

/* The last reference goes inside a task of the runtime itself: the call returns at once, the rest happens behind it. */
static rota_status release_the_runtime(void* state, rota_context* cx) {
  (void)cx;
  struct world* world = state;
  rota_runtime_release(world->runtime);
  world->runtime = NULL;
  return ROTA_OK;
}

static void a_task_may_drop_the_last_reference(void) {
  for (uint32_t workers = 1; workers <= 2; ++workers) {
    struct world world;
    world_begin(&world, workers);
    struct counted pending = COUNTED_INIT(ROTA_PENDING);
    rota_task_release(spawn_counted(world.runtime, &pending));
    const rota_spawn_desc desc = describe_poll(release_the_runtime, &world);
    CHECK_OK(rota_spawn(world.runtime, &desc, NULL));
    memory_wait_empty(&world.memory);
    CHECK(event_count(&pending.dropped) == 1);
  }
}

static void block_on_may_drop_the_last_reference(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted pending = COUNTED_INIT(ROTA_PENDING);
  rota_task_release(spawn_counted(world.runtime, &pending));
  const rota_spawn_desc desc = describe_poll(release_the_runtime, &world);
  CHECK_OK(rota_block_on(world.runtime, &desc));
  memory_wait_empty(&world.memory);
  CHECK(event_count(&pending.dropped) == 1);
}

static rota_status release_the_runtime_in_job(void* arg) { return release_the_runtime(arg, NULL); }

static void a_job_may_drop_the_last_reference(void) {
  struct world world;
  world_begin(&world, 1);
  CHECK_OK(rota_spawn_blocking(world.runtime, release_the_runtime_in_job, &world, NULL, NULL));
  memory_wait_empty(&world.memory);
}

/* ------------------------------------------------------------------------------------------------------ afterwards */

static void nothing_is_started_after_shutdown(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_runtime* runtime = world.runtime;
  struct counted pending = COUNTED_INIT(ROTA_PENDING);
  rota_task* task = spawn_counted(runtime, &pending);
  rota_timer* timer = NULL;
  rota_interval* interval = NULL;
  rota_oneshot* oneshot = NULL;
  rota_notify* notify = NULL;
  rota_mutex* mutex = NULL;
  rota_semaphore* semaphore = NULL;
  rota_channel* channel = NULL;
  CHECK_OK(rota_timer_create(runtime, &timer));
  CHECK_OK(rota_interval_create(runtime, SECOND, 0, &interval));
  CHECK_OK(rota_oneshot_create(runtime, NULL, &oneshot));
  CHECK_OK(rota_notify_create(runtime, &notify));
  CHECK_OK(rota_mutex_create(runtime, &mutex));
  CHECK_OK(rota_mutex_try_lock(mutex));
  CHECK_OK(rota_semaphore_create(runtime, 0, &semaphore));
  CHECK_OK(rota_channel_create(runtime, 1, NULL, &channel));
  CHECK_OK(rota_runtime_shutdown(runtime, LONG_TIME));

  rota_task* out = NULL;
  void* value = NULL;
#define REFUSED(call)                   \
  do {                                  \
    memset(&out, 0xee, sizeof out);     \
    CHECK_STATUS(call, ROTA_ESHUTDOWN); \
    CHECK(out == NULL);                 \
  } while (0)
  REFUSED(rota_sleep(runtime, 0, &out));
  REFUSED(rota_sleep_until(runtime, 0, &out));
  REFUSED(rota_timeout(task, SECOND, &out));
  REFUSED(rota_interval_tick(interval, &out));
  REFUSED(rota_tcp_connect(runtime, "127.0.0.1", 9, 1, NULL, &(rota_socket*){NULL}, &out));
  CHECK_STATUS(rota_timer_start(timer, SECOND), ROTA_ESHUTDOWN);
  rota_queue* queue = NULL;
  CHECK_STATUS(rota_queue_create(runtime, &queue), ROTA_ESHUTDOWN);
  CHECK(queue == NULL);
  rota_socket* socket = NULL;
  CHECK_STATUS(rota_tcp_listen(runtime, "127.0.0.1", 9, 0, NULL, &socket), ROTA_ESHUTDOWN);
  CHECK(socket == NULL);
  rota_fd* fd = NULL;
  CHECK_STATUS(rota_fd_register(runtime, 0, &fd), ROTA_ESHUTDOWN);
  CHECK(fd == NULL);
  /* Waiting for one another starts a task too. */
  REFUSED(rota_oneshot_recv(oneshot, &value, &out));
  REFUSED(rota_notify_wait(notify, &out));
  REFUSED(rota_mutex_lock(mutex, &out));
  REFUSED(rota_semaphore_acquire(semaphore, 1, &out));
  REFUSED(rota_channel_recv(channel, &value, &out));
#undef REFUSED
  rota_task_release(task);
  rota_timer_release(timer);
  rota_interval_release(interval);
  rota_oneshot_release(oneshot);
  rota_notify_release(notify);
  rota_mutex_release(mutex);
  rota_semaphore_release(semaphore);
  rota_channel_release(channel);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(an_idle_runtime_stops_at_once, workers);
    RUN_WITH(shutdown_from_inside_is_refused_but_begun, workers);
    RUN_WITH(shutdown_ends_block_on, workers);
    RUN_WITH(block_on_may_drop_the_last_reference, workers);
    if (workers == 0) continue; /* hosted, nothing runs beside the host */
    RUN_WITH(shutdown_ends_waiting, workers);
    RUN_WITH(a_running_job_is_reported_at_the_deadline, workers);
    RUN_WITH(release_does_not_wait_for_jobs, workers);
    RUN_WITH(a_poll_that_runs_is_reported_at_the_deadline, workers);
  }
  RUN(a_task_may_drop_the_last_reference);
  RUN(a_job_may_drop_the_last_reference);
  for (uint32_t workers = 0; workers <= 2; ++workers) RUN_WITH(nothing_is_started_after_shutdown, workers);
  return 0;
}
