/* SPDX-License-Identifier: MIT
 *
 * Contract 2: a state that was passed to a spawn is dropped exactly once, on every path, also when the spawn fails.
 */
#include "tests/capi/support.h"

/* Ends the world; after that nothing can be dropped any more. */
static void end_with_one_drop(struct world* world, struct counted* counted) {
  world_end(world);
  CHECK(event_count(&counted->dropped) == 1);
}

static void a_complete_task_is_dropped(uint32_t workers) {
  const rota_status answers[] = {ROTA_OK, ROTA_EIO, ROTA_EUNKNOWN, 2, 77};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; ++i) {
    struct world world;
    world_begin(&world, workers);
    struct counted counted = COUNTED_INIT(answers[i]);
    rota_task* task = spawn_counted(world.runtime, &counted);
    /* A number that is no answer of a poll ends the task with ROTA_EINVAL. */
    const rota_status wanted = answers[i] > ROTA_PENDING ? ROTA_EINVAL : answers[i];
    CHECK_STATUS(rota_task_wait(task, LONG_TIME), wanted);
    CHECK(event_count(&counted.dropped) == 1);
    CHECK(event_count(&counted.polled) == 1);
    rota_task_release(task);
    end_with_one_drop(&world, &counted);
  }
}

static void block_on_drops_the_state(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted counted = COUNTED_INIT(ROTA_EIO);
  const rota_spawn_desc desc = describe(&counted);
  CHECK_STATUS(rota_block_on(world.runtime, &desc), ROTA_EIO);
  CHECK(event_count(&counted.dropped) == 1);
  end_with_one_drop(&world, &counted);
}

/* On a hosted runtime nothing runs before the host says so. */
static void a_task_cancelled_before_its_first_poll_is_dropped(void) {
  struct world world;
  world_begin(&world, 0);
  struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_task* task = spawn_counted(world.runtime, &counted);
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(rota_task_wait(task, LONG_TIME), ROTA_ECANCELED);
  CHECK(event_count(&counted.polled) == 0);
  CHECK(event_count(&counted.dropped) == 1);
  rota_task_release(task);
  end_with_one_drop(&world, &counted);
}

static void a_task_cancelled_while_pending_is_dropped(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  rota_task* task = spawn_counted(world.runtime, &counted);
  if (workers == 0) {
    CHECK_STATUS(rota_task_wait(task, MILLISECOND), ROTA_ETIMEDOUT);
  } else {
    event_wait(&counted.polled, 1);
  }
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(rota_task_wait(task, LONG_TIME), ROTA_ECANCELED);
  CHECK(event_count(&counted.polled) == 1);
  CHECK(event_count(&counted.dropped) == 1);
  rota_task_release(task);
  end_with_one_drop(&world, &counted);
}

static rota_status cancel_itself(void* state, rota_context* cx) {
  CHECK_OK(rota_task_cancel(rota_context_task(cx)));
  CHECK_STATUS(rota_task_cancel(rota_context_task(cx)), ROTA_EALREADY);
  return counted_poll(state, cx);
}

/* One that is being polled ends when that poll returns ROTA_PENDING; one that is then ready was quicker. */
static void a_task_cancelled_while_polled_is_dropped(uint32_t workers) {
  const rota_status answers[] = {ROTA_PENDING, ROTA_OK};
  for (size_t i = 0; i < 2; ++i) {
    struct world world;
    world_begin(&world, workers);
    struct counted counted = COUNTED_INIT(answers[i]);
    rota_spawn_desc desc = describe(&counted);
    desc.poll = cancel_itself;
    rota_task* task = NULL;
    CHECK_OK(rota_spawn(world.runtime, &desc, &task));
    CHECK_STATUS(rota_task_wait(task, LONG_TIME), answers[i] == ROTA_PENDING ? ROTA_ECANCELED : ROTA_OK);
    rota_task_release(task);
    end_with_one_drop(&world, &counted);
  }
}

