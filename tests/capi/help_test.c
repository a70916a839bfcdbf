/* SPDX-License-Identifier: MIT
 *
 * Waits that help: what runs on the waiting thread, what does not, and that one worker alone gets through.
 */
#include "tests/capi/support.h"
#include "tests/support/thread.h"

#include <stdatomic.h>

/* Runs `inside` in a task on the workers and waits for it. */
struct inside {
  rota_runtime* runtime;
  void (*run)(struct inside* self);
  void* with;
};

static rota_status run_inside(void* state, rota_context* cx) {
  (void)cx;
  struct inside* self = state;
  self->run(self);
  return ROTA_OK;
}

static void on_a_worker(rota_runtime* runtime, void (*run)(struct inside* self), void* with) {
  struct inside self = {runtime, run, with};
  const rota_spawn_desc desc = describe_poll(run_inside, &self);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(runtime, &desc, &task));
  CHECK_OK(finish(task));
}

/* A task that says where and when it ran. */
struct ran {
  atomic_int times;
  uint64_t thread;
};

static rota_status run_here(void* state, rota_context* cx) {
  (void)cx;
  struct ran* ran = state;
  ran->thread = os_thread_self();
  atomic_fetch_add(&ran->times, 1);
  return ROTA_OK;
}

static rota_task* spawn_ran(rota_runtime* runtime, struct ran* ran, uint32_t priority, rota_group* group) {
  rota_spawn_desc desc = describe_poll(run_here, ran);
  desc.priority = priority;
  desc.group = group;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(runtime, &desc, &task));
  return task;
}

static rota_status help(rota_task* task, uint32_t what, uint32_t floor, rota_group* group) {
  rota_help how = {0};
  how.size = sizeof how;
  how.what = what;
  how.floor = floor;
  how.group = group;
  return rota_task_help(task, &how, LONG_TIME);
}

/* ---------------------------------------------------------------------------------------------------- descendants */

/* Here, plain waiting is refused, and so is help that is none. */
static void waiting_is_refused(rota_runtime* runtime) {
  rota_task* sleep = NULL;
  CHECK_OK(rota_sleep(runtime, ROTA_FOREVER, &sleep));
  CHECK_STATUS(rota_task_wait(sleep, LONG_TIME), ROTA_EDEADLK);
  CHECK_STATUS(help(sleep, ROTA_HELP_NONE, 0, NULL), ROTA_EDEADLK);
  CHECK_OK(rota_task_cancel(sleep));
  rota_task_release(sleep);
}

static void wait_for_a_child(struct inside* self) {
  waiting_is_refused(self->runtime);
  struct ran child = {0}, other = {0};
  rota_task* unrelated = spawn_ran(self->runtime, &other, ROTA_PRIORITY_NORMAL, NULL);
  rota_task* task = spawn_ran(self->runtime, &child, ROTA_PRIORITY_NORMAL, NULL);
  CHECK_OK(rota_task_help(task, NULL, LONG_TIME));
  CHECK(atomic_load(&child.times) == 1);
  if (rota_runtime_workers(self->runtime) == 1) {
    CHECK(child.thread == os_thread_self());
    CHECK(atomic_load(&other.times) == 0); /* nobody asked for that one */
  }
  CHECK_OK(help(unrelated, ROTA_HELP_DESCENDANTS, 0, NULL));
  CHECK(atomic_load(&other.times) == 1);
  rota_task_release(task);
  rota_task_release(unrelated);
}

static void a_worker_waits_for_its_child(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  on_a_worker(world.runtime, wait_for_a_child, NULL);
  world_end(&world);
}

/* fib by tasks that wait for their children: more waits than there are workers. */
struct fib {
  rota_runtime* runtime;
  uint32_t n;
  uint32_t* result;
};

static rota_status fib_poll(void* state, rota_context* cx) {
  (void)cx;
  struct fib* fib = state;
  if (fib->n < 2) {
    *fib->result = fib->n;
    return ROTA_OK;
  }
  uint32_t results[2];
  rota_task* tasks[2];
  for (uint32_t i = 0; i < 2; ++i) {
    struct fib child = {fib->runtime, fib->n - 1 - i, &results[i]};
    rota_spawn_desc desc = describe_poll(fib_poll, &child);
    desc.state_size = sizeof child;
    CHECK_OK(rota_spawn(fib->runtime, &desc, &tasks[i]));
  }
  for (uint32_t i = 0; i < 2; ++i) {
    CHECK_OK(rota_task_help(tasks[i], NULL, ROTA_FOREVER));
    rota_task_release(tasks[i]);
  }
  *fib->result = results[0] + results[1];
  return ROTA_OK;
}

