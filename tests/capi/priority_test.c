/* SPDX-License-Identifier: MIT
 *
 * Priority classes: the order they are taken in, that none starves, and host queues with a floor and a deadline.
 */
#include "tests/capi/queue_support.h"

#include <stdatomic.h>

enum { kMost = 512 };

/* Notes in which order tasks run. */
struct order {
  atomic_int next;
  uint32_t priority[kMost];
};
struct note {
  struct order* order;
  uint32_t priority;
};

static rota_status take_note(void* state, rota_context* cx) {
  (void)cx;
  const struct note* note = state;
  const int at = atomic_fetch_add(&note->order->next, 1);
  CHECK(at < kMost);
  note->order->priority[at] = note->priority;
  return ROTA_OK;
}

static rota_task* spawn_note(rota_runtime* runtime, struct order* order, uint32_t priority, rota_queue* on) {
  struct note note = {order, priority};
  rota_spawn_desc desc = describe_poll(take_note, &note);
  desc.state_size = sizeof note;
  desc.priority = priority;
  desc.on = on;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(runtime, &desc, &task));
  return task;
}

static rota_status hold_poll(void* state, rota_context* cx) {
  (void)cx;
  return gated_job(state);
}

/* Of 64 of each class that wait for one worker: high before normal before low, but for the turns that begin elsewhere.
 */
static void check_order(const struct order* order, int each) {
  int normal_among_high = 0, low_among_high = 0;
  for (int i = 0; i < each; ++i) {
    normal_among_high += order->priority[i] == ROTA_PRIORITY_NORMAL;
    low_among_high += order->priority[i] == ROTA_PRIORITY_LOW;
  }
  CHECK(normal_among_high >= each / 8 - 1 && normal_among_high <= each / 4);
  CHECK(low_among_high >= 1 && low_among_high <= 3);
  CHECK(order->priority[3 * each - 1] == ROTA_PRIORITY_LOW);
}

static void classes_go_in_order(void) {
  struct world world;
  world_begin(&world, 1);
  struct counted busy = COUNTED_INIT(ROTA_OK);
  struct order order = {0};
  rota_task* tasks[3 * 64];
  const rota_spawn_desc desc = describe_poll(hold_poll, &busy);
  rota_task* holds = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &holds));
  event_wait(&busy.polled, 1);
  const uint32_t classes[] = {ROTA_PRIORITY_LOW, ROTA_PRIORITY_NORMAL, ROTA_PRIORITY_HIGH};
  for (int i = 0; i < 3 * 64; ++i) tasks[i] = spawn_note(world.runtime, &order, classes[i / 64], NULL);
  event_signal(&busy.gate);
  CHECK_OK(finish(holds));
  for (int i = 0; i < 3 * 64; ++i) CHECK_OK(finish(tasks[i]));
  check_order(&order, 64);
  world_end(&world);
}

static void classes_go_in_order_without_threads(void) {
  struct world world;
  world_begin_with(&world, 0, 0);
  rota_queue* queue = make_queue(&world);
  struct order order = {0};
  const uint32_t classes[] = {ROTA_PRIORITY_LOW, ROTA_PRIORITY_NORMAL, ROTA_PRIORITY_HIGH};
  for (int i = 0; i < 3 * 64; ++i) rota_task_release(spawn_note(world.runtime, &order, classes[i / 64], NULL));
  while (rota_queue_run(queue, 0, ROTA_FOREVER, NULL) == ROTA_PENDING) continue;
  check_order(&order, 64);
  rota_queue_release(queue);
  world_end(&world);
}

/* High tasks that are always ready do not keep the others out. */
struct greedy {
  atomic_int stop;
  atomic_long polls;
};

static rota_status yield_on(void* state, rota_context* cx) {
  struct greedy* greedy = state;
  atomic_fetch_add(&greedy->polls, 1);
  return atomic_load(&greedy->stop) ? ROTA_OK : rota_yield(cx);
}

/* Woken by itself at every poll: it never leaves the queue of its class. */
static rota_status wake_on(void* state, rota_context* cx) {
  struct greedy* greedy = state;
  atomic_fetch_add(&greedy->polls, 1);
  if (atomic_load(&greedy->stop)) return ROTA_OK;
  rota_waker* waker = rota_waker_clone(cx);
  CHECK_OK(rota_waker_wake(waker));
  rota_waker_release(waker);
  return ROTA_PENDING;
}

static void nobody_starves(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct greedy greedy = {0};
  struct order order = {0};
  rota_task* high[8];
  for (int i = 0; i < 8; ++i) {
    rota_spawn_desc desc = describe_poll(i % 2 == 0 ? wake_on : yield_on, &greedy);
    desc.priority = ROTA_PRIORITY_HIGH;
    CHECK_OK(rota_spawn(world.runtime, &desc, &high[i]));
  }
  rota_task* normal = spawn_note(world.runtime, &order, ROTA_PRIORITY_NORMAL, NULL);
  rota_task* low = spawn_note(world.runtime, &order, ROTA_PRIORITY_LOW, NULL);
  CHECK_OK(finish(normal));
  CHECK_OK(finish(low));
  atomic_store(&greedy.stop, 1);
  for (int i = 0; i < 8; ++i) CHECK_OK(finish(high[i]));
  world_end(&world);
}

