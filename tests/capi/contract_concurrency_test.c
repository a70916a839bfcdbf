/* SPDX-License-Identifier: MIT
 *
 * Contract 12: every function may be called from any thread, on the same handles, at once. Plain threads hammer one
 * handle of each kind while the runtime works; what must add up is counted. Most telling under a thread sanitizer.
 */
#include "tests/capi/support.h"

#include <stdatomic.h>

enum { kThreads = 4, kRounds = 300 };

/* Starts `run` on kThreads plain threads with the same argument, and joins them. */
static void on_threads(void* (*run)(void*), void* arg) {
  struct os_thread threads[kThreads];
  for (int i = 0; i < kThreads; ++i) os_thread_start(&threads[i], run, arg);
  for (int i = 0; i < kThreads; ++i) os_thread_join(&threads[i]);
}

struct shared {
  rota_runtime* runtime;
  rota_task* task;
  rota_queue* queue;
  rota_mutex* mutex;
  rota_semaphore* semaphore;
  rota_channel* channel;
  rota_oneshot* oneshot;
  struct recorder recorder;
  atomic_uint set;       /* successful rota_task_on_done */
  atomic_uint cancelled; /* cancels that were taken */
  atomic_uint sent;
  long guarded; /* by the mutex */
};

static rota_status count_polls(void* state, rota_context* cx) {
  (void)cx;
  event_signal(state);
  return ROTA_PENDING;
}

/* One task, seen by all: cloned, asked, given callbacks, cancelled once. */
static void* share_a_task(void* arg) {
  struct shared* shared = arg;
  for (int i = 0; i < kRounds; ++i) {
    rota_task* task = rota_task_clone(shared->task);
    rota_runtime* runtime = rota_runtime_clone(shared->runtime);
    rota_queue* queue = rota_queue_clone(shared->queue);
    rota_metrics metrics;
    CHECK(rota_task_status(task) == ROTA_PENDING || rota_task_status(task) == ROTA_ECANCELED);
    CHECK_OK(rota_metrics_read(runtime, &metrics, sizeof metrics));
    if (record_on_done(task, queue, &shared->recorder) == ROTA_OK) atomic_fetch_add(&shared->set, 1);
    const rota_status run = rota_queue_run(queue, 4, ROTA_FOREVER, NULL);
    CHECK(run == ROTA_OK || run == ROTA_PENDING || run == ROTA_EBUSY);
    if (i == kRounds / 2) {
      const rota_status status = rota_task_cancel(task);
      CHECK(status == ROTA_OK || status == ROTA_EALREADY);
      if (status == ROTA_OK) atomic_fetch_add(&shared->cancelled, 1);
    }
    rota_queue_release(queue);
    rota_task_release(task);
    rota_runtime_release(runtime);
  }
  return NULL;
}

static void a_task_may_be_shared(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct shared shared = {.runtime = world.runtime, .recorder = RECORDER_INIT};
  struct event polled = EVENT_INIT;
  const rota_spawn_desc desc = describe_poll(count_polls, &polled);
  CHECK_OK(rota_spawn(world.runtime, &desc, &shared.task));
  CHECK_OK(rota_queue_create(world.runtime, &shared.queue));
  on_threads(share_a_task, &shared);
  CHECK_STATUS(rota_task_wait(shared.task, LONG_TIME), ROTA_ECANCELED);
  queue_drive(shared.queue, &shared.recorder.fired, atomic_load(&shared.set));
  rota_task_release(shared.task);
  rota_queue_release(shared.queue);
  world_end(&world);
  CHECK(atomic_load(&shared.set) == kThreads * kRounds);
  CHECK(event_count(&shared.recorder.fired) == kThreads * kRounds);
  CHECK(atomic_load(&shared.cancelled) == 1);
}

/* Each thread spawns, waits and cancels tasks of its own, on one runtime. */
static void* spawn_many(void* arg) {
  struct shared* shared = arg;
  for (int i = 0; i < kRounds; ++i) {
    struct counted counted = COUNTED_INIT(i % 2 == 0 ? ROTA_OK : ROTA_PENDING);
    rota_task* task = spawn_counted(shared->runtime, &counted);
    if (i % 2 != 0) CHECK_OK(rota_task_cancel(task));
    CHECK_STATUS(rota_task_wait(task, LONG_TIME), i % 2 == 0 ? ROTA_OK : ROTA_ECANCELED);
    CHECK(event_count(&counted.dropped) == 1);
    rota_task_release(task);
  }
  return NULL;
}

static void any_thread_may_spawn_and_wait(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct shared shared = {.runtime = world.runtime};
  on_threads(spawn_many, &shared);
  world_end(&world);
}

