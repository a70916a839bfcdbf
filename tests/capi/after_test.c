/* SPDX-License-Identifier: MIT
 *
 * Tasks that start when others have ended: order, failures, cancelling, late edges, shutdown, memory.
 */
#include "tests/capi/queue_support.h"
#include "tests/support/lock.h"

#include <stdatomic.h>

/* A node of a graph: checks that those before it have run. */
struct node {
  atomic_int ran;
  atomic_int dropped;
  rota_status answer;
  struct node* before[4];
};

static rota_status node_poll(void* state, rota_context* cx) {
  (void)cx;
  struct node* node = state;
  for (int i = 0; i < 4; ++i) CHECK(node->before[i] == NULL || atomic_load(&node->before[i]->ran) == 1);
  CHECK(atomic_fetch_add(&node->ran, 1) == 0);
  return node->answer;
}

static void node_drop(void* state) { atomic_fetch_add(&((struct node*)state)->dropped, 1); }

static rota_spawn_desc describe_node(struct node* node, rota_task* const* after, uint32_t count) {
  rota_spawn_desc desc = describe_poll(node_poll, node);
  desc.drop = node_drop;
  desc.after = after;
  desc.after_count = count;
  return desc;
}

static rota_task* spawn_node(rota_runtime* runtime, struct node* node, rota_task* const* after, uint32_t count) {
  const rota_spawn_desc desc = describe_node(node, after, count);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(runtime, &desc, &task));
  return task;
}

static rota_task* spawn_held(rota_runtime* runtime, struct node* node, uint32_t room, uint32_t flags) {
  rota_spawn_desc desc = describe_node(node, NULL, 0);
  desc.flags = ROTA_SPAWN_HELD | flags;
  desc.after_room = room;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(runtime, &desc, &task));
  return task;
}

/* ----------------------------------------------------------------------------------------------------------- order */

static void a_diamond_runs_in_order(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  for (int round = 0; round < 50; ++round) {
    struct node top = {0}, left = {0}, right = {0}, bottom = {0};
    left.before[0] = right.before[0] = &top;
    bottom.before[0] = &left;
    bottom.before[1] = &right;
    rota_task* tasks[4];
    tasks[0] = spawn_node(world.runtime, &top, NULL, 0);
    tasks[1] = spawn_node(world.runtime, &left, tasks, 1);
    tasks[2] = spawn_node(world.runtime, &right, tasks, 1);
    tasks[3] = spawn_node(world.runtime, &bottom, tasks + 1, 2);
    CHECK_OK(finish(tasks[3]));
    for (int i = 0; i < 3; ++i) CHECK_OK(finish(tasks[i]));
    CHECK(atomic_load(&bottom.dropped) == 1);
  }
  world_end(&world);
}

/* Wide in and wide out, and some of those waited for have ended before. */
static void many_before_and_many_after(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  enum { kMany = 500 };
  static struct node first[kMany], last[kMany];
  struct node middle = {0};
  rota_task *before[kMany], *after[kMany];
  memset(first, 0, sizeof first);
  memset(last, 0, sizeof last);
  for (int i = 0; i < kMany; ++i) before[i] = spawn_node(world.runtime, &first[i], NULL, 0);
  rota_task* task = spawn_node(world.runtime, &middle, before, kMany);
  for (int i = 0; i < kMany; ++i) {
    last[i].before[0] = &middle;
    after[i] = spawn_node(world.runtime, &last[i], &task, 1);
  }
  for (int i = 0; i < kMany; ++i) CHECK_OK(finish(after[i]));
  for (int i = 0; i < kMany; ++i) CHECK_OK(finish(before[i]));
  CHECK_OK(finish(task));
  world_end(&world);
}

/* Anything that is a task can be waited for, twice too; and what waits may live on a queue. */
static rota_status ready_job(void* arg) {
  (void)arg;
  return ROTA_OK;
}

