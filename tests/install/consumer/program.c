/* SPDX-License-Identifier: MIT
 *
 * A program of somebody who installed rota: a task, a sleep and a blocking call, each of which must have its effect. */
#include <rota/rota.h>
#include <stdio.h>

static rota_status poll_twice(void* state, rota_context* cx) {
  int* polls = state;
  return ++*polls < 2 ? rota_yield(cx) : ROTA_OK;
}

static rota_status block(void* arg) {
  *(int*)arg = 7;
  return ROTA_OK;
}

static int wait_for(rota_task* task) {
  const rota_status status = rota_task_wait(task, ROTA_FOREVER);
  rota_task_release(task);
  return status == ROTA_OK;
}

int main(void) {
  const uint32_t version = ROTA_VERSION_MAJOR << 16 | ROTA_VERSION_MINOR << 8 | ROTA_VERSION_PATCH;
  if (rota_version() != version) return 1;
  rota_runtime* runtime = NULL;
  if (rota_runtime_create(NULL, &runtime) != ROTA_OK) return 2;

  int polls = 0, blocked = 0;
  rota_task *polled = NULL, *nap = NULL, *job = NULL;
  const rota_spawn_desc desc = {.size = sizeof desc, .poll = poll_twice, .state = &polls};
  if (rota_spawn(runtime, &desc, &polled) != ROTA_OK || !wait_for(polled) || polls != 2) return 3;
  const uint64_t before = rota_now(runtime);
  if (rota_sleep(runtime, 1000000, &nap) != ROTA_OK || !wait_for(nap) || rota_now(runtime) - before < 1000000) return 4;
  if (rota_spawn_blocking(runtime, block, &blocked, NULL, &job) != ROTA_OK || !wait_for(job) || blocked != 7) return 5;
  if (rota_runtime_shutdown(runtime, ROTA_FOREVER) != ROTA_OK) return 6;
  rota_runtime_release(runtime);
  puts("the C program ran");
  return 0;
}
