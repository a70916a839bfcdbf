/* SPDX-License-Identifier: MIT
 *
 * Readiness of descriptors that the host owns: level-triggered, ended at once by deregistering, one registration each.
 */
#include "tests/capi/fd_support.h"
#include "tests/support/socket.h"

static void a_stream_is_readable_as_long_as_it_is(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  os_socket ends[2];
  char byte;
  os_socket_pair(ends);
  rota_fd *reading = NULL, *writing = NULL;
  uint32_t ready = 77;
  CHECK_OK(rota_fd_register(world.runtime, ends[0], &reading));
  CHECK_OK(rota_fd_register(world.runtime, ends[1], &writing));
  CHECK((wait_ready(writing, ROTA_WRITABLE) & ROTA_WRITABLE) != 0);
  for (int round = 0; round < 3; ++round) {
    rota_task* task = wait_pending(reading, ROTA_READABLE, &ready);
    CHECK(os_socket_send(ends[1], "ab", 2) == 2);
    CHECK_OK(finish(task));
    CHECK((ready & ROTA_READABLE) != 0);
    /* Level-triggered: nothing was read, so it says it again; and once more with one byte left. */
    CHECK((wait_ready(reading, ROTA_READABLE) & ROTA_READABLE) != 0);
    CHECK(os_socket_receive(ends[0], &byte, 1) == 1);
    CHECK((wait_ready(reading, ROTA_READABLE) & ROTA_READABLE) != 0);
    CHECK(os_socket_receive(ends[0], &byte, 1) == 1);
  }
  rota_task* task = wait_pending(reading, ROTA_READABLE, &ready);
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  rota_fd_release(reading);
  rota_fd_release(writing);
  os_socket_close(ends[0]);
  os_socket_close(ends[1]);
  world_end(&world);
}

/* Sends until the stream is full, and says how much that was. */
static size_t fill(os_socket socket) {
  static const char filling[4096];
  size_t total = 0;
  for (ptrdiff_t count; (count = os_socket_send(socket, filling, sizeof filling)) > 0;) total += (size_t)count;
  return total;
}

static void a_stream_is_ready_for_what_is_asked(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  os_socket ends[2];
  os_socket_pair(ends);
  rota_fd* fd = NULL;
  char bytes[4096];
  CHECK_OK(rota_fd_register(world.runtime, ends[0], &fd));
  /* Writable, and not readable: only what was asked for is told. */
  CHECK((wait_ready(fd, ROTA_WRITABLE) & (ROTA_READABLE | ROTA_WRITABLE)) == ROTA_WRITABLE);
  CHECK((wait_ready(fd, ROTA_READABLE | ROTA_WRITABLE) & (ROTA_READABLE | ROTA_WRITABLE)) == ROTA_WRITABLE);
  CHECK(os_socket_send(ends[1], "x", 1) == 1);
  CHECK((wait_ready(fd, ROTA_READABLE) & (ROTA_READABLE | ROTA_WRITABLE)) == ROTA_READABLE);
  CHECK((wait_ready(fd, ROTA_READABLE | ROTA_WRITABLE) & ROTA_READABLE) != 0);
  CHECK(os_socket_receive(ends[0], bytes, sizeof bytes) == 1);
  /* Full: no longer writable, until the peer has read. (A moment after it was full, the system may have moved on what
   * it had, and take more.) */
  size_t left = 0;
  uint32_t ready = 77;
  rota_task* task = NULL;
  do {
    rota_task_release(task);
    left += fill(ends[0]);
    CHECK_OK(rota_fd_wait(fd, ROTA_WRITABLE, &ready, &task));
  } while (rota_task_wait(task, 20 * MILLISECOND) == ROTA_OK);
  while (left > 0) {
    const ptrdiff_t count = os_socket_receive(ends[1], bytes, sizeof bytes);
    if (count > 0) left -= (size_t)count;
  }
  CHECK_OK(finish(task));
  CHECK((ready & ROTA_WRITABLE) != 0);
  rota_fd_release(fd);
  os_socket_close(ends[0]);
  os_socket_close(ends[1]);
  world_end(&world);
}

static void the_peer_s_end_is_reported(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  os_socket ends[2];
  os_socket_pair(ends);
  rota_fd* fd = NULL;
  uint32_t ready = 0;
  CHECK_OK(rota_fd_register(world.runtime, ends[0], &fd));
  rota_task* task = wait_pending(fd, ROTA_READABLE, &ready);
  os_socket_end(ends[1]);
  CHECK_OK(finish(task));
  CHECK((ready & ROTA_READABLE) != 0); /* a read would not block: it gives the end */
  CHECK((ready & ROTA_CLOSED_READ) != 0);
  CHECK((wait_ready(fd, ROTA_WRITABLE) & ROTA_WRITABLE) != 0);
  os_socket_close(ends[1]);
  rota_fd_release(fd);
  os_socket_close(ends[0]);
  world_end(&world);
}

