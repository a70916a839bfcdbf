/* SPDX-License-Identifier: MIT
 *
 * Descriptors beyond sockets that have readiness on Linux: pipes and eventfds.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* pipe2 */
#endif

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/capi/fd_support.h"

static void a_pipe_is_readable_as_long_as_it_is(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  int ends[2];
  char byte;
  CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
  rota_fd *reading = NULL, *writing = NULL;
  uint32_t ready = 77;
  CHECK_OK(rota_fd_register(world.runtime, ends[0], &reading));
  CHECK_OK(rota_fd_register(world.runtime, ends[1], &writing));
  CHECK((wait_ready(writing, ROTA_WRITABLE) & ROTA_WRITABLE) != 0);
  for (int round = 0; round < 3; ++round) {
    rota_task* task = wait_pending(reading, ROTA_READABLE, &ready);
    CHECK(write(ends[1], "ab", 2) == 2);
    CHECK_OK(finish(task));
    CHECK((ready & ROTA_READABLE) != 0);
    /* Level-triggered: nothing was read, so it says it again; and once more with one byte left. */
    CHECK((wait_ready(reading, ROTA_READABLE) & ROTA_READABLE) != 0);
    CHECK(read(ends[0], &byte, 1) == 1);
    CHECK((wait_ready(reading, ROTA_READABLE) & ROTA_READABLE) != 0);
    CHECK(read(ends[0], &byte, 1) == 1);
  }
  rota_task* task = wait_pending(reading, ROTA_READABLE, &ready);
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  rota_fd_release(reading);
  rota_fd_release(writing);
  close(ends[0]);
  close(ends[1]);
  world_end(&world);
}

static void an_eventfd_is_ready_for_what_is_asked(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  const int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  CHECK(event >= 0);
  rota_fd* fd = NULL;
  uint64_t number = 0;
  CHECK_OK(rota_fd_register(world.runtime, event, &fd));
  /* Writable, and not readable: only what was asked for is told. */
  CHECK((wait_ready(fd, ROTA_WRITABLE) & (ROTA_READABLE | ROTA_WRITABLE)) == ROTA_WRITABLE);
  CHECK((wait_ready(fd, ROTA_READABLE | ROTA_WRITABLE) & (ROTA_READABLE | ROTA_WRITABLE)) == ROTA_WRITABLE);
  number = 1;
  CHECK(write(event, &number, sizeof number) == sizeof number);
  CHECK((wait_ready(fd, ROTA_READABLE) & (ROTA_READABLE | ROTA_WRITABLE)) == ROTA_READABLE);
  CHECK((wait_ready(fd, ROTA_READABLE | ROTA_WRITABLE) & ROTA_READABLE) != 0);
  CHECK(read(event, &number, sizeof number) == sizeof number);
  number = UINT64_MAX - 1; /* full: no longer writable */
  CHECK(write(event, &number, sizeof number) == sizeof number);
  uint32_t ready = 77;
  rota_task* task = wait_pending(fd, ROTA_WRITABLE, &ready);
  CHECK(read(event, &number, sizeof number) == sizeof number);
  CHECK_OK(finish(task));
  CHECK((ready & ROTA_WRITABLE) != 0);
  rota_fd_release(fd);
  close(event);
  world_end(&world);
}

static void the_end_of_a_pipe_is_reported(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  int ends[2];
  CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
  rota_fd* fd = NULL;
  uint32_t ready = 0;
  CHECK_OK(rota_fd_register(world.runtime, ends[0], &fd));
  rota_task* task = wait_pending(fd, ROTA_READABLE, &ready);
  close(ends[1]); /* EPOLLHUP */
  CHECK_OK(finish(task));
  CHECK((ready & (ROTA_READABLE | ROTA_CLOSED_READ)) == (ROTA_READABLE | ROTA_CLOSED_READ));
  CHECK((wait_ready(fd, ROTA_READABLE) & ROTA_READABLE) != 0);
  rota_fd_release(fd);
  close(ends[0]);
  world_end(&world);
}

static void an_error_wakes_the_writer(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  int ends[2];
  CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
  char filling[4096] = {0};
  while (write(ends[1], filling, sizeof filling) > 0) continue;
  rota_fd* fd = NULL;
  uint32_t ready = 0;
  CHECK_OK(rota_fd_register(world.runtime, ends[1], &fd));
  rota_task* task = wait_pending(fd, ROTA_WRITABLE, &ready);
  close(ends[0]); /* nobody reads any more: EPOLLERR */
  CHECK_OK(finish(task));
  CHECK((ready & ROTA_ERROR) != 0);
  rota_fd_release(fd);
  close(ends[1]);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(a_pipe_is_readable_as_long_as_it_is, workers);
    RUN_WITH(an_eventfd_is_ready_for_what_is_asked, workers);
    RUN_WITH(the_end_of_a_pipe_is_reported, workers);
    RUN_WITH(an_error_wakes_the_writer, workers);
  }
  return 0;
}
