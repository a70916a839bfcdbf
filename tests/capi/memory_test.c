/* SPDX-License-Identifier: MIT
 *
 * Memory runs out: whichever allocation is refused, the call says ROTA_ENOMEM, its out-parameter is NULL, states are
 * dropped, callbacks fire, and everything comes back. And the host's allocator is used for everything (contract 11).
 */
#include "tests/capi/support.h"

enum { kOnce, kFromThenOn, kModes };

/* Calls that failed for want of memory in this round. */
static int refused;

/* 1 when the call went well, 0 when it lacked memory; nothing else is accepted. `out` is where its handle is. */
static int went_well(rota_status status, const void* out, const char* file, int line) {
  void* handle;
  memcpy(&handle, out, sizeof handle);
  if (status != ROTA_OK && status != ROTA_ENOMEM)
    check_status(status, ROTA_ENOMEM, file, line, "a call without memory");
  if ((status == ROTA_OK) != (handle != NULL)) fail_at(file, line, "the out-parameter does not go with the status");
  refused += status != ROTA_OK;
  return status == ROTA_OK;
}
#define WENT_WELL(call, out) went_well((call), &(out), __FILE__, __LINE__)

/* The memory of this round. */
static struct memory* memory;

/* Waits for `task` when there is one. Waiting takes memory too, and gets it at the second attempt. */
static void wait_somehow(rota_task* task) {
  if (task == NULL) return;
  rota_status status = rota_task_wait(task, LONG_TIME);
  if (status == ROTA_ENOMEM && rota_task_status(task) != ROTA_ENOMEM) { /* the wait, not the task, lacked memory */
    ++refused;
    os_lock_take(&memory->lock);
    const int64_t left = memory->left;
    memory->left = -1;
    os_lock_give(&memory->lock);
    status = rota_task_wait(task, LONG_TIME);
    memory_limit(memory, left, 0);
  }
  CHECK_STATUS(rota_task_status(task), status);
  rota_task_release(task);
}

/* Everything that takes memory, once. Each part goes without what it could not have. */
static void use_everything(rota_runtime* runtime) {
  struct counted task_state = COUNTED_INIT(ROTA_OK), job_state = COUNTED_INIT(ROTA_OK), blocked = COUNTED_INIT(ROTA_OK);
  struct counted sent = COUNTED_INIT(ROTA_OK), received = COUNTED_INIT(ROTA_OK), room = COUNTED_INIT(ROTA_OK);
  struct recorder recorder = RECORDER_INIT;
  uint32_t answers = 0;
  rota_queue* queue = NULL;
  rota_task *task = NULL, *job = NULL, *sleep = NULL, *limit = NULL, *tick = NULL, *wait = NULL, *in_room = NULL;
  rota_timer* timer = NULL;
  rota_interval* interval = NULL;
  rota_oneshot* oneshot = NULL;
  rota_notify* notify = NULL;
  rota_mutex* mutex = NULL;
  rota_semaphore* semaphore = NULL;
  rota_channel* channel = NULL;
  rota_socket* socket = NULL;
  void* value = NULL;

  WENT_WELL(rota_queue_create(runtime, &queue), queue);
  rota_spawn_desc desc = describe(&task_state);
  desc.name = "memory";
  desc.name_len = 6;
  if (!WENT_WELL(rota_spawn(runtime, &desc, &task), task)) CHECK(event_count(&task_state.dropped) == 1);
  if (task != NULL && queue != NULL) {
    const rota_status status = record_on_done(task, queue, &recorder);
    CHECK(status == ROTA_OK || status == ROTA_ENOMEM);
    answers += status == ROTA_OK;
  }
  WENT_WELL(rota_spawn_blocking(runtime, counted_job, &job_state, counted_drop, &job), job);
  desc = describe(&room);
  desc.room = ROTA_ROOM_BLOCKING;
  WENT_WELL(rota_spawn(runtime, &desc, &in_room), in_room);
  desc = describe(&blocked);
  const rota_status status = rota_block_on(runtime, &desc);
  CHECK(status == ROTA_OK || status == ROTA_ENOMEM);
  CHECK(event_count(&blocked.dropped) == 1);
  WENT_WELL(rota_sleep(runtime, 1000, &sleep), sleep);
  if (sleep != NULL) WENT_WELL(rota_timeout(sleep, LONG_TIME, &limit), limit);
  WENT_WELL(rota_timer_create(runtime, &timer), timer);
  if (timer != NULL) CHECK_OK(rota_timer_start(timer, LONG_TIME));
  WENT_WELL(rota_interval_create(runtime, 1000, ROTA_MISSED_SKIP, &interval), interval);
  if (interval != NULL) WENT_WELL(rota_interval_tick(interval, &tick), tick);
  if (WENT_WELL(rota_oneshot_create(runtime, counted_drop, &oneshot), oneshot))
    CHECK_OK(rota_oneshot_send(oneshot, &sent));
  if (WENT_WELL(rota_notify_create(runtime, &notify), notify)) {
    if (WENT_WELL(rota_notify_wait(notify, &wait), wait)) CHECK_OK(rota_notify_one(notify));
    wait_somehow(wait);
    wait = NULL;
  }
  if (WENT_WELL(rota_mutex_create(runtime, &mutex), mutex)) {
    if (WENT_WELL(rota_mutex_lock(mutex, &wait), wait)) CHECK_OK(rota_mutex_unlock(mutex));
    wait_somehow(wait);
    wait = NULL;
  }
  if (WENT_WELL(rota_semaphore_create(runtime, 1, &semaphore), semaphore)) {
    WENT_WELL(rota_semaphore_acquire(semaphore, 1, &wait), wait);
    wait_somehow(wait);
    wait = NULL;
  }
  int kept = 1; /* the channel's value is still ours */
  if (WENT_WELL(rota_channel_create(runtime, 0, counted_drop, &channel), channel)) {
    const rota_status send = rota_channel_try_send(channel, &received);
    CHECK(send == ROTA_OK || send == ROTA_ENOMEM);
    refused += send != ROTA_OK;
    kept = send != ROTA_OK;
    if (!kept && WENT_WELL(rota_channel_recv(channel, &value, &wait), wait)) kept = 1;
    wait_somehow(wait);
    wait = NULL;
  }
  WENT_WELL(rota_tcp_listen(runtime, "127.0.0.1", 9, 0, NULL, &socket), socket);
  if (socket != NULL) {
    rota_socket* client = NULL;
    WENT_WELL(rota_tcp_accept(socket, &client, &wait), wait);
    if (wait != NULL) CHECK_OK(rota_task_cancel(wait));
    wait_somehow(wait);
  }
  wait_somehow(limit);
  wait_somehow(sleep);
  wait_somehow(tick);
  wait_somehow(task);
  wait_somehow(in_room);
  wait_somehow(job);
  if (queue != NULL) queue_drive(queue, &recorder.fired, answers);
  rota_queue_release(queue);
  rota_timer_release(timer);
  rota_interval_release(interval);
  rota_oneshot_release(oneshot);
  rota_notify_release(notify);
  rota_mutex_release(mutex);
  rota_semaphore_release(semaphore);
  rota_channel_release(channel);
  rota_socket_release(socket);
  rota_runtime_release(runtime);
  memory_wait_empty(memory);

  CHECK(event_count(&recorder.fired) == answers);
  CHECK(event_count(&task_state.dropped) == 1);
  CHECK(event_count(&job_state.dropped) == 1);
  CHECK(event_count(&room.dropped) == 1);
  CHECK(event_count(&blocked.dropped) == 1);
  CHECK(event_count(&sent.dropped) == (oneshot != NULL ? 1u : 0u));
  CHECK(event_count(&received.dropped) == (kept ? 0u : 1u));
}

