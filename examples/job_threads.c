/* SPDX-License-Identifier: MIT
 *
 * An engine that has its own job threads: rota starts none (workers = 0), and the engine's threads drive it together,
 * each as a guest, between their own jobs. In C++: job_threads.cc.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "rota/rota.h"

#define THREADS 3
#define TASKS 1000

struct engine {
  rota_runtime* runtime;
  atomic_int quit, done;
};

static void must(rota_status status, const char* what) {
  if (status == ROTA_OK) return;
  fprintf(stderr, "%s: %s\n", what, rota_status_message(status));
  exit(1);
}

/* One of the engine's own threads. */
static void* job_thread(void* arg) {
  struct engine* engine = arg;
  rota_thread* guest;
  must(rota_thread_enter(engine->runtime, &guest), "rota_thread_enter");
  while (!atomic_load(&engine->quit)) {
    /* ... jobs of the engine's own would come here ... */
    /* Then rota's: at most 64 polls and half a millisecond, and if there are none, a nap of 2 ms at most. */
    if (rota_thread_run(guest, 64, 500000, NULL) == ROTA_OK) (void)rota_thread_serve(guest, 2000000, NULL);
  }
  must(rota_thread_leave(guest), "rota_thread_leave");
  return NULL;
}

static rota_status work(void* state, rota_context* cx) {
  (void)cx;
  atomic_fetch_add(&(*(struct engine**)state)->done, 1);
  return ROTA_OK;
}

int main(void) {
  struct engine engine = {NULL, 0, 0};
  rota_runtime_options options;
  must(rota_runtime_options_init(&options, sizeof options), "rota_runtime_options_init");
  options.workers = 0;
  options.blocking_max = 0;
  options.guests_max = THREADS + 1; /* and the main thread, when it waits */
  must(rota_runtime_create(&options, &engine.runtime), "rota_runtime_create");
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; ++i) {
    if (pthread_create(&threads[i], NULL, job_thread, &engine) != 0) return 1;
  }
  struct engine* self = &engine;
  rota_group* group;
  rota_task* all;
  must(rota_group_create(engine.runtime, NULL, &group), "rota_group_create");
  rota_spawn_desc desc = {.size = sizeof desc, .poll = work, .state = &self, .state_size = sizeof self, .group = group};
  for (int i = 0; i < TASKS; ++i) must(rota_spawn(engine.runtime, &desc, NULL), "rota_spawn");
  must(rota_group_close(group), "rota_group_close");
  must(rota_group_task(group, &all), "rota_group_task");
  must(rota_task_help(all, NULL, ROTA_FOREVER), "rota_task_help");
  atomic_store(&engine.quit, 1);
  for (int i = 0; i < THREADS; ++i) pthread_join(threads[i], NULL);
  rota_task_release(all);
  rota_group_release(group);
  rota_runtime_release(engine.runtime);
  printf("%d tasks, %d threads of the engine's own, none of rota's\n", atomic_load(&engine.done), THREADS);
  return atomic_load(&engine.done) == TASKS ? 0 : 1;
}
