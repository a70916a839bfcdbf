/* SPDX-License-Identifier: MIT
 *
 * A profiler is told of each poll, job and chunk: by name and number, and properly nested on each thread.
 */
#include "tests/capi/queue_support.h"
#include "tests/support/lock.h"

#include <stdatomic.h>

enum { kDeep = 8, kMostSeen = 4096 };

/* A profiler as Tracy's is: a stack of zones on each thread. */
struct zones {
  atomic_int begun, ended;
  struct os_lock lock;
  struct {
    uint64_t id;
    uint32_t room;
    char name[16];
  } seen[kMostSeen];
  int count;
};

static _Thread_local uint64_t open_zones[kDeep];
static _Thread_local int depth;

static void zone_begin(void* user, const rota_poll_info* poll) {
  struct zones* zones = user;
  CHECK(poll->size == sizeof *poll && poll->id != 0);
  CHECK((poll->name == NULL) == (poll->name_len == 0) && poll->name_len < 16);
  CHECK(depth < kDeep);
  open_zones[depth++] = poll->id;
  if (poll->task != NULL) {
    const char* name = NULL;
    CHECK(rota_task_name(poll->task, &name) == poll->name_len);
  }
  os_lock_take(&zones->lock);
  CHECK(zones->count < kMostSeen);
  zones->seen[zones->count].id = poll->id;
  zones->seen[zones->count].room = poll->room;
  memset(zones->seen[zones->count].name, 0, 16);
  if (poll->name_len != 0) memcpy(zones->seen[zones->count].name, poll->name, poll->name_len);
  zones->count++;
  os_lock_give(&zones->lock);
  atomic_fetch_add(&zones->begun, 1);
}

static void zone_end(void* user, const rota_poll_info* poll, rota_status status) {
  struct zones* zones = user;
  CHECK(depth > 0 && open_zones[--depth] == poll->id);
  CHECK(status == ROTA_OK || status == ROTA_PENDING || status == ROTA_EIO);
  atomic_fetch_add(&zones->ended, 1);
}

static void profiled_begin(struct world* world, uint32_t workers, struct zones* zones) {
  const struct memory memory = MEMORY_INIT;
  world->memory = memory;
  world->runtime = NULL;
  memset(zones, 0, sizeof *zones);
  zones->lock = (struct os_lock)OS_LOCK_INIT;
  const rota_allocator allocator = world_allocator(world);
  const rota_profiler profiler = {sizeof profiler, 0, zone_begin, zone_end, zones};
  rota_runtime_options options;
  CHECK_OK(rota_runtime_options_init(&options, sizeof options));
  options.workers = workers;
  options.allocator = &allocator;
  options.profiler = &profiler;
  CHECK_OK(rota_runtime_create(&options, &world->runtime));
}

static int polls_of(struct zones* zones, const char* name, uint64_t* id) {
  int count = 0;
  for (int i = 0; i < zones->count; ++i) {
    if (strcmp(zones->seen[i].name, name) != 0) continue;
    if (count++ == 0) *id = zones->seen[i].id;
    CHECK(zones->seen[i].id == *id); /* one task */
  }
  return count;
}

static rota_status yield_twice(void* state, rota_context* cx) {
  int* left = state;
  return (*left)-- > 0 ? rota_yield(cx) : ROTA_EIO;
}

static rota_status child_poll(void* state, rota_context* cx) {
  (void)state;
  (void)cx;
  return ROTA_OK;
}

static rota_status parent_poll(void* state, rota_context* cx) {
  (void)state;
  rota_spawn_desc desc = describe_poll(child_poll, NULL);
  desc.name = "child";
  desc.name_len = 5;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(rota_context_runtime(cx), &desc, &task));
  CHECK_OK(rota_task_help(task, NULL, LONG_TIME));
  rota_task_release(task);
  return ROTA_OK;
}

static rota_status chunk(void* user, size_t begin, size_t end) {
  (void)user;
  (void)begin;
  (void)end;
  return ROTA_OK;
}

static rota_status job(void* arg) {
  (void)arg;
  return ROTA_OK;
}

static struct zones zones;

