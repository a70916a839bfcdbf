/* SPDX-License-Identifier: MIT
 *
 * rota_parallel_for and rota_parallel_start: every item once, whoever calls, however it ends.
 */
#include "tests/capi/support.h"
#include "tests/support/lock.h"
#include "tests/support/thread.h"

#include <stdatomic.h>

enum { kMostItems = 5000 };

/* What a loop works on. */
struct items {
  atomic_uint seen[kMostItems];
  atomic_size_t calls;
  atomic_int inside;
  size_t count;
  size_t grain;   /* largest chunk allowed; 0: any */
  size_t stop_at; /* the chunk that holds this item answers `answer` */
  rota_status answer;
  atomic_int dropped;
};

static void items_reset(struct items* items, size_t count, size_t grain) {
  memset(items, 0, sizeof *items);
  items->count = count;
  items->grain = grain;
  items->stop_at = SIZE_MAX;
}

static rota_status touch(void* user, size_t begin, size_t end) {
  struct items* items = user;
  CHECK(begin < end && end <= items->count);
  CHECK(items->grain == 0 || end - begin <= items->grain);
  CHECK(atomic_load(&items->dropped) == 0);
  atomic_fetch_add(&items->inside, 1);
  for (size_t i = begin; i < end; ++i) atomic_fetch_add(&items->seen[i], 1);
  atomic_fetch_add(&items->calls, 1);
  atomic_fetch_sub(&items->inside, 1);
  return begin <= items->stop_at && items->stop_at < end ? items->answer : ROTA_OK;
}

static void drop_items(void* user) {
  struct items* items = user;
  CHECK(atomic_load(&items->inside) == 0);
  atomic_fetch_add(&items->dropped, 1);
}

static rota_parallel describe_loop(struct items* items) {
  rota_parallel loop = {0};
  loop.size = sizeof loop;
  loop.body = touch;
  loop.user = items;
  loop.drop = drop_items;
  loop.count = items->count;
  loop.grain = items->grain;
  return loop;
}

static void check_all_once(struct items* items) {
  for (size_t i = 0; i < kMostItems; ++i) CHECK(atomic_load(&items->seen[i]) == (i < items->count ? 1u : 0u));
  CHECK(atomic_load(&items->dropped) == 1);
}

static struct items shared;

static void every_item_once(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  const size_t counts[] = {0, 1, 2, 7, 1000, kMostItems};
  const size_t grains[] = {0, 1, 3, 4999, 5000, SIZE_MAX};
  for (size_t c = 0; c < sizeof counts / sizeof *counts; ++c) {
    for (size_t g = 0; g < sizeof grains / sizeof *grains; ++g) {
      items_reset(&shared, counts[c], grains[g]);
      const rota_parallel loop = describe_loop(&shared);
      CHECK_OK(rota_parallel_for(world.runtime, &loop));
      check_all_once(&shared);
      items_reset(&shared, counts[c], grains[g]);
      rota_task* task = NULL;
      CHECK_OK(rota_parallel_start(world.runtime, &loop, &task));
      CHECK_OK(finish(task));
      check_all_once(&shared);
    }
  }
  world_end(&world);
}

/* From inside a poll, and from inside a chunk of another loop. */
struct outer {
  rota_runtime* runtime;
  struct items* inner;
  uint32_t inners;
};

static rota_status inner_loop(void* user, size_t begin, size_t end) {
  struct outer* outer = user;
  for (size_t i = begin; i < end; ++i) {
    const rota_parallel loop = describe_loop(&outer->inner[i]);
    const rota_status status = rota_parallel_for(outer->runtime, &loop);
    if (status != ROTA_OK) return status;
  }
  return ROTA_OK;
}

static rota_status outer_poll(void* state, rota_context* cx) {
  (void)cx;
  struct outer* outer = state;
  rota_parallel loop = {0};
  loop.size = sizeof loop;
  loop.body = inner_loop;
  loop.user = outer;
  loop.count = outer->inners;
  loop.grain = 1;
  return rota_parallel_for(outer->runtime, &loop);
}

static void loops_nest_on_workers(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  enum { kInners = 8 };
  static struct items inner[kInners];
  for (int i = 0; i < kInners; ++i) items_reset(&inner[i], 700, 13);
  struct outer outer = {world.runtime, inner, kInners};
  const rota_spawn_desc desc = describe_poll(outer_poll, &outer);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(finish(task));
  for (int i = 0; i < kInners; ++i) check_all_once(&inner[i]);
  world_end(&world);
}

