/* SPDX-License-Identifier: MIT
 *
 * A profiler in the shape of Tracy's C interface: a zone for each poll, by the task's name, on the thread that runs it;
 * zones nest. With Tracy itself, zone_begin is ___tracy_emit_zone_begin_alloc with a source location allocated by name
 * (___tracy_alloc_srcloc_name), zone_end is ___tracy_emit_zone_end with the context kept on the thread's stack of
 * zones, and the start hook calls ___tracy_set_thread_name. In C++: profiler.cc.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rota/rota.h"

#define DEEPEST 64
#define NAMES 16

/* ------------------------------------------------------------------------------------ what stands for the profiler */

struct zone {
  char name[32];
  unsigned calls;
  uint64_t ns;
};
static struct zone zones[NAMES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static rota_runtime* runtime; /* for its clock */

static _Thread_local uint64_t begun[DEEPEST];
static _Thread_local int depth;

static void zone_begin(void* user, const rota_poll_info* poll) {
  (void)user;
  (void)poll;
  if (depth < DEEPEST) begun[depth] = rota_now(runtime);
  depth++;
}

static void zone_end(void* user, const rota_poll_info* poll, rota_status status) {
  (void)user;
  (void)status;
  if (--depth >= DEEPEST) return;
  const uint64_t ns = rota_now(runtime) - begun[depth];
  const size_t length = poll->name_len < 31 ? poll->name_len : 31;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < NAMES; ++i) {
    struct zone* zone = &zones[i];
    if (zone->calls != 0 && (strlen(zone->name) != length || memcmp(zone->name, poll->name, length) != 0)) continue;
    if (length != 0) memcpy(zone->name, poll->name, length);
    zone->calls++;
    zone->ns += ns;
    break;
  }
  pthread_mutex_unlock(&lock);
}

/* ---------------------------------------------------------------------------------------------------- the program */

static void must(rota_status status, const char* what) {
  if (status == ROTA_OK) return;
  fprintf(stderr, "%s: %s\n", what, rota_status_message(status));
  exit(1);
}

static rota_status search_path(void* state, rota_context* cx) {
  int* steps = state;
  return (*steps)-- > 0 ? rota_yield(cx) : ROTA_OK;
}

int main(void) {
  const rota_profiler profiler = {sizeof profiler, 0, zone_begin, zone_end, NULL};
  rota_runtime_options options;
  must(rota_runtime_options_init(&options, sizeof options), "rota_runtime_options_init");
  options.profiler = &profiler;
  must(rota_runtime_create(&options, &runtime), "rota_runtime_create");
  int steps = 9;
  rota_task* task;
  rota_spawn_desc desc = {
      .size = sizeof desc, .poll = search_path, .state = &steps, .name = "search path", .name_len = 11};
  must(rota_spawn(runtime, &desc, &task), "rota_spawn");
  must(rota_task_wait(task, ROTA_FOREVER), "rota_task_wait");
  rota_task_release(task);
  must(rota_runtime_shutdown(runtime, ROTA_FOREVER), "rota_runtime_shutdown");
  rota_runtime_release(runtime);
  for (int i = 0; i < NAMES && zones[i].calls != 0; ++i) {
    printf("%-12s %3u polls %6llu ns\n", zones[i].name, zones[i].calls, (unsigned long long)zones[i].ns);
  }
  return zones[0].calls == 10 && strcmp(zones[0].name, "search path") == 0 ? 0 : 1;
}
