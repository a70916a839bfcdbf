/* SPDX-License-Identifier: MIT
 *
 * What the C tests share: checks, an event to wait for, an allocator that counts, a state that counts its drops, and a
 * recorder of completions. Include it first: it asks the system's headers for their full contents.
 */
#ifndef ROTA_TESTS_CAPI_SUPPORT_H
#define ROTA_TESTS_CAPI_SUPPORT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rota/rota.h"

#define MILLISECOND UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
/* A limit that only a defect reaches. */
#define LONG_TIME (20 * SECOND)

/* ------------------------------------------------------------------------------------------------------- checks */

/* Ends the process at once: other threads may be running, so nothing can be torn down in order. */
static inline void fail_at(const char *file, int line, const char *what) {
  fflush(stdout);
  fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
  fflush(stderr);
  _Exit(1);
}

#define CHECK(condition)                                 \
  do {                                                   \
    if (!(condition)) fail_at(__FILE__, __LINE__, #condition); \
  } while (0)

static inline void check_status(rota_status is, rota_status wanted, const char *file, int line, const char *what) {
  if (is == wanted) return;
  char text[512];
  snprintf(text, sizeof text, "%s is %s (%d), not %s", what, rota_status_name(is), is, rota_status_name(wanted));
  fail_at(file, line, text);
}

#define CHECK_STATUS(expression, wanted) check_status((expression), (wanted), __FILE__, __LINE__, #expression)
#define CHECK_OK(expression) CHECK_STATUS(expression, ROTA_OK)

/* Runs a test function and says so. */
#define RUN(test)             \
  do {                        \
    test();                   \
    printf("ok %s\n", #test); \
    fflush(stdout);           \
  } while (0)

/* The same for one that depends on the number of workers. */
#define RUN_WITH(test, workers)                                    \
  do {                                                             \
    test(workers);                                                 \
    printf("ok %s, %u workers\n", #test, (unsigned)(workers));     \
    fflush(stdout);                                                \
  } while (0)

/* -------------------------------------------------------------------------------------------------------- events */

/* Something that happens a number of times, and can be waited for. */
struct event {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  uint32_t count;
};
#define EVENT_INIT {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0}

static inline void event_signal(struct event *event) {
  pthread_mutex_lock(&event->lock);
  event->count++;
  pthread_cond_broadcast(&event->changed);
  pthread_mutex_unlock(&event->lock);
}

static inline void event_wait(struct event *event, uint32_t count) {
  pthread_mutex_lock(&event->lock);
  while (event->count < count) pthread_cond_wait(&event->changed, &event->lock);
  pthread_mutex_unlock(&event->lock);
}

static inline uint32_t event_count(struct event *event) {
  pthread_mutex_lock(&event->lock);
  const uint32_t count = event->count;
  pthread_mutex_unlock(&event->lock);
  return count;
}

static inline void *no_work(void *arg) { return arg; }

/* A sanitizer's run-time starts a thread of its own beside the program's first: let both be gone or there before threads
 * are counted. */
static inline void start_first_thread(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, no_work, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
}

/* -------------------------------------------------------------------------------------------------------- memory */

/* The host's allocator: counts what is out, and checks that each block comes back with its own size and alignment. */
struct memory {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  size_t blocks;        /* out now */
  size_t bytes;         /* out now */
  uint64_t allocations; /* ever */
  int64_t left;         /* how many more are granted; -1: any number */
  int once;             /* 1: after the one that is refused, any number again */
};
#define MEMORY_INIT {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0, -1, 0}

/* Stands right before each block. */
struct memory_note {
  size_t size;
  size_t align;
  size_t offset; /* from the start of what aligned_alloc gave */
  uint64_t magic;
};
#define MEMORY_MAGIC UINT64_C(0x726f7461626c6f63)

static inline void *memory_alloc(void *user, size_t size, size_t align) {
  struct memory *memory = user;
  CHECK(align != 0 && (align & (align - 1)) == 0);
  pthread_mutex_lock(&memory->lock);
  const int refused = memory->left == 0;
  if (memory->left > 0) memory->left--;
  if (refused && memory->once) memory->left = -1;
  pthread_mutex_unlock(&memory->lock);
  const size_t offset = align > sizeof(struct memory_note) ? align : sizeof(struct memory_note);
  if (refused || size > SIZE_MAX - 2 * offset) return NULL;
  unsigned char *start = aligned_alloc(offset, (offset + size + offset - 1) / offset * offset);
  if (start == NULL) return NULL;
  const struct memory_note note = {size, align, offset, MEMORY_MAGIC};
  memcpy(start + offset - sizeof note, &note, sizeof note);
  pthread_mutex_lock(&memory->lock);
  memory->blocks++;
  memory->bytes += size;
  memory->allocations++;
  pthread_mutex_unlock(&memory->lock);
  return start + offset;
}

static inline void memory_free(void *user, void *block, size_t size, size_t align) {
  struct memory *memory = user;
  CHECK(block != NULL);
  struct memory_note note;
  memcpy(&note, (unsigned char *)block - sizeof note, sizeof note);
  CHECK(note.magic == MEMORY_MAGIC);
  CHECK(note.size == size);
  CHECK(note.align == align);
  free((unsigned char *)block - note.offset);
  pthread_mutex_lock(&memory->lock);
  CHECK(memory->blocks > 0);
  memory->blocks--;
  memory->bytes -= size;
  pthread_cond_broadcast(&memory->changed);
  pthread_mutex_unlock(&memory->lock);
}

/* From now on: grants `left` allocations (-1: any number), then refuses one, or all. */
static inline void memory_limit(struct memory *memory, int64_t left, int once) {
  pthread_mutex_lock(&memory->lock);
  memory->left = left;
  memory->once = once;
  pthread_mutex_unlock(&memory->lock);
}

static inline void memory_fail(struct memory *memory, int failing) { memory_limit(memory, failing ? 0 : -1, 0); }

/* Waits until everything is back: threads of a runtime that was released may be on their way out. */
static inline void memory_wait_none(struct memory *memory) {
  pthread_mutex_lock(&memory->lock);
  while (memory->blocks != 0) pthread_cond_wait(&memory->changed, &memory->lock);
  CHECK(memory->bytes == 0);
  pthread_mutex_unlock(&memory->lock);
}

/* The same, and something was out before. */
static inline void memory_wait_empty(struct memory *memory) {
  memory_wait_none(memory);
  CHECK(memory->allocations != 0);
}

/* ------------------------------------------------------------------------------------------------------- a world */

/* A runtime on an allocator of its own. Every test ends its world, and so looks for leaks. */
struct world {
  struct memory memory;
  rota_runtime *runtime;
};

static inline rota_allocator world_allocator(struct world *world) {
  const rota_allocator allocator = {sizeof(rota_allocator), 0, memory_alloc, memory_free, &world->memory};
  return allocator;
}

/* `blocking_max` as in rota_runtime_options. */
static inline void world_begin_with(struct world *world, uint32_t workers, uint32_t blocking_max) {
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

static inline void world_begin(struct world *world, uint32_t workers) {
  world_begin_with(world, workers, ROTA_BLOCKING_AUTO);
}

/* Drops the world's reference, if it still has one, and waits until no memory is out. */
static inline void world_end(struct world *world) {
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

static inline rota_status counted_poll(void *state, rota_context *cx) {
  struct counted *counted = state;
  CHECK(cx != NULL);
  CHECK(event_count(&counted->dropped) == 0);
  const rota_status answer = counted->answer;
  event_signal(&counted->polled);
  return answer;
}

static inline rota_status counted_job(void *arg) { return counted_poll(arg, (rota_context *)arg); }

/* A job that runs until its gate opens. */
static inline rota_status gated_job(void *arg) {
  struct counted *counted = arg;
  event_signal(&counted->polled);
  event_wait(&counted->gate, 1);
  return counted->answer;
}

static inline void counted_drop(void *state) { event_signal(&((struct counted *)state)->dropped); }

static inline rota_spawn_desc describe(struct counted *counted) {
  rota_spawn_desc desc = {0};
  desc.size = sizeof desc;
  desc.poll = counted_poll;
  desc.drop = counted_drop;
  desc.state = counted;
  return desc;
}

/* Spawns `counted` on the workers. */
static inline rota_task *spawn_counted(rota_runtime *runtime, struct counted *counted) {
  const rota_spawn_desc desc = describe(counted);
  rota_task *task = NULL;
  CHECK_OK(rota_spawn(runtime, &desc, &task));
  CHECK(task != NULL);
  return task;
}

/* A description for a plain poll function. */
static inline rota_spawn_desc describe_poll(rota_poll_fn poll, void *state) {
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
  pthread_t thread;
};
#define RECORDER_INIT {EVENT_INIT, ROTA_PENDING, 0}

/* 1 while this thread is inside rota_task_on_done: no callback may then run on it. */
static _Thread_local int inside_on_done;

static inline void record_done(rota_task *task, rota_status status, void *user1, void *user2) {
  struct recorder *recorder = user1;
  CHECK(!inside_on_done);
  CHECK(user2 == &recorder->status);
  CHECK(rota_task_status(task) == status);
  /* Under the lock: one recorder may be given to several calls. */
  pthread_mutex_lock(&recorder->fired.lock);
  recorder->status = status;
  recorder->thread = pthread_self();
  pthread_mutex_unlock(&recorder->fired.lock);
  event_signal(&recorder->fired);
}

static inline rota_status record_on_done(rota_task *task, rota_queue *queue, struct recorder *recorder) {
  inside_on_done = 1;
  const rota_status status = rota_task_on_done(task, queue, record_done, recorder, &recorder->status);
  inside_on_done = 0;
  return status;
}

/* 1 when the queue's handle is readable within `timeout_ms`. */
static inline int queue_readable(rota_queue *queue, int timeout_ms) {
  intptr_t handle = -1;
  CHECK_OK(rota_queue_handle(queue, &handle));
  struct pollfd entry = {(int)handle, POLLIN, 0};
  const int ready = poll(&entry, 1, timeout_ms);
  CHECK(ready >= 0);
  return ready == 1 && (entry.revents & POLLIN) != 0;
}

/* Does a host's work on the queue until the event has happened `count` times. */
static inline void queue_drive(rota_queue *queue, struct event *event, uint32_t count) {
  while (event_count(event) < count) {
    CHECK(queue_readable(queue, 20000));
    const rota_status status = rota_queue_run(queue, 0, ROTA_FOREVER, NULL);
    CHECK(status == ROTA_OK || status == ROTA_PENDING);
  }
}

#endif /* ROTA_TESTS_CAPI_SUPPORT_H */