static void shutdown_drops_what_is_pending(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted held = COUNTED_INIT(ROTA_PENDING);
  struct counted detached = COUNTED_INIT(ROTA_PENDING);
  struct counted on_queue = COUNTED_INIT(ROTA_PENDING);
  rota_queue* queue = NULL;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  rota_task* task = spawn_counted(world.runtime, &held);
  rota_task_release(spawn_counted(world.runtime, &detached));
  rota_spawn_desc desc = describe(&on_queue);
  desc.on = queue;
  rota_task* queue_task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &queue_task));
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_STATUS(rota_task_status(task), ROTA_ECANCELED);
  CHECK(event_count(&held.dropped) == 1);
  CHECK(event_count(&detached.dropped) == 1);
  CHECK_OK(rota_queue_run(queue, 0, ROTA_FOREVER, NULL));
  CHECK_STATUS(rota_task_status(queue_task), ROTA_ECANCELED);
  CHECK(event_count(&on_queue.dropped) == 1);
  rota_task_release(task);
  rota_task_release(queue_task);
  rota_queue_release(queue);
  world_end(&world);
  CHECK(event_count(&held.dropped) == 1);
  CHECK(event_count(&detached.dropped) == 1);
  CHECK(event_count(&on_queue.dropped) == 1);
}

/* ---------------------------------------------------------------------------------------------- failed spawns */

struct longer_desc {
  rota_spawn_desc known;
  uint64_t unknown;
};

/* Spawns once, must fail with `wanted`, and must have dropped the state when the call returns. */
static void fail_to_spawn(rota_runtime* runtime, rota_spawn_desc* desc, rota_status wanted) {
  for (int block_on = 0; block_on < 2; ++block_on) {
    struct counted counted = COUNTED_INIT(ROTA_OK);
    desc->state = &counted;
    desc->drop = counted_drop;
    rota_task* task = (rota_task*)&counted;
    if (block_on) {
      /* A room or a queue is a wrong argument there, whichever it is. */
      const int elsewhere = desc->room != ROTA_ROOM_WORKERS || desc->on != NULL;
      CHECK_STATUS(rota_block_on(runtime, desc), elsewhere && wanted == ROTA_ENOTSUP ? ROTA_EINVAL : wanted);
    } else {
      CHECK_STATUS(rota_spawn(runtime, desc, &task), wanted);
      CHECK(task == NULL);
    }
    CHECK(event_count(&counted.dropped) == 1);
    CHECK(event_count(&counted.polled) == 0);
  }
}

static void failed_spawns_drop_the_state(uint32_t workers) {
  struct world world, other;
  world_begin(&world, workers);
  world_begin(&other, workers);
  rota_queue *queue = NULL, *foreign = NULL;
  CHECK_OK(rota_queue_create(world.runtime, &queue));
  CHECK_OK(rota_queue_create(other.runtime, &foreign));
  const rota_spawn_desc good = describe_poll(counted_poll, NULL);
  char name[256];
  memset(name, 'n', sizeof name);
  rota_spawn_desc desc;

  desc = good;
  fail_to_spawn(NULL, &desc, ROTA_EINVAL);
  desc = good, desc.poll = NULL;
  fail_to_spawn(world.runtime, &desc, ROTA_EINVAL);
  desc = good, desc.room = 2;
  fail_to_spawn(world.runtime, &desc, ROTA_ENOTSUP);
  desc = good, desc.room = UINT32_MAX;
  fail_to_spawn(world.runtime, &desc, ROTA_ENOTSUP);
  desc = good, desc.room = ROTA_ROOM_BLOCKING, desc.on = queue;
  fail_to_spawn(world.runtime, &desc, ROTA_ENOTSUP);
  desc = good, desc.on = foreign;
  fail_to_spawn(world.runtime, &desc, ROTA_EINVAL);
  desc = good, desc.state_size = (1u << 20) + 1;
  fail_to_spawn(world.runtime, &desc, ROTA_EOVERFLOW);
  desc = good, desc.state_size = SIZE_MAX;
  fail_to_spawn(world.runtime, &desc, ROTA_EOVERFLOW);
  desc = good, desc.name = name, desc.name_len = sizeof name;
  fail_to_spawn(world.runtime, &desc, ROTA_EOVERFLOW);
  desc = good, desc.name_len = 1;
  fail_to_spawn(world.runtime, &desc, ROTA_EINVAL);
  memory_fail(&world.memory, 1);
  desc = good;
  fail_to_spawn(world.runtime, &desc, ROTA_ENOMEM);
  memory_fail(&world.memory, 0);
  struct longer_desc longer = {good, 1};
  longer.known.size = sizeof longer;
  fail_to_spawn(world.runtime, &longer.known, ROTA_ENOTSUP);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  desc = good;
  fail_to_spawn(world.runtime, &desc, ROTA_ESHUTDOWN);

  rota_queue_release(queue);
  rota_queue_release(foreign);
  world_end(&world);
  world_end(&other);
}