static void waits_nest(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  uint32_t result = 0;
  struct fib fib = {world.runtime, 13, &result};
  const rota_spawn_desc desc = describe_poll(fib_poll, &fib);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(workers == 0 ? finish(task) : rota_task_help(task, NULL, LONG_TIME));
  if (workers != 0) rota_task_release(task);
  CHECK(result == 233);
  world_end(&world);
}

/* A chain deeper than waits may nest: below that only the awaited task itself is run, which is enough. */
static rota_status chain_poll(void* state, rota_context* cx) {
  (void)cx;
  struct fib* link = state;
  ++*link->result;
  if (link->n == 0) return ROTA_OK;
  struct fib next = {link->runtime, link->n - 1, link->result};
  rota_spawn_desc desc = describe_poll(chain_poll, &next);
  desc.state_size = sizeof next;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(link->runtime, &desc, &task));
  CHECK_OK(help(task, ROTA_HELP_PRIORITY, ROTA_PRIORITY_LOW, NULL));
  rota_task_release(task);
  return ROTA_OK;
}

static void a_chain_of_waits_is_deep(void) {
  struct world world;
  world_begin(&world, 1);
  uint32_t links = 0;
  struct fib first = {world.runtime, 100, &links};
  const rota_spawn_desc desc = describe_poll(chain_poll, &first);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(finish(task));
  CHECK(links == 101);
  world_end(&world);
}

/* A group's members, and those of groups below, are helped while waiting for the group or for one of them. */
static void wait_for_a_group(struct inside* self) {
  enum { kMembers = 20 };
  struct ran members[kMembers] = {0}, other = {0};
  rota_group *group = NULL, *below = NULL;
  CHECK_OK(rota_group_create(self->runtime, NULL, &group));
  CHECK_OK(rota_group_create(self->runtime, group, &below));
  rota_task* unrelated = spawn_ran(self->runtime, &other, ROTA_PRIORITY_NORMAL, NULL);
  for (int i = 0; i < kMembers; ++i) {
    rota_task_release(spawn_ran(self->runtime, &members[i], ROTA_PRIORITY_NORMAL, i % 2 == 0 ? group : below));
  }
  CHECK_OK(rota_group_close(below));
  CHECK_OK(rota_group_close(group));
  rota_task* all = NULL;
  CHECK_OK(rota_group_task(group, &all));
  CHECK_OK(rota_task_help(all, NULL, LONG_TIME));
  for (int i = 0; i < kMembers; ++i) {
    CHECK(atomic_load(&members[i].times) == 1);
    if (rota_runtime_workers(self->runtime) == 1) CHECK(members[i].thread == os_thread_self());
  }
  if (rota_runtime_workers(self->runtime) == 1) CHECK(atomic_load(&other.times) == 0);
  CHECK_OK(rota_task_help(unrelated, NULL, LONG_TIME));
  rota_task_release(all);
  rota_task_release(unrelated);
  rota_group_release(below);
  rota_group_release(group);
}

static void members_are_helped(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  on_a_worker(world.runtime, wait_for_a_group, NULL);
  world_end(&world);
}

/* A loop that is a task is worked on by who waits for it. */
static rota_status count_chunk(void* user, size_t begin, size_t end) {
  atomic_fetch_add((atomic_int*)user, (int)(end - begin));
  return ROTA_OK;
}

static void wait_for_a_loop(struct inside* self) {
  atomic_int items = 0;
  rota_parallel loop = {0};
  loop.size = sizeof loop;
  loop.body = count_chunk;
  loop.user = &items;
  loop.count = 1000;
  rota_task* task = NULL;
  CHECK_OK(rota_parallel_start(self->runtime, &loop, &task));
  CHECK_OK(rota_task_help(task, NULL, LONG_TIME));
  CHECK(atomic_load(&items) == 1000);
  rota_task_release(task);
}