static void the_first_failure_stops_it(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  const struct {
    rota_status answer, result;
  } cases[] = {{ROTA_EIO, ROTA_EIO}, {ROTA_PENDING, ROTA_EINVAL}, {7, ROTA_EINVAL}, {ROTA_ECANCELED, ROTA_ECANCELED}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    for (int as_task = 0; as_task < 2; ++as_task) {
      items_reset(&shared, kMostItems, 1);
      shared.stop_at = 10;
      shared.answer = cases[i].answer;
      const rota_parallel loop = describe_loop(&shared);
      if (as_task) {
        rota_task* task = NULL;
        CHECK_OK(rota_parallel_start(world.runtime, &loop, &task));
        CHECK_STATUS(finish(task), cases[i].result);
      } else {
        CHECK_STATUS(rota_parallel_for(world.runtime, &loop), cases[i].result);
      }
      CHECK(atomic_load(&shared.dropped) == 1);
      CHECK(atomic_load(&shared.seen[10]) == 1);
      for (size_t k = 0; k < kMostItems; ++k) CHECK(atomic_load(&shared.seen[k]) <= 1);
      /* Nobody begins a chunk any more: as many calls as can have been under way, and those before. */
      if (workers == 1 && as_task) CHECK(atomic_load(&shared.calls) == 11);
    }
  }
  world_end(&world);
}

/* However many chunks there are, there is one allocation. */
static void chunks_allocate_nothing(void) {
  struct world world;
  world_begin(&world, 2);
  for (int round = 0; round < 3; ++round) {
    items_reset(&shared, kMostItems, 1);
    const rota_parallel loop = describe_loop(&shared);
    os_lock_take(&world.memory.lock);
    const uint64_t before = world.memory.allocations;
    os_lock_give(&world.memory.lock);
    CHECK_OK(rota_parallel_for(world.runtime, &loop));
    os_lock_take(&world.memory.lock);
    /* The first time the queue may take a block for a producer that is new to it. */
    if (round != 0) CHECK(world.memory.allocations - before == 1);
    os_lock_give(&world.memory.lock);
    CHECK(atomic_load(&shared.calls) == kMostItems);
  }
  world_end(&world);
}

/* A loop that is a task ends when it is cancelled, after the chunk that runs, and nothing is begun afterwards. */
struct gate {
  struct event entered, open;
  struct items items;
};

static rota_status pass_gate(void* user, size_t begin, size_t end) {
  struct gate* gate = user;
  event_signal(&gate->entered);
  event_wait(&gate->open, 1);
  return touch(&gate->items, begin, end);
}

static void drop_gate(void* user) { drop_items(&((struct gate*)user)->items); }

static void cancelling_waits_for_the_chunk_that_runs(void) {
  struct world world;
  world_begin(&world, 1);
  static struct gate gate = {EVENT_INIT, EVENT_INIT, {{0}, 0, 0, 0, 0, 0, 0, 0}};
  items_reset(&gate.items, 100, 1);
  rota_parallel loop = {0};
  loop.size = sizeof loop;
  loop.body = pass_gate;
  loop.user = &gate;
  loop.drop = drop_gate;
  loop.count = 100;
  loop.grain = 1;
  rota_task* task = NULL;
  CHECK_OK(rota_parallel_start(world.runtime, &loop, &task));
  event_wait(&gate.entered, 1);
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(rota_task_cancel(task), ROTA_EALREADY);
  CHECK_STATUS(rota_task_status(task), ROTA_PENDING);
  CHECK(atomic_load(&gate.items.dropped) == 0);
  event_signal(&gate.open);
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  CHECK(atomic_load(&gate.items.calls) == 1 && atomic_load(&gate.items.dropped) == 1);
  world_end(&world);
}

static void nobody_needs_to_hold_it(void) {
  struct world world;
  world_begin(&world, 2);
  items_reset(&shared, 1000, 1);
  const rota_parallel loop = describe_loop(&shared);
  CHECK_OK(rota_parallel_start(world.runtime, &loop, NULL));
  CHECK_OK(rota_runtime_shutdown(world.runtime, ROTA_FOREVER));
  CHECK(atomic_load(&shared.dropped) == 1); /* done, or cancelled */
  CHECK_STATUS(rota_parallel_for(world.runtime, &loop), ROTA_ESHUTDOWN);
  CHECK(atomic_load(&shared.dropped) == 2);
  CHECK_STATUS(rota_parallel_start(world.runtime, &loop, NULL), ROTA_ESHUTDOWN);
  CHECK(atomic_load(&shared.dropped) == 3);
  world_end(&world);
}