/* A lock between plain threads: what it guards is a plain number. */
static void* lock_and_count(void* arg) {
  struct shared* shared = arg;
  for (int i = 0; i < kRounds; ++i) {
    rota_task* task = NULL;
    CHECK_OK(rota_mutex_lock(shared->mutex, &task));
    CHECK_OK(rota_task_wait(task, LONG_TIME));
    shared->guarded++;
    CHECK_OK(rota_mutex_unlock(shared->mutex));
    rota_task_release(task);
    CHECK_OK(rota_semaphore_acquire(shared->semaphore, 1, &task));
    CHECK_OK(rota_task_wait(task, LONG_TIME));
    CHECK_OK(rota_semaphore_add(shared->semaphore, 1));
    rota_task_release(task);
  }
  return NULL;
}

static void locks_hold_between_threads(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct shared shared = {.runtime = world.runtime};
  CHECK_OK(rota_mutex_create(world.runtime, &shared.mutex));
  CHECK_OK(rota_semaphore_create(world.runtime, 2, &shared.semaphore));
  on_threads(lock_and_count, &shared);
  CHECK(shared.guarded == (long)kThreads * kRounds);
  CHECK(rota_semaphore_available(shared.semaphore) == 2);
  CHECK_OK(rota_mutex_try_lock(shared.mutex));
  rota_mutex_release(shared.mutex);
  rota_semaphore_release(shared.semaphore);
  world_end(&world);
}

/* Many producers, one consumer: nothing is lost, nothing comes twice. */
static void* send_many(void* arg) {
  struct shared* shared = arg;
  for (int i = 0; i < kRounds; ++i) {
    const uintptr_t number = atomic_fetch_add(&shared->sent, 1) + 1;
    rota_task* task = NULL;
    CHECK_OK(rota_channel_send(shared->channel, (void*)number, &task));
    CHECK_OK(rota_task_wait(task, LONG_TIME));
    rota_task_release(task);
  }
  return NULL;
}

static void* receive_all(void* arg) {
  struct shared* shared = arg;
  static unsigned char seen[kThreads * kRounds + 1];
  memset(seen, 0, sizeof seen);
  for (int i = 0; i < kThreads * kRounds; ++i) {
    void* value = NULL;
    rota_task* task = NULL;
    CHECK_OK(rota_channel_recv(shared->channel, &value, &task));
    CHECK_OK(rota_task_wait(task, LONG_TIME));
    rota_task_release(task);
    const uintptr_t number = (uintptr_t)value;
    CHECK(number >= 1 && number <= kThreads * kRounds);
    CHECK(seen[number]++ == 0);
  }
  return NULL;
}

static void a_channel_loses_nothing(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct shared shared = {.runtime = world.runtime};
  struct os_thread receiver;
  CHECK_OK(rota_channel_create(world.runtime, 8, NULL, &shared.channel));
  os_thread_start(&receiver, receive_all, &shared);
  on_threads(send_many, &shared);
  os_thread_join(&receiver);
  CHECK(rota_channel_len(shared.channel) == 0);
  rota_channel_release(shared.channel);
  world_end(&world);
}

/* The last references of a whole runtime are dropped by several threads at once. */
static void* release_all(void* arg) {
  struct shared* shared = arg;
  rota_task_release(shared->task);
  rota_queue_release(shared->queue);
  rota_oneshot_release(shared->oneshot);
  rota_runtime_release(shared->runtime);
  return NULL;
}

static void any_thread_may_release_last(uint32_t workers) {
  for (int round = 0; round < 20; ++round) {
    struct world world;
    world_begin(&world, workers);
    struct counted counted = COUNTED_INIT(ROTA_PENDING), value = COUNTED_INIT(ROTA_OK);
    struct shared shared = {.runtime = world.runtime, .task = spawn_counted(world.runtime, &counted)};
    CHECK_OK(rota_queue_create(world.runtime, &shared.queue));
    CHECK_OK(rota_oneshot_create(world.runtime, counted_drop, &shared.oneshot));
    CHECK_OK(rota_oneshot_send(shared.oneshot, &value));
    for (int i = 1; i < kThreads; ++i) {
      rota_task_clone(shared.task);
      rota_queue_clone(shared.queue);
      rota_oneshot_clone(shared.oneshot);
      rota_runtime_clone(shared.runtime);
    }
    on_threads(release_all, &shared);
    world.runtime = NULL;
    world_end(&world);
    CHECK(event_count(&counted.dropped) == 1);
    CHECK(event_count(&value.dropped) == 1);
  }
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(a_task_may_be_shared, workers);
    RUN_WITH(any_thread_may_spawn_and_wait, workers);
    RUN_WITH(locks_hold_between_threads, workers);
    RUN_WITH(a_channel_loses_nothing, workers);
    RUN_WITH(any_thread_may_release_last, workers);
  }
  return 0;
}