static void a_loop_is_helped(void) {
  struct world world;
  world_begin(&world, 1);
  on_a_worker(world.runtime, wait_for_a_loop, NULL);
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------------------- priorities */

static void wait_with_a_floor(struct inside* self) {
  const uint32_t floor = *(uint32_t*)self->with;
  struct ran high = {0}, normal = {0}, low = {0};
  rota_task* tasks[4];
  CHECK_OK(rota_sleep(self->runtime, 20 * MILLISECOND, &tasks[0]));
  tasks[1] = spawn_ran(self->runtime, &low, ROTA_PRIORITY_LOW, NULL);
  tasks[2] = spawn_ran(self->runtime, &normal, ROTA_PRIORITY_NORMAL, NULL);
  tasks[3] = spawn_ran(self->runtime, &high, ROTA_PRIORITY_HIGH, NULL);
  CHECK_OK(help(tasks[0], ROTA_HELP_PRIORITY, floor, NULL));
  CHECK(atomic_load(&high.times) == 1);
  CHECK(atomic_load(&normal.times) == (floor == ROTA_PRIORITY_HIGH ? 0 : 1));
  CHECK(atomic_load(&low.times) == (floor == ROTA_PRIORITY_LOW ? 1 : 0));
  for (int i = 0; i < 4; ++i) {
    CHECK_OK(rota_task_help(tasks[i], NULL, LONG_TIME));
    rota_task_release(tasks[i]);
  }
}

static void the_floor_is_kept(void) {
  struct world world;
  world_begin(&world, 1);
  for (uint32_t floor = 0; floor < 3; ++floor) on_a_worker(world.runtime, wait_with_a_floor, &floor);
  world_end(&world);
}

/* ----------------------------------------------------------------------------------- one worker alone gets through */

static void wait_for_a_sleep(struct inside* self) {
  rota_task* sleep = NULL;
  CHECK_OK(rota_sleep(self->runtime, 3 * MILLISECOND, &sleep));
  CHECK_OK(rota_task_help(sleep, NULL, LONG_TIME));
  rota_task_release(sleep);
  CHECK_OK(rota_sleep(self->runtime, ROTA_FOREVER, &sleep));
  rota_help how = {sizeof how, ROTA_HELP_DESCENDANTS, 0, 0, NULL};
  CHECK_STATUS(rota_task_help(sleep, &how, 2 * MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_task_cancel(sleep));
  CHECK_STATUS(rota_task_help(sleep, NULL, LONG_TIME), ROTA_ECANCELED);
  rota_task_release(sleep);
}

static void timers_go_on(void) {
  struct world world;
  world_begin(&world, 1);
  on_a_worker(world.runtime, wait_for_a_sleep, NULL);
  world_end(&world);
}

/* A child is woken by a plain thread while its only worker sleeps in the wait. */
struct latch {
  rota_oneshot* oneshot;
  rota_runtime* runtime;
  struct event waits;
};

static rota_status receive(void* state, rota_context* cx) {
  struct latch* latch = state;
  void* value = NULL;
  const rota_status status = rota_oneshot_recv_poll(latch->oneshot, cx, &value);
  event_signal(&latch->waits);
  return status;
}

static void wait_for_a_thread(struct inside* self) {
  struct latch* latch = self->with;
  const rota_spawn_desc desc = describe_poll(receive, latch);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(self->runtime, &desc, &task));
  CHECK_OK(rota_task_help(task, NULL, LONG_TIME));
  rota_task_release(task);
}

static void* send_later(void* arg) {
  struct latch* latch = arg;
  event_wait(&latch->waits, 1);
  CHECK_OK(rota_oneshot_send(latch->oneshot, NULL));
  return NULL;
}

static void a_plain_thread_wakes_what_is_helped(void) {
  struct world world;
  world_begin(&world, 1);
  for (int round = 0; round < 200; ++round) {
    struct latch latch = {NULL, world.runtime, EVENT_INIT};
    CHECK_OK(rota_oneshot_create(world.runtime, NULL, &latch.oneshot));
    struct os_thread thread;
    os_thread_start(&thread, send_later, &latch);
    on_a_worker(world.runtime, wait_for_a_thread, &latch);
    os_thread_join(&thread);
    rota_oneshot_release(latch.oneshot);
  }
  world_end(&world);
}

/* A plain thread spawns while the only worker sleeps in a wait that takes anything. */
static void* spawn_sender(void* arg) {
  struct latch* latch = arg;
  event_wait(&latch->waits, 1);
  return NULL;
}

static rota_status send_poll(void* state, rota_context* cx) {
  (void)cx;
  return rota_oneshot_send(((struct latch*)state)->oneshot, NULL);
}

static void* spawn_later(void* arg) {
  struct latch* latch = arg;
  spawn_sender(arg);
  const rota_spawn_desc desc = describe_poll(send_poll, latch);
  CHECK_OK(rota_spawn(latch->runtime, &desc, NULL));
  return NULL;
}

static void wait_for_anything(struct inside* self) {
  struct latch* latch = self->with;
  const rota_spawn_desc desc = describe_poll(receive, latch);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(self->runtime, &desc, &task));
  CHECK_OK(help(task, ROTA_HELP_PRIORITY, ROTA_PRIORITY_NORMAL, NULL));
  rota_task_release(task);
}

