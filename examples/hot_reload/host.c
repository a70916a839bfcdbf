/* SPDX-License-Identifier: MIT
 *
 * Hot reload: a module's tasks are a group; it is drained before the module is unloaded. In C++: host.cc.
 *
 *   host MODULE
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "examples/hot_reload/module.h"

static void must(rota_status status, const char* what) {
  if (status == ROTA_OK) return;
  fprintf(stderr, "%s: %s\n", what, rota_status_message(status));
  exit(1);
}

int main(int argc, char** argv) {
  rota_runtime* runtime;
  struct game game = {0};
  if (argc != 2) return 2;
  must(rota_runtime_create(NULL, &runtime), "rota_runtime_create");
  for (int reload = 0; reload < 10; ++reload) {
    void* module = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    void* symbol = module == NULL ? NULL : dlsym(module, "module_start");
    if (symbol == NULL) return fprintf(stderr, "%s\n", dlerror()), 1;
    module_start_fn start;
    memcpy(&start, &symbol, sizeof start);

    rota_group* group;
    rota_task* played;
    must(rota_group_create(runtime, NULL, &group), "rota_group_create");
    must(start(runtime, group, &game), "module_start");
    must(rota_sleep(runtime, 5000000, &played), "rota_sleep"); /* the game is played for a while */
    must(rota_task_wait(played, ROTA_FOREVER), "rota_task_wait");
    rota_task_release(played);

    /* No code of the module runs after this, on any thread. */
    must(rota_group_drain(group, ROTA_FOREVER), "rota_group_drain");
    rota_group_release(group);
    dlclose(module);
    printf("reload %d: %llu thoughts so far\n", reload, (unsigned long long)game.thoughts);
  }
  rota_runtime_release(runtime);
  return game.thoughts != 0 ? 0 : 1;
}
