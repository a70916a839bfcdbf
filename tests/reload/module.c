/* SPDX-License-Identifier: MIT
 *
 * A module that is loaded and unloaded while its tasks are under way. Nothing here waits for anything to end: that is
 * the host's business.
 */
#include "tests/reload/module.h"

#include <stddef.h>

struct part {
  rota_runtime* runtime;
  struct module_counts* counts;
  int depth;
  rota_task* sleep;
};

/* Fresh at every load. */
static atomic_int loads = 0;

static void drop(void* state) {
  struct part* part = state;
  rota_task_release(part->sleep);
  atomic_fetch_add(&part->counts->dropped, 1);
}

static rota_status spawn_part(const struct part* part, rota_poll_fn poll, rota_group* group, rota_task* const* after,
                              rota_task** out) {
  rota_spawn_desc desc = {0};
  struct part copy = *part;
  copy.sleep = NULL;
  desc.size = sizeof desc;
  desc.poll = poll;
  desc.drop = drop;
  desc.state = &copy;
  desc.state_size = sizeof copy;
  desc.group = group;
  desc.after = after;
  desc.after_count = after == NULL ? 0 : 1;
  desc.priority = (uint32_t)part->depth % 3;
  atomic_fetch_add(&part->counts->made, 1);
  return rota_spawn(part->runtime, &desc, out);
}

static rota_status yields_for_ever(void* state, rota_context* cx) {
  struct part* part = state;
  atomic_fetch_add(&part->counts->polls, 1);
  return rota_yield(cx);
}

static rota_status sleeps_for_ever(void* state, rota_context* cx) {
  struct part* part = state;
  atomic_fetch_add(&part->counts->polls, 1);
  for (;;) {
    if (part->sleep == NULL && rota_sleep(part->runtime, 50000, &part->sleep) != ROTA_OK) return ROTA_ECANCELED;
    if (rota_task_poll(part->sleep, cx) == ROTA_PENDING) return ROTA_PENDING;
    rota_task_release(part->sleep);
    part->sleep = NULL;
  }
}

static rota_status job(void* arg) {
  atomic_fetch_add(&((struct module_counts*)arg)->jobs, 1);
  return ROTA_OK;
}

static void drop_job(void* arg) { atomic_fetch_add(&((struct module_counts*)arg)->dropped, 1); }

static rota_status chunk(void* user, size_t begin, size_t end) {
  (void)begin;
  (void)end;
  atomic_fetch_add(&((struct part*)user)->counts->chunks, 1);
  return ROTA_OK;
}

/* Spawns its like, a job, a loop, and a task after another; its children name no group and are members all the same. */
static rota_status spawns_for_ever(void* state, rota_context* cx) {
  struct part* part = state;
  rota_task* child = NULL;
  atomic_fetch_add(&part->counts->polls, 1);
  rota_parallel loop = {0};
  loop.size = sizeof loop;
  loop.body = chunk;
  loop.user = part;
  loop.count = 16;
  loop.grain = 1;
  (void)rota_parallel_for(part->runtime, &loop);
  /* Without an end, but not without measure. */
  if (atomic_load(&part->counts->made) - atomic_load(&part->counts->dropped) > 200) return rota_yield(cx);
  if (part->depth != 0) {
    struct part below = *part;
    below.depth--;
    (void)spawn_part(&below, spawns_for_ever, NULL, NULL, &child);
    if (child != NULL) (void)spawn_part(&below, yields_for_ever, NULL, &child, NULL);
    rota_task_release(child);
  }
  atomic_fetch_add(&part->counts->made, 1);
  (void)rota_spawn_blocking(part->runtime, job, part->counts, drop_job, NULL);
  return part->depth == 0 ? ROTA_OK : rota_yield(cx);
}

__attribute__((visibility("default"))) rota_status module_start(rota_runtime* runtime, rota_group* group,
                                                                struct module_counts* counts);

rota_status module_start(rota_runtime* runtime, rota_group* group, struct module_counts* counts) {
  if (atomic_fetch_add(&loads, 1) != 0) return ROTA_EALREADY;
  const struct part part = {runtime, counts, 2, NULL};
  rota_status status = spawn_part(&part, yields_for_ever, group, NULL, NULL);
  if (status == ROTA_OK) status = spawn_part(&part, sleeps_for_ever, group, NULL, NULL);
  if (status == ROTA_OK) status = spawn_part(&part, spawns_for_ever, group, NULL, NULL);
  return status;
}
