/* SPDX-License-Identifier: MIT
 *
 * Groups: who is a member, closing, cancelling, draining, groups below, the end.
 */
#include "tests/capi/support.h"

#include <stdatomic.h>

static rota_group* make_group(rota_runtime* runtime, rota_group* parent) {
  rota_group* group = NULL;
  CHECK_OK(rota_group_create(runtime, parent, &group));
  CHECK(group != NULL);
  return group;
}

static rota_task* spawn_in(rota_runtime* runtime, rota_group* group, struct counted* counted) {
  rota_spawn_desc desc = describe(counted);
  desc.group = group;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(runtime, &desc, &task));
  return task;
}

static rota_status wait_group(rota_group* group) {
  rota_task* end = NULL;
  CHECK_OK(rota_group_task(group, &end));
  return finish(end);
}

static void it_ends_with_its_last_member(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_group* group = make_group(world.runtime, NULL);
  rota_task* end = NULL;
  CHECK_OK(rota_group_task(group, &end));
  struct counted ready = COUNTED_INIT(ROTA_OK), waits = COUNTED_INIT(ROTA_PENDING);
  CHECK_OK(finish(spawn_in(world.runtime, group, &ready)));
  rota_task* task = spawn_in(world.runtime, group, &waits);
  CHECK(rota_group_size(group) == 1);
  CHECK_STATUS(rota_task_status(end), ROTA_PENDING); /* empty for a moment is not the end: it was open */
  CHECK_OK(rota_group_close(group));
  CHECK_OK(rota_group_close(group));
  struct counted refused = COUNTED_INIT(ROTA_OK);
  rota_spawn_desc desc = describe(&refused);
  desc.group = group;
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_ECLOSED);
  CHECK(event_count(&refused.dropped) == 1 && event_count(&refused.polled) == 0);
  CHECK_STATUS(rota_task_wait(end, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_task_cancel(task));
  CHECK_OK(finish(end));
  CHECK(event_count(&waits.dropped) == 1);
  CHECK(rota_group_size(group) == 0);
  rota_task_release(task);
  rota_group_release(group);
  world_end(&world);
}

/* What members spawn are members: tasks and jobs, several levels down; one that names another group is not. */
struct family {
  rota_runtime* runtime;
  rota_group* other;
  struct counted* stranger;
  atomic_int polls, jobs, drops;
  int depth;
};
struct relative {
  struct family* family;
  int depth;
};

static void relative_drop(void* state) { atomic_fetch_add(&((struct relative*)state)->family->drops, 1); }

static rota_status family_job(void* arg) {
  struct family* family = arg;
  atomic_fetch_add(&family->jobs, 1);
  return ROTA_OK;
}

static rota_status relative_poll(void* state, rota_context* cx) {
  struct relative* self = state;
  const int before = atomic_fetch_add(&self->family->polls, 1);
  if (self->depth == 0) {
    CHECK_OK(rota_spawn_blocking(rota_context_runtime(cx), family_job, self->family, NULL, NULL));
    if (self->family->stranger != NULL && before == 6) {
      rota_task_release(spawn_in(rota_context_runtime(cx), self->family->other, self->family->stranger));
    }
    return ROTA_OK;
  }
  for (int i = 0; i < 2; ++i) {
    struct relative child = {self->family, self->depth - 1};
    rota_spawn_desc desc = describe_poll(relative_poll, &child);
    desc.drop = relative_drop;
    desc.state_size = sizeof child;
    CHECK_OK(rota_spawn(rota_context_runtime(cx), &desc, NULL));
  }
  return ROTA_OK;
}

static void children_are_members(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_group *group = make_group(world.runtime, NULL), *other = make_group(world.runtime, NULL);
  struct counted stranger = COUNTED_INIT(ROTA_PENDING);
  struct family family = {world.runtime, other, &stranger, 0, 0, 0, 0};
  struct relative root = {&family, 2};
  rota_spawn_desc desc = describe_poll(relative_poll, &root);
  desc.drop = relative_drop;
  desc.state_size = sizeof root;
  desc.group = group;
  CHECK_OK(rota_spawn(world.runtime, &desc, NULL));
  rota_group_release(rota_group_clone(group));
  rota_task* end = NULL;
  CHECK_OK(rota_group_task(group, &end));
  rota_group_release(group); /* members go on, spawn, and the group ends with the last of them */
  CHECK_OK(finish(end));
  CHECK(atomic_load(&family.polls) == 7 && atomic_load(&family.jobs) == 4 && atomic_load(&family.drops) == 7);
  CHECK(rota_group_size(other) == 1);
  CHECK_OK(rota_group_drain(other, LONG_TIME));
  CHECK(event_count(&stranger.dropped) == 1);
  rota_group_release(other);
  world_end(&world);
}

