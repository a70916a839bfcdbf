/* SPDX-License-Identifier: MIT
 *
 * Hot reload with a real dlopen: 100 times a module is loaded, has its tasks, jobs and loops under way, is drained and
 * unloaded. Its code is gone then: whatever still ran there would crash. Nothing is leaked.
 *
 *   reload_test MODULE
 */
#include "tests/capi/support.h"
#include "tests/reload/module.h"

#include <dlfcn.h>

enum { kReloads = 100 };

static void* load(const char* path, module_start_fn* start) {
  void* module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (module == NULL) fail_at(__FILE__, __LINE__, dlerror());
  void* symbol = dlsym(module, "module_start");
  CHECK(symbol != NULL);
  memcpy(start, &symbol, sizeof symbol);
  return module;
}

static size_t blocks(struct world* world) {
  os_lock_take(&world->memory.lock);
  const size_t count = world->memory.blocks;
  os_lock_give(&world->memory.lock);
  return count;
}

static void reload(const char* path, uint32_t workers, uint32_t blocking_max) {
  struct world world;
  world_begin_with(&world, workers, blocking_max);
  static struct module_counts counts;
  size_t least_early = SIZE_MAX, least_late = SIZE_MAX;
  for (int i = 0; i < kReloads; ++i) {
    module_start_fn start = NULL;
    rota_group* group = NULL;
    void* module = load(path, &start);
    CHECK_OK(rota_group_create(world.runtime, NULL, &group));
    CHECK_OK(start(world.runtime, group, &counts));
    /* Until all of its kinds are under way. */
    const long polls = atomic_load(&counts.polls), jobs = atomic_load(&counts.jobs),
               chunks = atomic_load(&counts.chunks);
    rota_task* nap = NULL;
    while (atomic_load(&counts.polls) < polls + 20 || atomic_load(&counts.jobs) == jobs ||
           atomic_load(&counts.chunks) < chunks + 16) {
      CHECK_OK(rota_sleep(world.runtime, 50000, &nap));
      CHECK_OK(finish(nap));
    }
    CHECK_OK(rota_group_drain(group, LONG_TIME));
    CHECK(atomic_load(&counts.made) == atomic_load(&counts.dropped));
    CHECK(rota_group_size(group) == 0);
    rota_group_release(group);
    CHECK(dlclose(module) == 0);
    CHECK(dlopen(path, RTLD_NOW | RTLD_NOLOAD) == NULL); /* it is gone, not only counted down */
    const size_t now = blocks(&world);
    size_t* least = i < kReloads / 2 ? &least_early : &least_late;
    if (now < *least) *least = now;
  }
  printf("%d reloads, %ld states, %ld jobs, %ld chunks; blocks at least %zu early, %zu late\n", kReloads,
         atomic_load(&counts.made), atomic_load(&counts.jobs), atomic_load(&counts.chunks), least_early, least_late);
  fflush(stdout);
  /* Blocks may be on their way back when they are counted, so the least counts. What leaks a block a task shows: there
   * are hundreds of tasks a reload. */
  CHECK(least_late < least_early + 2 * kReloads);
  world_end(&world);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  reload(argv[1], 2, ROTA_BLOCKING_AUTO);
  reload(argv[1], 1, 1);
  reload(argv[1], 0, 0);
  printf("ok reload\n");
  return 0;
}