struct nested {
  rota_runtime* runtime;
  struct counted inner;
};

static rota_status block_on_inside(void* state, rota_context* cx) {
  struct nested* nested = state;
  (void)cx;
  const rota_spawn_desc desc = describe(&nested->inner);
  CHECK_STATUS(rota_block_on(nested->runtime, &desc), ROTA_EDEADLK);
  CHECK(event_count(&nested->inner.dropped) == 1);
  CHECK(event_count(&nested->inner.polled) == 0);
  return ROTA_OK;
}

static void a_nested_block_on_drops_the_state(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct nested in_block_on = {world.runtime, COUNTED_INIT(ROTA_OK)};
  rota_spawn_desc desc = describe_poll(block_on_inside, &in_block_on);
  CHECK_OK(rota_block_on(world.runtime, &desc));
  struct nested in_task = {world.runtime, COUNTED_INIT(ROTA_OK)};
  desc = describe_poll(block_on_inside, &in_task);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  rota_task_release(task);
  world_end(&world);
  CHECK(event_count(&in_block_on.inner.dropped) == 1);
  CHECK(event_count(&in_task.inner.dropped) == 1);
}

/* ----------------------------------------------------------------------------------------------- copied states */

struct copied {
  struct counted* counted;
  const void* original; /* where it was copied from */
  unsigned char filling[4096];
};

static void check_copy(const struct copied* copied) {
  CHECK((uintptr_t)copied % _Alignof(max_align_t) == 0);
  for (size_t i = 0; i < sizeof copied->filling; ++i) CHECK(copied->filling[i] == (unsigned char)i);
}

static rota_status copied_poll(void* state, rota_context* cx) {
  struct copied* copied = state;
  CHECK(state != copied->original);
  check_copy(copied);
  return counted_poll(copied->counted, cx);
}

static void copied_drop(void* state) {
  check_copy(state);
  counted_drop(((struct copied*)state)->counted);
}

static void a_copied_state_is_dropped(uint32_t workers) {
  const rota_status answers[] = {ROTA_OK, ROTA_PENDING};
  for (size_t i = 0; i < 2; ++i) {
    struct world world;
    world_begin(&world, workers);
    struct counted counted = COUNTED_INIT(answers[i]);
    struct copied* original = malloc(sizeof *original);
    CHECK(original != NULL);
    original->counted = &counted;
    original->original = original;
    for (size_t k = 0; k < sizeof original->filling; ++k) original->filling[k] = (unsigned char)k;
    rota_spawn_desc desc = describe_poll(copied_poll, original);
    desc.drop = copied_drop;
    desc.state_size = sizeof *original;
    rota_task* task = NULL;
    CHECK_OK(rota_spawn(world.runtime, &desc, &task));
    /* The bytes were copied: these are the caller's again. */
    memset(original, 0xee, sizeof *original);
    free(original);
    CHECK_STATUS(rota_task_wait(task, answers[i] == ROTA_OK ? LONG_TIME : MILLISECOND),
                 answers[i] == ROTA_OK ? ROTA_OK : ROTA_ETIMEDOUT);
    if (answers[i] == ROTA_PENDING) CHECK_OK(rota_task_cancel(task));
    rota_task_release(task);
    end_with_one_drop(&world, &counted);
  }
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(a_complete_task_is_dropped, workers);
    RUN_WITH(block_on_drops_the_state, workers);
    RUN_WITH(a_task_cancelled_while_pending_is_dropped, workers);
    RUN_WITH(a_task_cancelled_while_polled_is_dropped, workers);
    RUN_WITH(shutdown_drops_what_is_pending, workers);
    RUN_WITH(failed_spawns_drop_the_state, workers);
    RUN_WITH(a_nested_block_on_drops_the_state, workers);
    RUN_WITH(a_copied_state_is_dropped, workers);
  }
  RUN(a_task_cancelled_before_its_first_poll_is_dropped);
  return 0;
}