static void a_helper_is_woken_for_new_work(void) {
  struct world world;
  world_begin(&world, 1);
  for (int round = 0; round < 200; ++round) {
    struct latch latch = {NULL, world.runtime, EVENT_INIT};
    CHECK_OK(rota_oneshot_create(world.runtime, NULL, &latch.oneshot));
    struct os_thread thread;
    os_thread_start(&thread, spawn_later, &latch);
    on_a_worker(world.runtime, wait_for_anything, &latch);
    os_thread_join(&thread);
    rota_oneshot_release(latch.oneshot);
  }
  world_end(&world);
}

/* ---------------------------------------------------------------------------------------------------- other threads */

/* The only worker is busy: the thread that waits does it itself. */
static rota_status hold_worker(void* state, rota_context* cx) {
  (void)cx;
  struct counted* counted = state;
  return gated_job(counted);
}

static void a_thread_outside_helps(void) {
  struct world world;
  world_begin(&world, 1);
  struct counted busy = COUNTED_INIT(ROTA_OK);
  const rota_spawn_desc desc = describe_poll(hold_worker, &busy);
  rota_task* holds = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &holds));
  event_wait(&busy.polled, 1);
  struct ran ran = {0};
  rota_task* task = spawn_ran(world.runtime, &ran, ROTA_PRIORITY_NORMAL, NULL);
  CHECK_STATUS(rota_task_wait(task, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_task_help(task, NULL, LONG_TIME));
  CHECK(ran.thread == os_thread_self());
  rota_task_release(task);
  event_signal(&busy.gate);
  CHECK_OK(rota_task_help(holds, NULL, LONG_TIME)); /* runs elsewhere: waited for */
  rota_task_release(holds);
  world_end(&world);
}

/* Inside block_on too, where plain waiting is refused. */
static rota_status help_poll(void* state, rota_context* cx) {
  struct ran ran = {0};
  waiting_is_refused(rota_context_runtime(cx));
  rota_task* task = spawn_ran(rota_context_runtime(cx), &ran, ROTA_PRIORITY_NORMAL, NULL);
  CHECK_OK(rota_task_help(task, NULL, LONG_TIME));
  CHECK(atomic_load(&ran.times) == 1);
  rota_task_release(task);
  (void)state;
  return ROTA_OK;
}

static void block_on_may_help(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  const rota_spawn_desc desc = describe_poll(help_poll, NULL);
  CHECK_OK(rota_block_on(world.runtime, &desc));
  world_end(&world);
}

/* Without threads: a task waits inside a poll, for a task, a sleep and a job. */
static rota_status ready_job(void* arg) {
  atomic_fetch_add((atomic_int*)arg, 1);
  return ROTA_OK;
}

static rota_status hosted_poll(void* state, rota_context* cx) {
  rota_runtime* runtime = rota_context_runtime(cx);
  struct ran ran = {0}, other = {0};
  atomic_int jobs = 0;
  rota_task *sleep = NULL, *job = NULL;
  rota_task* unrelated = spawn_ran(runtime, &other, ROTA_PRIORITY_NORMAL, NULL);
  rota_task* task = spawn_ran(runtime, &ran, ROTA_PRIORITY_NORMAL, NULL);
  CHECK_OK(rota_sleep(runtime, MILLISECOND, &sleep));
  CHECK_OK(rota_spawn_blocking(runtime, ready_job, &jobs, NULL, &job));
  CHECK_OK(rota_task_help(task, NULL, LONG_TIME));
  CHECK_OK(rota_task_help(sleep, NULL, LONG_TIME));
  CHECK(atomic_load(&other.times) == 0);
  CHECK_OK(rota_task_help(job, NULL, LONG_TIME));
  CHECK(atomic_load(&jobs) == 1);
  CHECK_OK(help(unrelated, ROTA_HELP_PRIORITY, ROTA_PRIORITY_NORMAL, NULL));
  rota_task_release(task);
  rota_task_release(sleep);
  rota_task_release(job);
  rota_task_release(unrelated);
  (void)state;
  return ROTA_OK;
}