/* Woken from outside, from a worker and by a timer, tasks of every class go on. */
struct hops {
  int left;
  rota_task* sleep;
};

static rota_status hop(void* state, rota_context* cx) {
  struct hops* hops = state;
  for (;;) {
    if (hops->sleep == NULL) {
      if (hops->left-- == 0) return ROTA_OK;
      CHECK_OK(rota_sleep(rota_context_runtime(cx), 100000, &hops->sleep));
    }
    if (rota_task_poll(hops->sleep, cx) == ROTA_PENDING) return ROTA_PENDING;
    rota_task_release(hops->sleep);
    hops->sleep = NULL;
  }
}

static void every_class_wakes(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_task* tasks[9];
  struct hops hops[9];
  for (int i = 0; i < 9; ++i) {
    const struct hops fresh = {20, NULL};
    hops[i] = fresh;
    rota_spawn_desc desc = describe_poll(hop, &hops[i]);
    desc.priority = (uint32_t)i % 3;
    CHECK_OK(rota_spawn(world.runtime, &desc, &tasks[i]));
  }
  for (int i = 0; i < 9; ++i) CHECK_OK(finish(tasks[i]));
  world_end(&world);
}

static void shutdown_ends_every_class(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  static struct counted waiting[30];
  rota_task* tasks[30];
  for (int i = 0; i < 30; ++i) {
    const struct counted fresh = COUNTED_INIT(ROTA_PENDING);
    waiting[i] = fresh;
    rota_spawn_desc desc = describe(&waiting[i]);
    desc.priority = (uint32_t)i % 3;
    CHECK_OK(rota_spawn(world.runtime, &desc, &tasks[i]));
  }
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  for (int i = 0; i < 30; ++i) {
    CHECK_STATUS(finish(tasks[i]), ROTA_ECANCELED);
    CHECK(event_count(&waiting[i].dropped) == 1);
  }
  world_end(&world);
}

/* --------------------------------------------------------------------------------------------------------- queues */

static void a_queue_keeps_its_floor(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_queue* queue = make_queue(&world);
  struct order order = {0};
  const uint32_t classes[] = {ROTA_PRIORITY_LOW, ROTA_PRIORITY_NORMAL, ROTA_PRIORITY_HIGH};
  for (int i = 0; i < 9; ++i) rota_task_release(spawn_note(world.runtime, &order, classes[i / 3], queue));
  uint32_t ran = 99;
  CHECK_OK(rota_queue_run_until(queue, ROTA_PRIORITY_HIGH, 0, ROTA_FOREVER, &ran));
  CHECK(ran == 3 && order.priority[0] == ROTA_PRIORITY_HIGH && order.priority[2] == ROTA_PRIORITY_HIGH);
  CHECK(queue_readable(queue, 0)); /* the rest is still there */
  CHECK_STATUS(rota_queue_run_until(queue, ROTA_PRIORITY_NORMAL, 2, ROTA_FOREVER, &ran), ROTA_PENDING);
  CHECK(ran == 2);
  CHECK_OK(rota_queue_run_until(queue, ROTA_PRIORITY_NORMAL, 0, ROTA_FOREVER, &ran));
  CHECK(ran == 1 && atomic_load(&order.next) == 6);
  /* A point of time that has passed: one at least, and then it is over. */
  CHECK_STATUS(rota_queue_run_until(queue, ROTA_PRIORITY_LOW, 0, rota_now(world.runtime), &ran), ROTA_PENDING);
  CHECK(ran == 1);
  CHECK_OK(rota_queue_run_until(queue, ROTA_PRIORITY_LOW, 0, rota_now(world.runtime) + SECOND * 10, &ran));
  CHECK(ran == 2 && order.priority[8] == ROTA_PRIORITY_LOW);
  CHECK_STATUS(rota_queue_run_until(queue, 3, 0, ROTA_FOREVER, &ran), ROTA_EINVAL);
  CHECK(ran == 0);
  CHECK_STATUS(rota_queue_run_until(NULL, 0, 0, ROTA_FOREVER, &ran), ROTA_EINVAL);
  rota_queue_release(queue);
  world_end(&world);
}

static void bad_priorities_are_refused(void) {
  struct world world;
  world_begin(&world, 1);
  struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_spawn_desc desc = describe(&counted);
  desc.priority = 3;
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_EINVAL);
  desc.priority = ROTA_PRIORITY_HIGH;
  CHECK_STATUS(rota_block_on(world.runtime, &desc), ROTA_EINVAL);
  desc.room = ROTA_ROOM_BLOCKING;
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_ENOTSUP);
  CHECK(event_count(&counted.dropped) == 3 && event_count(&counted.polled) == 0);
  world_end(&world);
}

int main(void) {
  RUN(classes_go_in_order);
  RUN(classes_go_in_order_without_threads);
  for (uint32_t workers = 0; workers <= 3; ++workers) {
    RUN_WITH(nobody_starves, workers);
    RUN_WITH(every_class_wakes, workers);
    RUN_WITH(shutdown_ends_every_class, workers);
    RUN_WITH(a_queue_keeps_its_floor, workers);
  }
  RUN(bad_priorities_are_refused);
  return 0;
}