/* Without threads the caller does it all; as a task, whoever drives. */
static uint64_t host;
static rota_status on_host(void* user, size_t begin, size_t end) {
  CHECK(host == os_thread_self());
  return touch(user, begin, end);
}

static void without_threads_the_caller_does_it(void) {
  struct world world;
  world_begin_with(&world, 0, 0);
  host = os_thread_self();
  for (int as_task = 0; as_task < 2; ++as_task) {
    items_reset(&shared, 1000, 7);
    rota_parallel loop = describe_loop(&shared);
    loop.body = on_host;
    rota_task* task = NULL;
    if (as_task) {
      CHECK_OK(rota_parallel_start(world.runtime, &loop, &task));
      CHECK(atomic_load(&shared.calls) == 0);
      CHECK_OK(finish(task));
    } else {
      CHECK_OK(rota_parallel_for(world.runtime, &loop));
    }
    check_all_once(&shared);
  }
  world_end(&world);
}

static void one_thread_at_most(void) {
  struct world world;
  world_begin(&world, 2);
  host = os_thread_self();
  items_reset(&shared, 1000, 7);
  rota_parallel loop = describe_loop(&shared);
  loop.body = on_host;
  loop.threads_max = 1;
  CHECK_OK(rota_parallel_for(world.runtime, &loop));
  check_all_once(&shared);
  world_end(&world);
}

/* Bad input says so, and drops once all the same. */
static rota_status both(rota_runtime* runtime, const rota_parallel* loop) {
  rota_task* task = (rota_task*)&shared;
  const rota_status status = rota_parallel_for(runtime, loop);
  CHECK_STATUS(rota_parallel_start(runtime, loop, &task), status);
  CHECK(task == NULL);
  return status;
}

static void bad_input_is_refused(void) {
  struct world world;
  world_begin(&world, 1);
  items_reset(&shared, 10, 1);
  rota_runtime* runtime = world.runtime;
  int drops = 0;
  CHECK_STATUS(both(runtime, NULL), ROTA_EINVAL);
  rota_parallel loop = describe_loop(&shared);
  CHECK_STATUS(both(NULL, &loop), ROTA_EINVAL);
  CHECK(atomic_load(&shared.dropped) == (drops += 2));
  loop.body = NULL;
  CHECK_STATUS(both(runtime, &loop), ROTA_EINVAL);
  CHECK(atomic_load(&shared.dropped) == (drops += 2));
  loop = describe_loop(&shared);
  loop.flags = 1;
  CHECK_STATUS(both(runtime, &loop), ROTA_EINVAL);
  loop = describe_loop(&shared);
  loop.priority = 3;
  CHECK_STATUS(both(runtime, &loop), ROTA_EINVAL);
  loop = describe_loop(&shared);
  loop.name_len = 3;
  CHECK_STATUS(both(runtime, &loop), ROTA_EINVAL);
  loop = describe_loop(&shared);
  loop.group = (rota_group*)&shared;
  CHECK_STATUS(both(runtime, &loop), ROTA_EINVAL);
  CHECK(atomic_load(&shared.dropped) == (drops += 8));
  const uint32_t sizes[] = {0, 7, UINT32_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
    loop = describe_loop(&shared);
    loop.size = sizes[i];
    CHECK_STATUS(both(runtime, &loop), ROTA_EINVAL);
  }
  struct {
    rota_parallel loop;
    uint64_t more;
  } longer = {describe_loop(&shared), 1};
  longer.loop.size = sizeof longer;
  CHECK_STATUS(both(runtime, &longer.loop), ROTA_ENOTSUP);
  CHECK(atomic_load(&shared.calls) == 0);
  /* Out of memory: said, and dropped. */
  loop = describe_loop(&shared);
  const int before = atomic_load(&shared.dropped);
  memory_fail(&world.memory, 1);
  CHECK_STATUS(both(runtime, &loop), ROTA_ENOMEM);
  memory_fail(&world.memory, 0);
  CHECK(atomic_load(&shared.dropped) == before + 2);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 3; ++workers) {
    RUN_WITH(every_item_once, workers);
    if (workers != 0) RUN_WITH(loops_nest_on_workers, workers);
    RUN_WITH(the_first_failure_stops_it, workers);
  }
  RUN(chunks_allocate_nothing);
  RUN(cancelling_waits_for_the_chunk_that_runs);
  RUN(nobody_needs_to_hold_it);
  RUN(without_threads_the_caller_does_it);
  RUN(one_thread_at_most);
  RUN(bad_input_is_refused);
  return 0;
}
