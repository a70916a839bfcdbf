/* SPDX-License-Identifier: MIT
 *
 * Contract 1: handles are counted, NULL may be released, a child keeps its runtime's memory alive, and releases may
 * come in any order.
 */
#include "tests/capi/support.h"

static void releasing_null_does_nothing(void) {
  rota_runtime_release(NULL);
  rota_task_release(NULL);
  rota_waker_release(NULL);
  rota_queue_release(NULL);
  rota_timer_release(NULL);
  rota_interval_release(NULL);
  rota_socket_release(NULL);
  rota_fd_release(NULL);
  rota_oneshot_release(NULL);
  rota_notify_release(NULL);
  rota_mutex_release(NULL);
  rota_semaphore_release(NULL);
  rota_channel_release(NULL);
}

static void cloning_null_gives_null(void) {
  CHECK(rota_runtime_clone(NULL) == NULL);
  CHECK(rota_task_clone(NULL) == NULL);
  CHECK(rota_waker_clone(NULL) == NULL);
  CHECK(rota_waker_share(NULL) == NULL);
  CHECK(rota_queue_clone(NULL) == NULL);
  CHECK(rota_timer_clone(NULL) == NULL);
  CHECK(rota_interval_clone(NULL) == NULL);
  CHECK(rota_socket_clone(NULL) == NULL);
  CHECK(rota_fd_clone(NULL) == NULL);
  CHECK(rota_oneshot_clone(NULL) == NULL);
  CHECK(rota_notify_clone(NULL) == NULL);
  CHECK(rota_mutex_clone(NULL) == NULL);
  CHECK(rota_semaphore_clone(NULL) == NULL);
  CHECK(rota_channel_clone(NULL) == NULL);
}

static void a_clone_is_a_reference(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = NULL;
  rota_timer* timer = NULL;
  rota_interval* interval = NULL;
  rota_oneshot* oneshot = NULL;
  rota_notify* notify = NULL;
  rota_mutex* mutex = NULL;
  rota_semaphore* semaphore = NULL;
  rota_channel* channel = NULL;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  CHECK_OK(rota_timer_create(world.runtime, &timer));
  CHECK_OK(rota_interval_create(world.runtime, SECOND, ROTA_MISSED_BURST, &interval));
  CHECK_OK(rota_oneshot_create(world.runtime, NULL, &oneshot));
  CHECK_OK(rota_notify_create(world.runtime, &notify));
  CHECK_OK(rota_mutex_create(world.runtime, &mutex));
  CHECK_OK(rota_semaphore_create(world.runtime, 1, &semaphore));
  CHECK_OK(rota_channel_create(world.runtime, 0, NULL, &channel));
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  rota_task* task = spawn_counted(world.runtime, &counted);

  CHECK(rota_runtime_clone(world.runtime) == world.runtime);
  CHECK(rota_task_clone(task) == task);
  CHECK(rota_queue_clone(queue) == queue);
  CHECK(rota_timer_clone(timer) == timer);
  CHECK(rota_interval_clone(interval) == interval);
  CHECK(rota_oneshot_clone(oneshot) == oneshot);
  CHECK(rota_notify_clone(notify) == notify);
  CHECK(rota_mutex_clone(mutex) == mutex);
  CHECK(rota_semaphore_clone(semaphore) == semaphore);
  CHECK(rota_channel_clone(channel) == channel);
  for (int reference = 0; reference < 2; ++reference) {
    /* As long as a reference is left the handle works. */
    uint32_t ran = 1;
    CHECK(rota_queue_run(queue, 1, 0, &ran) >= ROTA_OK);
    CHECK_OK(rota_timer_start(timer, LONG_TIME));
    CHECK_STATUS(rota_oneshot_try_recv(oneshot, &(void*){NULL}), ROTA_EAGAIN);
    CHECK_OK(rota_notify_one(notify));
    CHECK_OK(rota_mutex_try_lock(mutex));
    CHECK_OK(rota_mutex_unlock(mutex));
    CHECK(rota_semaphore_available(semaphore) == 1);
    CHECK(rota_channel_len(channel) == 0);
    CHECK_STATUS(rota_task_status(task), ROTA_PENDING);
    CHECK(rota_runtime_workers(world.runtime) == workers);
    CHECK(rota_now(world.runtime) != 0);
    rota_queue_release(queue);
    rota_timer_release(timer);
    rota_interval_release(interval);
    rota_oneshot_release(oneshot);
    rota_notify_release(notify);
    rota_mutex_release(mutex);
    rota_semaphore_release(semaphore);
    rota_channel_release(channel);
    rota_task_release(task);
    if (reference == 0) rota_runtime_release(world.runtime);
  }
  world_end(&world);
  CHECK(event_count(&counted.dropped) == 1);
}

enum { kRuntime, kTask, kQueue, kOneshot, kChannel, kTimer, kKinds };

struct family {
  struct world world;
  rota_task* task;
  rota_queue* queue;
  rota_oneshot* oneshot;
  rota_channel* channel;
  rota_timer* timer;
};

static void release_one(struct family* family, int kind) {
  switch (kind) {
    case kRuntime:
      rota_runtime_release(family->world.runtime);
      family->world.runtime = NULL;
      break;
    case kTask:
      rota_task_release(family->task);
      break;
    case kQueue:
      rota_queue_release(family->queue);
      break;
    case kOneshot:
      rota_oneshot_release(family->oneshot);
      break;
    case kChannel:
      rota_channel_release(family->channel);
      break;
    default:
      rota_timer_release(family->timer);
      break;
  }
}