static void deregistering_ends_waits_at_once(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  os_socket ends[2];
  os_socket_pair(ends);
  rota_fd *fd = NULL, *again = NULL;
  uint32_t ready[2] = {77, 77};
  rota_task* late = NULL;
  CHECK_OK(rota_fd_register(world.runtime, ends[0], &fd));
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
  CHECK_OK(rota_fd_register(world.runtime, ends[0], &again));
  CHECK((wait_ready(again, ROTA_WRITABLE) & ROTA_WRITABLE) != 0);
  rota_fd_release(fd);
  CHECK((wait_ready(again, ROTA_WRITABLE) & ROTA_WRITABLE) != 0);
  rota_fd_release(again);
  os_socket_close(ends[0]);
  os_socket_close(ends[1]);
  world_end(&world);
}

static void a_descriptor_is_registered_once(uint32_t workers) {
  struct world world, other;
  world_begin(&world, workers);
  world_begin(&other, workers);
  os_socket ends[2];
  os_socket_pair(ends);
  CHECK(os_socket_send(ends[1], "x", 1) == 1);
  rota_fd *fd = NULL, *second = (rota_fd*)&world, *elsewhere = NULL;
  CHECK_OK(rota_fd_register(world.runtime, ends[0], &fd));
  CHECK_STATUS(rota_fd_register(world.runtime, ends[0], &second), ROTA_EEXIST);
  CHECK(second == NULL);
  CHECK_OK(rota_fd_register(other.runtime, ends[0], &elsewhere)); /* one each runtime */
  CHECK((wait_ready(elsewhere, ROTA_READABLE) & ROTA_READABLE) != 0);
  CHECK((wait_ready(fd, ROTA_READABLE) & ROTA_READABLE) != 0);
  CHECK(rota_fd_clone(fd) == fd);
  rota_fd_release(fd);
  CHECK_STATUS(rota_fd_register(world.runtime, ends[0], &second), ROTA_EEXIST);
  rota_fd_release(fd); /* the last reference deregisters */
  CHECK_OK(rota_fd_register(world.runtime, ends[0], &second));
  rota_fd_release(second);
  rota_fd_release(elsewhere);
  CHECK(os_socket_is_open(ends[0])); /* and the descriptor stays the host's */
  os_socket_close(ends[0]);
  os_socket_close(ends[1]);
  world_end(&world);
  world_end(&other);
}

static void what_has_no_readiness_is_refused(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  const intptr_t file = os_file_open();
  rota_fd* fd = (rota_fd*)&world;
  CHECK_STATUS(rota_fd_register(world.runtime, file, &fd), ROTA_ENOTSUP);
  CHECK(fd == NULL);
  os_file_close(file);
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
  os_socket ends[2]; /* the first is registered */
  uint64_t total;    /* bytes */
  uint32_t spurious; /* told readable, and nothing there */
};

/* Counts the bytes that come until there were 100. */
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
    char bytes[16];
    const ptrdiff_t count = os_socket_receive(drain->ends[0], bytes, sizeof bytes);
    if (count > 0) {
      drain->total += (uint64_t)count;
    } else {
      CHECK(++drain->spurious < 100);
    }
  }
  return ROTA_OK;
}

static void* write_hundred(void* arg) {
  const struct drain* drain = arg;
  for (int i = 0; i < 100; ++i) CHECK(os_socket_send(drain->ends[1], "x", 1) == 1);
  return NULL;
}

static void a_task_polls_a_descriptor(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct drain drain = {0};
  struct os_thread thread;
  rota_task* task = NULL;
  os_socket_pair(drain.ends);
  CHECK_OK(rota_fd_register(world.runtime, drain.ends[0], &drain.fd));
  const rota_spawn_desc desc = describe_poll(drain_poll, &drain);
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  os_thread_start(&thread, write_hundred, &drain);
  CHECK_OK(finish(task));
  os_thread_join(&thread);
  CHECK(drain.total == 100);
  /* The same task, ended from outside while it waits. */
  drain.total = 0;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_STATUS(rota_task_wait(task, 2 * MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_fd_deregister(drain.fd));
  CHECK_STATUS(finish(task), ROTA_ECLOSED);
  rota_fd_release(drain.fd);
  os_socket_close(drain.ends[0]);
  os_socket_close(drain.ends[1]);
  world_end(&world);
}

static void shutdown_ends_waits(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  os_socket ends[2];
  os_socket_pair(ends);
  rota_fd* fd = NULL;
  uint32_t ready = 77;
  CHECK_OK(rota_fd_register(world.runtime, ends[0], &fd));
  rota_task* task = wait_pending(fd, ROTA_READABLE, &ready);
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  rota_fd_release(fd);
  CHECK(os_socket_is_open(ends[0]));
  os_socket_close(ends[0]);
  os_socket_close(ends[1]);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(a_stream_is_readable_as_long_as_it_is, workers);
    RUN_WITH(a_stream_is_ready_for_what_is_asked, workers);
    RUN_WITH(the_peer_s_end_is_reported, workers);
    RUN_WITH(deregistering_ends_waits_at_once, workers);
    RUN_WITH(a_descriptor_is_registered_once, workers);
    RUN_WITH(what_has_no_readiness_is_refused, workers);
    RUN_WITH(a_task_polls_a_descriptor, workers);
    RUN_WITH(shutdown_ends_waits, workers);
  }
  return 0;
}
