/* SPDX-License-Identifier: MIT
 *
 * What the C tests of queues share.
 */
#ifndef ROTA_TESTS_CAPI_QUEUE_SUPPORT_H
#define ROTA_TESTS_CAPI_QUEUE_SUPPORT_H

#include "tests/capi/support.h"

static inline rota_queue* make_queue(struct world* world) {
  rota_queue* queue = NULL;
  CHECK_OK(rota_queue_create(world->runtime, &queue));
  CHECK(queue != NULL);
  return queue;
}

/* A task that is complete and has `times` completions on the queue. */
static inline rota_task* complete_on(struct world* world, rota_queue* queue, struct recorder* recorder, int times) {
  static struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_spawn_desc desc = describe(&counted);
  desc.drop = NULL;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world->runtime, &desc, &task));
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  for (int i = 0; i < times; ++i) CHECK_OK(record_on_done(task, queue, recorder));
  return task;
}

#endif /* ROTA_TESTS_CAPI_QUEUE_SUPPORT_H */