/* One runtime with a child of each kind, none of them at rest, released in the given order. */
static void release_in_order(uint32_t workers, const int* order) {
  struct family family;
  world_begin(&family.world, workers);
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  struct counted sent = COUNTED_INIT(ROTA_OK);
  struct counted queued = COUNTED_INIT(ROTA_OK);
  struct recorder recorder = RECORDER_INIT;
  CHECK_OK(rota_queue_create(family.world.runtime, &family.queue));
  CHECK_OK(rota_oneshot_create(family.world.runtime, counted_drop, &family.oneshot));
  CHECK_OK(rota_channel_create(family.world.runtime, 4, counted_drop, &family.channel));
  CHECK_OK(rota_timer_create(family.world.runtime, &family.timer));
  family.task = spawn_counted(family.world.runtime, &counted);
  CHECK_OK(record_on_done(family.task, family.queue, &recorder));
  CHECK_OK(rota_oneshot_send(family.oneshot, &sent));
  CHECK_OK(rota_channel_try_send(family.channel, &queued));
  CHECK_OK(rota_timer_start(family.timer, LONG_TIME));
  for (int i = 0; i < kKinds; ++i) release_one(&family, order[i]);
  world_end(&family.world);
  CHECK(event_count(&counted.dropped) == 1);
  CHECK(event_count(&sent.dropped) == 1);
  CHECK(event_count(&queued.dropped) == 1);
  CHECK(event_count(&recorder.fired) == 1);
  CHECK_STATUS(recorder.status, ROTA_ECANCELED);
}

static void permute(uint32_t workers, int* order, int from) {
  if (from == kKinds) {
    release_in_order(workers, order);
    return;
  }
  for (int i = from; i < kKinds; ++i) {
    const int kind = order[i];
    order[i] = order[from];
    order[from] = kind;
    permute(workers, order, from + 1);
    order[from] = order[i];
    order[i] = kind;
  }
}

static void releases_come_in_any_order(uint32_t workers) {
  int order[kKinds];
  for (int i = 0; i < kKinds; ++i) order[i] = i;
  permute(workers, order, 0);
}

static void children_answer_after_their_runtime(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  struct counted finished = COUNTED_INIT(ROTA_OK);
  rota_task* pending = spawn_counted(world.runtime, &counted);
  rota_task* complete = spawn_counted(world.runtime, &finished);
  rota_queue* queue = NULL;
  rota_oneshot* oneshot = NULL;
  rota_semaphore* semaphore = NULL;
  void* value = &world;
  CHECK_OK(rota_task_wait(complete, LONG_TIME));
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  CHECK_OK(rota_oneshot_create(world.runtime, NULL, &oneshot));
  CHECK_OK(rota_semaphore_create(world.runtime, 1, &semaphore));
  CHECK_OK(rota_oneshot_send(oneshot, &counted));
  rota_runtime_release(world.runtime);
  world.runtime = NULL;

  CHECK_STATUS(rota_task_status(complete), ROTA_OK);
  CHECK_STATUS(rota_task_status(pending), ROTA_ECANCELED);
  CHECK_STATUS(rota_task_wait(pending, 0), ROTA_ECANCELED);
  CHECK_STATUS(rota_task_cancel(pending), ROTA_EALREADY);
  CHECK_OK(rota_queue_run(queue, 0, ROTA_FOREVER, NULL));
  CHECK_OK(rota_oneshot_try_recv(oneshot, &value));
  CHECK(value == &counted);
  CHECK(rota_semaphore_available(semaphore) == 1);
  CHECK_OK(rota_semaphore_try_acquire(semaphore, 1));
  CHECK_STATUS(rota_semaphore_try_acquire(semaphore, 1), ROTA_EAGAIN);
  rota_task_release(pending);
  rota_task_release(complete);
  rota_queue_release(queue);
  rota_oneshot_release(oneshot);
  rota_semaphore_release(semaphore);
  world_end(&world);
  CHECK(event_count(&counted.dropped) == 1);
  CHECK(event_count(&finished.dropped) == 1);
}

/* A task nobody holds runs on: release without wait is detach. */
static void a_released_task_runs_on(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted released = COUNTED_INIT(ROTA_OK);
  struct counted unheld = COUNTED_INIT(ROTA_OK);
  rota_queue* queue = NULL;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  rota_task_release(spawn_counted(world.runtime, &released));
  const rota_spawn_desc desc = describe(&unheld);
  CHECK_OK(rota_spawn(world.runtime, &desc, NULL));
  if (workers == 0) {
    queue_drive(queue, &released.dropped, 1);
    queue_drive(queue, &unheld.dropped, 1);
  } else {
    event_wait(&released.dropped, 1);
    event_wait(&unheld.dropped, 1);
  }
  rota_queue_release(queue);
  world_end(&world);
  CHECK(event_count(&released.dropped) == 1 && event_count(&released.polled) == 1);
  CHECK(event_count(&unheld.dropped) == 1 && event_count(&unheld.polled) == 1);
}

int main(void) {
  RUN(releasing_null_does_nothing);
  RUN(cloning_null_gives_null);
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(a_clone_is_a_reference, workers);
    RUN_WITH(children_answer_after_their_runtime, workers);
    RUN_WITH(a_released_task_runs_on, workers);
  }
  RUN_WITH(releases_come_in_any_order, 0u);
  RUN_WITH(releases_come_in_any_order, 1u);
  return 0;
}
