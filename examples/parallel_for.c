/* SPDX-License-Identifier: MIT
 *
 * A loop on all cores, the calling thread included. The same in C++: parallel_for.cc.
 */
#include <stdio.h>
#include <stdlib.h>

#include "rota/rota.h"

#define PARTICLES 1000000

static float position[PARTICLES], velocity[PARTICLES];

static void must(rota_status status, const char* what) {
  if (status == ROTA_OK) return;
  fprintf(stderr, "%s: %s\n", what, rota_status_message(status));
  exit(1);
}

/* Called on several threads at a time, each with items of its own. */
static rota_status move(void* user, size_t begin, size_t end) {
  const float dt = *(const float*)user;
  for (size_t i = begin; i < end; ++i) position[i] += velocity[i] * dt;
  return ROTA_OK;
}

int main(void) {
  rota_runtime* runtime;
  must(rota_runtime_create(NULL, &runtime), "rota_runtime_create");
  for (size_t i = 0; i < PARTICLES; ++i) velocity[i] = (float)(i % 100);

  float dt = 0.5f;
  rota_parallel loop = {
      .size = sizeof loop, .body = move, .user = &dt, .count = PARTICLES, .name = "move", .name_len = 4};
  must(rota_parallel_for(runtime, &loop), "rota_parallel_for");

  double sum = 0;
  for (size_t i = 0; i < PARTICLES; ++i) sum += position[i];
  rota_runtime_release(runtime);
  printf("%d particles, mean %.3f\n", PARTICLES, sum / PARTICLES);
  return sum / PARTICLES == 24.75 ? 0 : 1;
}