static void cancelling_reaches_all(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  enum { kMembers = 100 };
  static struct counted members[kMembers];
  rota_group *group = make_group(world.runtime, NULL), *below = make_group(world.runtime, group);
  for (int i = 0; i < kMembers; ++i) {
    const struct counted fresh = COUNTED_INIT(ROTA_PENDING);
    members[i] = fresh;
    rota_task_release(spawn_in(world.runtime, i % 2 == 0 ? group : below, &members[i]));
  }
  CHECK(rota_group_size(group) == kMembers / 2 + 1);
  CHECK_OK(rota_group_cancel(group));
  CHECK_STATUS(rota_group_cancel(group), ROTA_EALREADY);
  CHECK_OK(wait_group(group));
  CHECK_OK(wait_group(below));
  CHECK_STATUS(rota_group_cancel(below), ROTA_EALREADY);
  for (int i = 0; i < kMembers; ++i) CHECK(event_count(&members[i].dropped) == 1);
  rota_group* refused = (rota_group*)&world;
  CHECK_STATUS(rota_group_create(world.runtime, group, &refused), ROTA_ECLOSED);
  CHECK(refused == NULL);
  rota_group_release(below);
  rota_group_release(group);
  world_end(&world);
}

/* The group's end is a task: cancelling that cancels the group. */
static void its_end_can_be_cancelled(void) {
  struct world world;
  world_begin(&world, 1);
  rota_group* group = make_group(world.runtime, NULL);
  struct counted waits = COUNTED_INIT(ROTA_PENDING);
  rota_task_release(spawn_in(world.runtime, group, &waits));
  rota_task* end = NULL;
  CHECK_OK(rota_group_task(group, &end));
  rota_group_release(group);
  CHECK_OK(rota_task_cancel(end));
  CHECK_OK(finish(end));
  CHECK(event_count(&waits.dropped) == 1);
  world_end(&world);
}

/* A poll and a job that run are waited for; a queued job ends at once. */
static rota_status gated_poll(void* state, rota_context* cx) {
  (void)cx;
  return gated_job(state);
}

static rota_status spawn_two_jobs(void* state, rota_context* cx) {
  struct counted* jobs = state;
  for (int i = 0; i < 2; ++i) {
    CHECK_OK(rota_spawn_blocking(rota_context_runtime(cx), gated_job, &jobs[i], counted_drop, NULL));
  }
  return ROTA_OK;
}