static rota_status try_to_create(uint32_t workers, rota_runtime** out) {
  const rota_allocator allocator = {sizeof allocator, 0, memory_alloc, memory_free, memory};
  rota_runtime_options options;
  CHECK_OK(rota_runtime_options_init(&options, sizeof options));
  options.workers = workers;
  options.allocator = &allocator;
  *out = (rota_runtime*)memory;
  return rota_runtime_create(&options, out);
}

/* Refuses the nth allocation of a runtime's start, for each n, until it starts. */
static void starting_survives(uint32_t workers) {
  for (int mode = 0; mode < kModes; ++mode) {
    rota_status status = ROTA_ENOMEM;
    for (int64_t n = 0; status != ROTA_OK; ++n) {
      struct memory fresh = MEMORY_INIT;
      memory = &fresh;
      memory_limit(memory, n, mode == kOnce);
      rota_runtime* runtime = NULL;
      status = try_to_create(workers, &runtime);
      memory_limit(memory, -1, 0);
      if (n == 0) CHECK_STATUS(status, ROTA_ENOMEM); /* the host's allocator was asked */
      if (status == ROTA_OK) {
        rota_runtime_release(runtime);
        memory_wait_empty(memory);
      } else {
        CHECK_STATUS(status, ROTA_ENOMEM);
        CHECK(runtime == NULL);
        memory_wait_none(memory);
      }
    }
  }
}

/* The same for everything done with a runtime. */
static void using_survives(uint32_t workers) {
  for (int mode = 0; mode < kModes; ++mode) {
    int refused_ever = 0;
    for (int64_t n = 0, left = 0; left <= 0; ++n) {
      struct memory fresh = MEMORY_INIT;
      memory = &fresh;
      refused = 0;
      rota_runtime* runtime = NULL;
      CHECK_OK(try_to_create(workers, &runtime));
      memory_limit(memory, n, mode == kOnce);
      use_everything(runtime);
      refused_ever += refused;
      os_lock_take(&memory->lock);
      left = memory->left; /* more than was asked for: this was the last round */
      os_lock_give(&memory->lock);
    }
    CHECK(refused_ever > 0);
  }
}

/* A timeout that cannot be had leaves its task alone. */
static void a_refused_timeout_cancels_nothing(void) {
  struct memory fresh = MEMORY_INIT;
  memory = &fresh;
  rota_runtime* runtime = NULL;
  CHECK_OK(try_to_create(1, &runtime));
  rota_task *sleep = NULL, *limit = NULL;
  CHECK_OK(rota_sleep(runtime, ROTA_FOREVER, &sleep));
  rota_status status = ROTA_ENOMEM;
  int64_t n = 0;
  for (; status == ROTA_ENOMEM; ++n) {
    memory_limit(memory, n, 0);
    status = rota_timeout(sleep, ROTA_FOREVER, &limit);
    memory_limit(memory, -1, 0);
    CHECK_STATUS(rota_task_status(sleep), ROTA_PENDING);
  }
  CHECK_OK(status);
  CHECK(n > 1);
  CHECK_OK(rota_task_cancel(limit));
  rota_task_release(limit);
  rota_task_wait(sleep, LONG_TIME);
  CHECK_STATUS(rota_task_status(sleep), ROTA_ECANCELED);
  rota_task_release(sleep);
  rota_runtime_release(runtime);
  memory_wait_empty(memory);
}

int main(void) {
  RUN(a_refused_timeout_cancels_nothing);
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(starting_survives, workers);
    RUN_WITH(using_survives, workers);
  }
  return 0;
}
