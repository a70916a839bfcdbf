/* SPDX-License-Identifier: MIT
 *
 * What the C tests share: a runtime that looks for leaks, a state that counts its drops, and a recorder of completions.
 */
#ifndef ROTA_TESTS_CAPI_SUPPORT_H
#define ROTA_TESTS_CAPI_SUPPORT_H

#include <string.h>

#include "tests/capi/check.h"
#include "tests/capi/memory.h"
#include "tests/support/handle.h"
#include "tests/support/thread.h"

#define MILLISECOND UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
/* A limit that only a defect reaches. */
#define LONG_TIME (20 * SECOND)

/* ------------------------------------------------------------------------------------------------------- a world */

/* A runtime on an allocator of its own. Every test ends its world, and so looks for leaks. */
struct world {
  struct memory memory;
  rota_runtime* runtime;
};

static inline rota_allocator world_allocator(struct world* world) {
  const rota_allocator allocator = {sizeof(rota_allocator), 0, memory_alloc, memory_free, &world->memory};
  return allocator;
}

/* `blocking_max` as in rota_runtime_options. */
static inline void world_begin_with(struct world* world, uint32_t workers, uint32_t blocking_max) {
  const struct memory memory = MEMORY_INIT;
  world->memory = memory;
  world->runtime = NULL;
  const rota_allocator allocator = world_allocator(world);
  rota_runtime_options options;
  CHECK_OK(rota_runtime_options_init(&options, sizeof options));
  options.workers = workers;
  options.blocking_max = blocking_max;
  options.allocator = &allocator;
  CHECK_OK(rota_runtime_create(&options, &world->runtime));
  CHECK(world->runtime != NULL);
}

static inline void world_begin(struct world* world, uint32_t workers) {
  world_begin_with(world, workers, ROTA_BLOCKING_AUTO);
}

/* Drops the world's reference, if it still has one, and waits until no memory is out. */
static inline void world_end(struct world* world) {
  rota_runtime_release(world->runtime);
  world->runtime = NULL;
  memory_wait_empty(&world->memory);
}

/* ----------------------------------------------------------------------------------------------- a counted state */

/* The state of a task, or the argument of a blocking job, that sees how often it is used and dropped. */
struct counted {
  struct event polled;
  struct event dropped;
  struct event gate;  /* a blocking job waits for it */
  rota_status answer; /* what each poll and job returns */
};
#define COUNTED_INIT(answer) {EVENT_INIT, EVENT_INIT, EVENT_INIT, (answer)}

static inline rota_status counted_poll(void* state, rota_context* cx) {
  struct counted* counted = state;
  CHECK(cx != NULL);
  CHECK(event_count(&counted->dropped) == 0);
  const rota_status answer = counted->answer;
  event_signal(&counted->polled);
  return answer;
}

static inline rota_status counted_job(void* arg) { return counted_poll(arg, (rota_context*)arg); }

/* A job that runs until its gate opens. */
static inline rota_status gated_job(void* arg) {
  struct counted* counted = arg;
  event_signal(&counted->polled);
  event_wait(&counted->gate, 1);
  return counted->answer;
}

static inline void counted_drop(void* state) { event_signal(&((struct counted*)state)->dropped); }

static inline rota_spawn_desc describe(struct counted* counted) {
  rota_spawn_desc desc = {0};
  desc.size = sizeof desc;
  desc.poll = counted_poll;
  desc.drop = counted_drop;
  desc.state = counted;
  return desc;
}

/* Spawns `counted` on the workers. */
static inline rota_task* spawn_counted(rota_runtime* runtime, struct counted* counted) {
  const rota_spawn_desc desc = describe(counted);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(runtime, &desc, &task));
  CHECK(task != NULL);
  return task;
}

/* Waits for the task, releases it, and returns its status. */
static inline rota_status finish(rota_task* task) {
  CHECK(task != NULL);
  const rota_status status = rota_task_wait(task, LONG_TIME);
  CHECK_STATUS(rota_task_status(task), status);
  rota_task_release(task);
  return status;
}

/* A description for a plain poll function. */
static inline rota_spawn_desc describe_poll(rota_poll_fn poll, void* state) {
  rota_spawn_desc desc = {0};
  desc.size = sizeof desc;
  desc.poll = poll;
  desc.state = state;
  return desc;
}

/* --------------------------------------------------------------------------------------------------- completions */

/* What a `done` callback has seen. Read it after `fired`. */
struct recorder {
  struct event fired;
  rota_status status;
  uint64_t thread; /* os_thread_self() of the one that called */
};
#define RECORDER_INIT {EVENT_INIT, ROTA_PENDING, 0}

/* 1 while this thread is inside rota_task_on_done: no callback may then run on it. */
static _Thread_local int inside_on_done;

static inline void record_done(rota_task* task, rota_status status, void* user1, void* user2) {
  struct recorder* recorder = user1;
  CHECK(!inside_on_done);
  CHECK(user2 == &recorder->status);
  CHECK(rota_task_status(task) == status);
  /* Under the lock: one recorder may be given to several calls. */
  os_lock_take(&recorder->fired.lock);
  recorder->status = status;
  recorder->thread = os_thread_self();
  os_lock_give(&recorder->fired.lock);
  event_signal(&recorder->fired);
}

static inline rota_status record_on_done(rota_task* task, rota_queue* queue, struct recorder* recorder) {
  inside_on_done = 1;
  const rota_status status = rota_task_on_done(task, queue, record_done, recorder, &recorder->status);
  inside_on_done = 0;
  return status;
}

/* 1 when the queue's handle is readable within `timeout_ms`. */
static inline int queue_readable(rota_queue* queue, int timeout_ms) {
  intptr_t handle = -1;
  CHECK_OK(rota_queue_handle(queue, &handle));
  return os_handle_wait(handle, timeout_ms);
}

/* Does a host's work on the queue until the event has happened `count` times. */
static inline void queue_drive(rota_queue* queue, struct event* event, uint32_t count) {
  while (event_count(event) < count) {
    CHECK(queue_readable(queue, 20000));
    const rota_status status = rota_queue_run(queue, 0, ROTA_FOREVER, NULL);
    CHECK(status == ROTA_OK || status == ROTA_PENDING);
  }
}

#endif /* ROTA_TESTS_CAPI_SUPPORT_H */
