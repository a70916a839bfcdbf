/* SPDX-License-Identifier: MIT
 *
 * What the C tests of the host's descriptors share: waits that end, and waits that do not.
 */
#ifndef ROTA_TESTS_CAPI_FD_SUPPORT_H
#define ROTA_TESTS_CAPI_FD_SUPPORT_H

#include "tests/capi/support.h"

/* Waits as a task: what the descriptor is ready for. */
static inline uint32_t wait_ready(rota_fd* fd, uint32_t interest) {
  rota_task* task = NULL;
  uint32_t ready = 0;
  CHECK_OK(rota_fd_wait(fd, interest, &ready, &task));
  CHECK_OK(finish(task));
  return ready;
}

/* A wait that does not end by itself. */
static inline rota_task* wait_pending(rota_fd* fd, uint32_t interest, uint32_t* ready) {
  rota_task* task = NULL;
  CHECK_OK(rota_fd_wait(fd, interest, ready, &task));
  CHECK_STATUS(rota_task_wait(task, 2 * MILLISECOND), ROTA_ETIMEDOUT);
  return task;
}

#endif /* ROTA_TESTS_CAPI_FD_SUPPORT_H */