static void draining_waits_for_what_runs(void) {
  struct world world;
  world_begin_with(&world, 1, 1);
  rota_group* group = make_group(world.runtime, NULL);
  struct counted jobs[2] = {COUNTED_INIT(ROTA_OK), COUNTED_INIT(ROTA_OK)};
  struct counted polled = COUNTED_INIT(ROTA_OK);
  rota_spawn_desc desc = describe_poll(spawn_two_jobs, jobs);
  desc.group = group;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(finish(task));
  event_wait(&jobs[0].polled, 1);
  desc = describe(&polled);
  desc.poll = gated_poll;
  desc.group = group;
  CHECK_OK(rota_spawn(world.runtime, &desc, NULL));
  event_wait(&polled.polled, 1);
  CHECK_STATUS(rota_group_drain(group, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK(event_count(&jobs[1].dropped) == 1 && event_count(&jobs[1].polled) == 0); /* it was queued */
  CHECK(event_count(&jobs[0].dropped) == 0 && event_count(&polled.dropped) == 0);
  event_signal(&polled.gate);
  event_signal(&jobs[0].gate);
  CHECK_OK(rota_group_drain(group, LONG_TIME));
  CHECK(event_count(&jobs[0].dropped) == 1 && event_count(&polled.dropped) == 1);
  CHECK_OK(rota_group_drain(group, 0)); /* again is fine */
  rota_group_release(group);
  world_end(&world);
}

/* A member cannot wait for its own end. */
struct drains {
  rota_group *group, *above;
};

static rota_status drain_own(void* state, rota_context* cx) {
  (void)cx;
  struct drains* drains = state;
  CHECK_STATUS(rota_group_drain(drains->group, LONG_TIME), ROTA_EDEADLK);
  CHECK_STATUS(rota_group_drain(drains->above, LONG_TIME), ROTA_EDEADLK);
  return ROTA_OK;
}

static rota_status drain_other(void* state, rota_context* cx) {
  (void)cx;
  return rota_group_drain(state, LONG_TIME);
}

static void draining_from_a_task(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_group* above = make_group(world.runtime, NULL);
  rota_group *group = make_group(world.runtime, above), *other = make_group(world.runtime, NULL);
  struct drains drains = {group, above};
  rota_spawn_desc desc = describe_poll(drain_own, &drains);
  desc.group = group;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(finish(task));
  struct counted waits = COUNTED_INIT(ROTA_PENDING);
  rota_task_release(spawn_in(world.runtime, other, &waits));
  desc = describe_poll(drain_other, other);
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(finish(task));
  CHECK(event_count(&waits.dropped) == 1);
  rota_group_release(other);
  rota_group_release(group);
  rota_group_release(above);
  world_end(&world);
}

static void shutdown_ends_it(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_group* group = make_group(world.runtime, NULL);
  rota_task* end = NULL;
  CHECK_OK(rota_group_task(group, &end));
  struct counted waits = COUNTED_INIT(ROTA_PENDING);
  rota_task_release(spawn_in(world.runtime, group, &waits));
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_OK(finish(end));
  CHECK(event_count(&waits.dropped) == 1);
  CHECK_OK(rota_group_drain(group, 0));
  rota_group* late = NULL;
  CHECK_STATUS(rota_group_create(world.runtime, NULL, &late), ROTA_ESHUTDOWN);
  rota_group_release(group);
  world_end(&world);
}

static void bad_input_is_refused(void) {
  struct world world, another;
  world_begin(&world, 1);
  world_begin(&another, 1);
  rota_group *group = make_group(another.runtime, NULL), *out = (rota_group*)&world;
  rota_task* task = (rota_task*)&world;
  CHECK_STATUS(rota_group_create(NULL, NULL, &out), ROTA_EINVAL);
  CHECK(out == NULL);
  CHECK_STATUS(rota_group_create(world.runtime, NULL, NULL), ROTA_EINVAL);
  CHECK_STATUS(rota_group_create(world.runtime, group, &out), ROTA_EINVAL); /* of another runtime */
  CHECK_STATUS(rota_group_create(world.runtime, (rota_group*)world.runtime, &out), ROTA_EINVAL);
  CHECK_STATUS(rota_group_close(NULL), ROTA_EINVAL);
  CHECK_STATUS(rota_group_cancel(NULL), ROTA_EINVAL);
  CHECK_STATUS(rota_group_drain(NULL, 0), ROTA_EINVAL);
  CHECK_STATUS(rota_group_task(NULL, &task), ROTA_EINVAL);
  CHECK(task == NULL);
  CHECK_STATUS(rota_group_task(group, NULL), ROTA_EINVAL);
  CHECK(rota_group_size(NULL) == 0);
  CHECK(rota_group_clone(NULL) == NULL);
  rota_group_release(NULL);
  struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_spawn_desc desc = describe(&counted);
  desc.group = group;
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_EINVAL);
  desc.group = (rota_group*)world.runtime;
  CHECK_STATUS(rota_spawn(world.runtime, &desc, NULL), ROTA_EINVAL);
  CHECK_STATUS(rota_block_on(world.runtime, &desc), ROTA_EINVAL);
  CHECK(event_count(&counted.dropped) == 3 && event_count(&counted.polled) == 0);
  memory_fail(&world.memory, 1);
  CHECK_STATUS(rota_group_create(world.runtime, NULL, &out), ROTA_ENOMEM);
  memory_fail(&world.memory, 0);
  rota_group_release(group);
  world_end(&another);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 3; ++workers) {
    RUN_WITH(it_ends_with_its_last_member, workers);
    RUN_WITH(children_are_members, workers);
    RUN_WITH(cancelling_reaches_all, workers);
    RUN_WITH(draining_from_a_task, workers);
    RUN_WITH(shutdown_ends_it, workers);
  }
  RUN(its_end_can_be_cancelled);
  RUN(draining_waits_for_what_runs);
  RUN(bad_input_is_refused);
  return 0;
}
