/* SPDX-License-Identifier: MIT
 *
 * Readiness of descriptors that the host owns: level-triggered, ended at once by deregistering, one registration each.
 */
#include "tests/capi/support.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* Waits as a task: what the descriptor is ready for. */
static uint32_t wait_ready(rota_fd* fd, uint32_t interest) {
  rota_task* task = NULL;
  uint32_t ready = 0;
  CHECK_OK(rota_fd_wait(fd, interest, &ready, &task));
  CHECK_OK(finish(task));
  return ready;
}

/* A wait that does not end by itself. */
static rota_task* wait_pending(rota_fd* fd, uint32_t interest, uint32_t* ready) {
  rota_task* task = NULL;
  CHECK_OK(rota_fd_wait(fd, interest, ready, &task));
  CHECK_STATUS(rota_task_wait(task, 2 * MILLISECOND), ROTA_ETIMEDOUT);
  return task;
}

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

static void the_peer_s_end_is_reported(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  int ends[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
  rota_fd* fd = NULL;
  uint32_t ready = 0;
  CHECK_OK(rota_fd_register(world.runtime, ends[0], &fd));
  rota_task* task = wait_pending(fd, ROTA_READABLE, &ready);
  CHECK(shutdown(ends[1], SHUT_WR) == 0);
  CHECK_OK(finish(task));
  CHECK((ready & ROTA_READABLE) != 0); /* a read would not block: it gives the end */
  CHECK((ready & ROTA_CLOSED_READ) != 0);
  CHECK((wait_ready(fd, ROTA_WRITABLE) & ROTA_WRITABLE) != 0);
  close(ends[1]);
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

static void deregistering_ends_waits_at_once(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  const int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  CHECK(event >= 0);
  rota_fd *fd = NULL, *again = NULL;
  uint32_t ready[2] = {77, 77};
  rota_task* late = NULL;
  CHECK_OK(rota_fd_register(world.runtime, event, &fd));
  rota_task* first = wait_pending(fd, ROTA_READABLE, &ready[0]);
  rota_task* second = wait_pending(fd, ROTA_READABLE, &ready[1]);
  CHECK_OK(rota_fd_deregister(fd));
  CHECK_STATUS(finish(first), ROTA_ECLOSED);
  CHECK_STATUS(finish(second), ROTA_ECLOSED);
  CHECK_STATUS(rota_fd_deregister(fd), ROTA_EALREADY);
  rota_status status = rota_fd_wait(fd, ROTA_READABLE, &ready[0], &late);
  if (status == ROTA_OK) status = finish(late);
  CHECK_STATUS(status, ROTA_ECLOSED);
  /* Synchronous: the descriptor can be registered again while the old handle still lives. */
  CHECK_OK(rota_fd_register(world.runtime, event, &again));
  CHECK((wait_ready(again, ROTA_WRITABLE) & ROTA_WRITABLE) != 0);
  rota_fd_release(fd);
  CHECK((wait_ready(again, ROTA_WRITABLE) & ROTA_WRITABLE) != 0);
  rota_fd_release(again);
  close(event);
  world_end(&world);
}

static void a_descriptor_is_registered_once(uint32_t workers) {
  struct world world, other;
  world_begin(&world, workers);
  world_begin(&other, workers);
  const int event = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
  CHECK(event >= 0);
  rota_fd *fd = NULL, *second = (rota_fd*)&world, *elsewhere = NULL;
  CHECK_OK(rota_fd_register(world.runtime, event, &fd));
  CHECK_STATUS(rota_fd_register(world.runtime, event, &second), ROTA_EEXIST);
  CHECK(second == NULL);
  CHECK_OK(rota_fd_register(other.runtime, event, &elsewhere)); /* one each runtime */
  CHECK((wait_ready(elsewhere, ROTA_READABLE) & ROTA_READABLE) != 0);
  CHECK((wait_ready(fd, ROTA_READABLE) & ROTA_READABLE) != 0);
  CHECK(rota_fd_clone(fd) == fd);
  rota_fd_release(fd);
  CHECK_STATUS(rota_fd_register(world.runtime, event, &second), ROTA_EEXIST);
  rota_fd_release(fd); /* the last reference deregisters */
  CHECK_OK(rota_fd_register(world.runtime, event, &second));
  rota_fd_release(second);
  rota_fd_release(elsewhere);
  CHECK(fcntl(event, F_GETFD) >= 0); /* and the descriptor stays the host's */
  close(event);
  world_end(&world);
  world_end(&other);
}

static void what_has_no_readiness_is_refused(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  char name[] = "/tmp/rota_fd_test.XXXXXX";
  const int file = mkstemp(name);
  CHECK(file >= 0);
  CHECK(unlink(name) == 0);
  rota_fd* fd = (rota_fd*)&world;
  CHECK_STATUS(rota_fd_register(world.runtime, file, &fd), ROTA_ENOTSUP);
  CHECK(fd == NULL);
  close(file);
  fd = (rota_fd*)&world;
  CHECK_STATUS(rota_fd_register(world.runtime, file, &fd), ROTA_EBADF);
  CHECK(fd == NULL);
  rota_metrics metrics;
  CHECK_OK(rota_metrics_read(world.runtime, &metrics, sizeof metrics));
  CHECK(metrics.io_registrations == 0);
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------------- inside a poll */

struct drain {
  rota_fd* fd;
  int descriptor;
  uint64_t total;
  uint32_t spurious; /* told readable, and nothing there */
};

/* Adds up what is written to an eventfd until 100 have come. */
static rota_status drain_poll(void* state, rota_context* cx) {
  struct drain* drain = state;
  while (drain->total < 100) {
    uint32_t ready = 77;
    const rota_status status = rota_fd_poll(drain->fd, cx, ROTA_READABLE, &ready);
    if (status != ROTA_OK) {
      CHECK(ready == 0);
      return status;
    }
    CHECK((ready & ROTA_READABLE) != 0);
    uint64_t number = 0;
    if (read(drain->descriptor, &number, sizeof number) == sizeof number) {
      drain->total += number;
    } else {
      CHECK(++drain->spurious < 100);
    }
  }
  return ROTA_OK;
}

static void* write_hundred(void* arg) {
  const struct drain* drain = arg;
  const uint64_t one = 1;
  for (int i = 0; i < 100; ++i) CHECK(write(drain->descriptor, &one, sizeof one) == sizeof one);
  return NULL;
}

static void a_task_polls_a_descriptor(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct drain drain = {NULL, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), 0, 0};
  pthread_t thread;
  rota_task* task = NULL;
  CHECK_OK(rota_fd_register(world.runtime, drain.descriptor, &drain.fd));
  const rota_spawn_desc desc = describe_poll(drain_poll, &drain);
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK(pthread_create(&thread, NULL, write_hundred, &drain) == 0);
  CHECK_OK(finish(task));
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(drain.total == 100);
  /* The same task, ended from outside while it waits. */
  drain.total = 0;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_STATUS(rota_task_wait(task, 2 * MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_fd_deregister(drain.fd));
  CHECK_STATUS(finish(task), ROTA_ECLOSED);
  rota_fd_release(drain.fd);
  close(drain.descriptor);
  world_end(&world);
}

static void shutdown_ends_waits(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  const int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  rota_fd* fd = NULL;
  uint32_t ready = 77;
  CHECK_OK(rota_fd_register(world.runtime, event, &fd));
  rota_task* task = wait_pending(fd, ROTA_READABLE, &ready);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  rota_fd_release(fd);
  CHECK(fcntl(event, F_GETFD) >= 0);
  close(event);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(a_pipe_is_readable_as_long_as_it_is, workers);
    RUN_WITH(an_eventfd_is_ready_for_what_is_asked, workers);
    RUN_WITH(the_peer_s_end_is_reported, workers);
    RUN_WITH(an_error_wakes_the_writer, workers);
    RUN_WITH(deregistering_ends_waits_at_once, workers);
    RUN_WITH(a_descriptor_is_registered_once, workers);
    RUN_WITH(what_has_no_readiness_is_refused, workers);
    RUN_WITH(a_task_polls_a_descriptor, workers);
    RUN_WITH(shutdown_ends_waits, workers);
  }
  return 0;
}