static void without_threads_too(void) {
  struct world world;
  world_begin_with(&world, 0, 0);
  const rota_spawn_desc desc = describe_poll(hosted_poll, NULL);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(rota_task_help(task, NULL, LONG_TIME));
  rota_task_release(task);
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------------------- the end */

/* The runtime shuts down while a worker waits for what would never end. */
struct for_ever {
  struct event waits;
  rota_status result;
};

static rota_status never_ready(void* state, rota_context* cx) {
  (void)cx;
  event_signal(&((struct for_ever*)state)->waits);
  return ROTA_PENDING;
}

static void wait_for_ever(struct inside* self) {
  struct for_ever* with = self->with;
  const rota_spawn_desc desc = describe_poll(never_ready, with);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(self->runtime, &desc, &task));
  with->result = rota_task_help(task, NULL, ROTA_FOREVER);
  rota_task_release(task);
}

static void shutdown_ends_a_wait(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct for_ever with = {EVENT_INIT, ROTA_PENDING};
  struct inside self = {world.runtime, wait_for_ever, &with};
  const rota_spawn_desc desc = describe_poll(run_inside, &self);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  event_wait(&with.waits, 1);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_STATUS(with.result, ROTA_ECANCELED);
  rota_task_release(task);
  world_end(&world);
}

static void bad_input_is_refused(void) {
  struct world world, another;
  world_begin(&world, 1);
  world_begin(&another, 1);
  struct ran ran = {0};
  rota_task* task = spawn_ran(world.runtime, &ran, ROTA_PRIORITY_NORMAL, NULL);
  rota_group* group = NULL;
  CHECK_OK(rota_group_create(another.runtime, NULL, &group));
  CHECK_STATUS(rota_task_help(NULL, NULL, 0), ROTA_EINVAL);
  CHECK_STATUS(rota_task_help((rota_task*)group, NULL, 0), ROTA_EINVAL);
  CHECK_STATUS(help(task, 3, 0, NULL), ROTA_EINVAL);
  CHECK_STATUS(help(task, ROTA_HELP_PRIORITY, 3, NULL), ROTA_EINVAL);
  CHECK_STATUS(help(task, ROTA_HELP_DESCENDANTS, 0, (rota_group*)task), ROTA_EINVAL);
  CHECK_STATUS(help(task, ROTA_HELP_DESCENDANTS, 0, group), ROTA_EINVAL); /* of another runtime */
  rota_help how = {4, 0, 0, 0, NULL};
  CHECK_STATUS(rota_task_help(task, &how, 0), ROTA_EINVAL);
  how.size = sizeof how;
  how.zero = 1;
  CHECK_STATUS(rota_task_help(task, &how, 0), ROTA_EINVAL);
  CHECK_OK(rota_task_help(task, NULL, LONG_TIME));
  CHECK_OK(rota_task_help(task, NULL, 0)); /* complete */
  rota_task_release(task);
  rota_group_release(group);
  world_end(&another);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 1; workers <= 3; ++workers) {
    RUN_WITH(a_worker_waits_for_its_child, workers);
    RUN_WITH(members_are_helped, workers);
    RUN_WITH(shutdown_ends_a_wait, workers);
  }
  for (uint32_t workers = 0; workers <= 3; ++workers) {
    RUN_WITH(waits_nest, workers);
    RUN_WITH(block_on_may_help, workers);
  }
  RUN(a_chain_of_waits_is_deep);
  RUN(a_loop_is_helped);
  RUN(the_floor_is_kept);
  RUN(timers_go_on);
  RUN(a_plain_thread_wakes_what_is_helped);
  RUN(a_helper_is_woken_for_new_work);
  RUN(a_thread_outside_helps);
  RUN(without_threads_too);
  RUN(bad_input_is_refused);
  return 0;
}