static void operations_and_queues(void) {
  struct world world;
  world_begin(&world, 2);
  rota_queue* queue = make_queue(&world);
  struct node node = {0};
  rota_task* before[4];
  CHECK_OK(rota_sleep(world.runtime, 2 * MILLISECOND, &before[0]));
  CHECK_OK(rota_spawn_blocking(world.runtime, ready_job, NULL, NULL, &before[1]));
  before[2] = before[3] = before[0];
  rota_spawn_desc desc = describe_node(&node, before, 4);
  desc.on = queue;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  while (rota_task_status(task) == ROTA_PENDING) {
    CHECK(queue_readable(queue, 20000));
    CHECK(rota_queue_run(queue, 0, ROTA_FOREVER, NULL) >= 0);
  }
  CHECK_OK(rota_task_status(before[0]));
  CHECK_OK(rota_task_status(before[1]));
  CHECK_OK(finish(task));
  rota_task_release(before[0]);
  rota_task_release(before[1]);
  rota_queue_release(queue);
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------------------- failures */

static void a_failure_runs_down_the_graph(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct node fails = {0}, works = {0}, next = {0}, last = {0}, cleans_up = {0};
  fails.answer = ROTA_EIO;
  rota_task *before[2], *tasks[3];
  before[0] = spawn_held(world.runtime, &fails, 0, 0);
  before[1] = spawn_held(world.runtime, &works, 0, 0);
  tasks[0] = spawn_node(world.runtime, &next, before, 2);
  tasks[1] = spawn_node(world.runtime, &last, tasks, 1);
  rota_spawn_desc desc = describe_node(&cleans_up, tasks, 2);
  desc.flags = ROTA_SPAWN_AFTER_ANY;
  CHECK_OK(rota_spawn(world.runtime, &desc, &tasks[2]));
  CHECK_OK(rota_task_start(before[0]));
  CHECK_STATUS(finish(before[0]), ROTA_EIO);
  /* It waits for all of them all the same. */
  CHECK_STATUS(rota_task_status(tasks[0]), ROTA_PENDING);
  CHECK_OK(rota_task_start(before[1]));
  CHECK_OK(finish(before[1]));
  CHECK_OK(finish(tasks[2]));
  CHECK_STATUS(finish(tasks[0]), ROTA_EIO);
  CHECK_STATUS(finish(tasks[1]), ROTA_EIO);
  CHECK(atomic_load(&next.ran) == 0 && atomic_load(&next.dropped) == 1);
  CHECK(atomic_load(&last.ran) == 0 && atomic_load(&last.dropped) == 1);
  CHECK(atomic_load(&cleans_up.ran) == 1);
  world_end(&world);
}

static void cancelling_takes_effect_at_once(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct node before = {0}, waits = {0}, after = {0};
  rota_task* tasks[3];
  tasks[0] = spawn_held(world.runtime, &before, 0, 0);
  tasks[1] = spawn_node(world.runtime, &waits, tasks, 1);
  tasks[2] = spawn_node(world.runtime, &after, tasks + 1, 1);
  CHECK_OK(rota_task_cancel(tasks[1]));
  CHECK_STATUS(finish(tasks[1]), ROTA_ECANCELED);
  CHECK_STATUS(finish(tasks[2]), ROTA_ECANCELED);
  CHECK(atomic_load(&waits.ran) == 0 && atomic_load(&waits.dropped) == 1);
  CHECK_OK(rota_task_start(tasks[0]));
  CHECK_OK(finish(tasks[0])); /* which finds nobody to start any more */
  world_end(&world);
}

static void shutdown_ends_what_waits(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct node held = {0}, waits = {0};
  rota_task* tasks[2];
  tasks[0] = spawn_held(world.runtime, &held, 0, 0);
  tasks[1] = spawn_node(world.runtime, &waits, tasks, 1);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_STATUS(rota_task_status(tasks[0]), ROTA_ECANCELED);
  CHECK_STATUS(rota_task_status(tasks[1]), ROTA_ECANCELED);
  CHECK(atomic_load(&held.dropped) == 1 && atomic_load(&waits.dropped) == 1);
  CHECK_OK(rota_task_start(tasks[0])); /* too late: nothing comes of it */
  CHECK(atomic_load(&held.ran) == 0);
  const rota_spawn_desc desc = describe_node(&waits, tasks, 1);
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_ESHUTDOWN);
  CHECK(atomic_load(&waits.dropped) == 2);
  rota_task_release(tasks[0]);
  rota_task_release(tasks[1]);
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------------------ late edges */

static void edges_may_be_added(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct node a = {0}, b = {0}, c = {0};
  rota_task* last = spawn_held(world.runtime, &c, 2, 0);
  rota_task* first = spawn_held(world.runtime, &a, 0, 0);
  rota_task* second = spawn_held(world.runtime, &b, 0, 0);
  c.before[0] = &a;
  c.before[1] = &b;
  CHECK_STATUS(rota_task_after(last, last), ROTA_EDEADLK);
  CHECK_OK(rota_task_after(last, first));
  CHECK_OK(rota_task_after(last, second));
  CHECK_STATUS(rota_task_after(last, second), ROTA_EOVERFLOW);
  CHECK_OK(rota_task_start(last));
  CHECK_STATUS(rota_task_start(last), ROTA_EALREADY);
  CHECK_STATUS(rota_task_status(last), ROTA_PENDING);
  CHECK_OK(rota_task_start(first));
  CHECK_OK(rota_task_start(second));
  CHECK_OK(finish(first));
  CHECK_OK(finish(second));
  CHECK_OK(rota_task_wait(last, LONG_TIME));
  CHECK_STATUS(rota_task_after(last, last), ROTA_EDEADLK);
  rota_task* done = NULL;
  CHECK_OK(rota_sleep(world.runtime, 0, &done));
  CHECK_STATUS(rota_task_after(last, done), ROTA_EALREADY);
  rota_task_release(done);
  rota_task_release(last);
  world_end(&world);
}

/* ----------------------------------------------------------------------------------------------------------- memory */

static uint64_t allocations(struct world* world) {
  os_lock_take(&world->memory.lock);
  const uint64_t count = world->memory.allocations;
  os_lock_give(&world->memory.lock);
  return count;
}

static void edges_are_in_the_task_s_own_block(void) {
  struct world world;
  world_begin(&world, 1);
  enum { kMany = 100 };
  static struct node before[kMany], after[kMany];
  rota_task *first[kMany], *last[kMany];
  memset(before, 0, sizeof before);
  memset(after, 0, sizeof after);
  for (int i = 0; i < kMany; ++i) first[i] = spawn_held(world.runtime, &before[i], 0, 0);
  const uint64_t count = allocations(&world);
  for (int i = 0; i < kMany; ++i) last[i] = spawn_node(world.runtime, &after[i], first, kMany);
  CHECK(allocations(&world) == count + kMany);
  for (int i = 0; i < kMany; ++i) CHECK_OK(rota_task_cancel(last[i]));
  for (int i = 0; i < kMany; ++i) CHECK_STATUS(finish(last[i]), ROTA_ECANCELED);
  for (int i = 0; i < kMany; ++i) CHECK_OK(rota_task_start(first[i]));
  for (int i = 0; i < kMany; ++i) CHECK_OK(finish(first[i]));
  world_end(&world);
}

/* -------------------------------------------------------------------------------------------------------- bad input */

static void bad_input_is_refused(void) {
  struct world world, another;
  world_begin(&world, 1);
  world_begin(&another, 1);
  struct node plain = {0}, foreign = {0}, refused = {0};
  rota_task* tasks[3];
  tasks[0] = spawn_node(world.runtime, &plain, NULL, 0);
  tasks[1] = spawn_node(another.runtime, &foreign, NULL, 0);
  tasks[2] = NULL;
  int drops = 0;
  rota_spawn_desc desc = describe_node(&refused, tasks, 2); /* of another runtime */
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_EINVAL);
  desc = describe_node(&refused, tasks + 2, 1);
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_EINVAL);
  desc = describe_node(&refused, NULL, 1);
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_EINVAL);
  desc = describe_node(&refused, tasks, 1);
  desc.after_room = ROTA_AFTER_MAX;
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_EOVERFLOW);
  desc.after_room = 0;
  desc.flags = 4;
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_ENOTSUP);
  desc.flags = 0;
  CHECK_STATUS(rota_block_on(world.runtime, &desc), ROTA_EINVAL);
  desc = describe_node(&refused, NULL, 0);
  desc.flags = ROTA_SPAWN_HELD;
  CHECK_STATUS(rota_block_on(world.runtime, &desc), ROTA_EINVAL);
  CHECK(atomic_load(&refused.dropped) == (drops += 7));
  memory_fail(&world.memory, 1);
  desc = describe_node(&refused, tasks, 1);
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_ENOMEM);
  memory_fail(&world.memory, 0);
  CHECK(atomic_load(&refused.dropped) == (drops += 1));
  CHECK_STATUS(rota_task_after(NULL, tasks[0]), ROTA_EINVAL);
  CHECK_STATUS(rota_task_after(tasks[0], NULL), ROTA_EINVAL);
  CHECK_STATUS(rota_task_after(tasks[0], tasks[1]), ROTA_EINVAL);
  CHECK_STATUS(rota_task_start(NULL), ROTA_EINVAL);
  CHECK_STATUS(rota_task_start(tasks[0]), ROTA_EINVAL); /* not held */
  rota_task* sleep = NULL;
  CHECK_OK(rota_sleep(world.runtime, 0, &sleep));
  CHECK_STATUS(rota_task_after(tasks[0], sleep), ROTA_EINVAL); /* spawned without room */
  CHECK_STATUS(rota_task_start(sleep), ROTA_EINVAL);
  rota_task_release(sleep);
  CHECK_OK(finish(tasks[0]));
  CHECK_OK(finish(tasks[1]));
  CHECK(atomic_load(&refused.ran) == 0);
  world_end(&another);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 3; ++workers) {
    RUN_WITH(a_diamond_runs_in_order, workers);
    RUN_WITH(many_before_and_many_after, workers);
    RUN_WITH(a_failure_runs_down_the_graph, workers);
    RUN_WITH(cancelling_takes_effect_at_once, workers);
    RUN_WITH(shutdown_ends_what_waits, workers);
    RUN_WITH(edges_may_be_added, workers);
  }
  RUN(operations_and_queues);
  RUN(edges_are_in_the_task_s_own_block);
  RUN(bad_input_is_refused);
  return 0;
}