static void polls_are_told_of(uint32_t workers) {
  struct world world;
  profiled_begin(&world, workers, &zones);
  int left = 2;
  rota_spawn_desc desc = describe_poll(yield_twice, &left);
  desc.name = "yields";
  desc.name_len = 6;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_STATUS(finish(task), ROTA_EIO);
  desc = describe_poll(parent_poll, NULL);
  desc.name = "parent";
  desc.name_len = 6;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(finish(task));
  desc = describe_poll(child_poll, NULL);
  desc.name = "root";
  desc.name_len = 4;
  CHECK_OK(rota_block_on(world.runtime, &desc));
  CHECK_OK(rota_spawn_blocking(world.runtime, job, NULL, NULL, &task));
  CHECK_OK(finish(task));
  rota_parallel loop = {0};
  loop.size = sizeof loop;
  loop.body = chunk;
  loop.count = 10;
  loop.grain = 1;
  loop.name = "loop";
  loop.name_len = 4;
  CHECK_OK(rota_parallel_for(world.runtime, &loop));
  CHECK_OK(rota_runtime_shutdown(world.runtime, ROTA_FOREVER));
  CHECK(atomic_load(&zones.begun) == atomic_load(&zones.ended));
  uint64_t ids[6];
  CHECK(polls_of(&zones, "yields", &ids[0]) == 3);
  CHECK(polls_of(&zones, "parent", &ids[1]) == 1);
  CHECK(polls_of(&zones, "child", &ids[2]) == 1);
  CHECK(polls_of(&zones, "root", &ids[3]) == 1);
  CHECK(polls_of(&zones, "loop", &ids[4]) == 10);
  CHECK(polls_of(&zones, "", &ids[5]) == 1); /* the job */
  CHECK(zones.count == 17);
  for (int i = 0; i < 6; ++i) {
    for (int k = 0; k < i; ++k) CHECK(ids[i] != ids[k]);
  }
  for (int i = 0; i < zones.count; ++i) {
    const uint32_t room = zones.seen[i].room;
    if (workers == 0 || strcmp(zones.seen[i].name, "root") == 0) CHECK(room == ROTA_ROOM_HOST);
    if (workers != 0 && zones.seen[i].name[0] == '\0') CHECK(room == ROTA_ROOM_BLOCKING);
    if (workers != 0 && strcmp(zones.seen[i].name, "yields") == 0) CHECK(room == ROTA_ROOM_WORKERS);
  }
  world_end(&world);
}

static void either_half_may_be_missing(void) {
  for (int half = 0; half < 3; ++half) {
    memset(&zones, 0, sizeof zones);
    zones.lock = (struct os_lock)OS_LOCK_INIT;
    rota_profiler profiler = {sizeof profiler, 0, NULL, NULL, &zones};
    if (half == 1) profiler.begin = zone_begin;
    rota_runtime_options options;
    CHECK_OK(rota_runtime_options_init(&options, sizeof options));
    options.workers = 1;
    options.profiler = &profiler;
    rota_runtime* runtime = NULL;
    CHECK_OK(rota_runtime_create(&options, &runtime));
    const rota_spawn_desc desc = describe_poll(child_poll, NULL);
    rota_task* task = NULL;
    CHECK_OK(rota_spawn(runtime, &desc, &task));
    CHECK_OK(finish(task));
    rota_runtime_release(runtime);
    CHECK(atomic_load(&zones.begun) == (half == 1));
  }
}

static void bad_input_is_refused(void) {
  rota_profiler profiler = {sizeof profiler, 1, zone_begin, zone_end, NULL};
  rota_runtime_options options;
  rota_runtime* runtime = NULL;
  CHECK_OK(rota_runtime_options_init(&options, sizeof options));
  options.workers = 0;
  options.profiler = &profiler;
  CHECK_STATUS(rota_runtime_create(&options, &runtime), ROTA_EINVAL);
  profiler.zero = 0;
  profiler.size = 7;
  CHECK_STATUS(rota_runtime_create(&options, &runtime), ROTA_EINVAL);
  CHECK(runtime == NULL);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 3; ++workers) RUN_WITH(polls_are_told_of, workers);
  RUN(either_half_may_be_missing);
  RUN(bad_input_is_refused);
  return 0;
}
