/* SPDX-License-Identifier: MIT
 *
 * TCP operations that are cut short: by closing, by cancelling, by shutdown.
 */
#include "tests/capi/tcp_support.h"

static void closing_ends_what_is_pending(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  char buffer[8];
  size_t counts[3] = {77, 77, 77};
  rota_task *tasks[3] = {NULL}, *late = NULL;
  for (int i = 0; i < 3; ++i) CHECK_OK(rota_socket_read(pair.client, buffer, sizeof buffer, &counts[i], &tasks[i]));
  CHECK_STATUS(rota_task_wait(tasks[0], MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_socket_close(pair.client));
  for (int i = 0; i < 3; ++i) {
    CHECK_STATUS(finish(tasks[i]), ROTA_ECLOSED);
    CHECK(counts[i] == 0);
  }
  CHECK_STATUS(rota_socket_close(pair.client), ROTA_EALREADY);
  rota_status status = rota_socket_read(pair.client, buffer, 1, &counts[0], &late);
  if (status == ROTA_OK) status = finish(late);
  CHECK_STATUS(status, ROTA_ECLOSED);
  status = rota_socket_write_all(pair.client, buffer, 1, &counts[0], &late);
  if (status == ROTA_OK) status = finish(late);
  CHECK_STATUS(status, ROTA_ECLOSED);
  CHECK_STATUS(rota_socket_shutdown(pair.client, ROTA_SHUTDOWN_WRITE), ROTA_ECLOSED);
  int64_t value = 77;
  CHECK_STATUS(rota_socket_get_option(pair.client, ROTA_SOCKET_NODELAY, &value), ROTA_ECLOSED);
  CHECK_STATUS(rota_socket_set_option(pair.client, ROTA_SOCKET_NODELAY, 1), ROTA_ECLOSED);
  release_pair(&pair);
  world_end(&world);
}

/* Once the task is complete the buffer is the caller's: the kernel keeps no hold of it, and no byte is lost. */
static void a_cancelled_read_leaves_the_buffer_alone(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  char* buffer = malloc(16);
  CHECK(buffer != NULL);
  memset(buffer, 'x', 16);
  size_t count = 77;
  rota_task* task = NULL;
  CHECK_OK(rota_socket_read(pair.server, buffer, 16, &count, &task));
  CHECK_STATUS(rota_task_wait(task, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  write_exactly(pair.client, "late", 4);
  for (int i = 0; i < 16; ++i) CHECK(buffer[i] == 'x');
  free(buffer);
  char again[8] = {0};
  read_exactly(pair.server, again, 4);
  CHECK(memcmp(again, "late", 4) == 0);
  release_pair(&pair);
  world_end(&world);
}

/* How much a cancelled write_all has written is told. */
static void a_cancelled_write_tells_how_far_it_got(uint32_t workers) {
  enum { kBytes = 64 << 20 };
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  char *out = calloc(1, kBytes), buffer[4096];
  CHECK(out != NULL);
  size_t count = 0, got = 0, total = 0;
  rota_task* task = NULL;
  CHECK_OK(rota_socket_write_all(pair.client, out, kBytes, &count, &task));
  CHECK_OK(read_some(pair.server, buffer, 1, &got)); /* it has begun */
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  CHECK(count >= 1 && count < kBytes);
  CHECK_OK(rota_socket_shutdown(pair.client, ROTA_SHUTDOWN_WRITE));
  for (total = got; got != 0; total += got) CHECK_OK(read_some(pair.server, buffer, sizeof buffer, &got));
  CHECK(total == count);
  free(out);
  release_pair(&pair);
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------------------ listening */

static void closing_a_listener_ends_its_accepts(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  uint16_t port = 0;
  rota_socket *listener = listen_here(world.runtime, &port), *socket = NULL;
  rota_task *accept = NULL, *connect = NULL;
  CHECK_OK(rota_tcp_accept(listener, &socket, &accept));
  CHECK_STATUS(rota_task_wait(accept, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_socket_close(listener));
  CHECK_STATUS(finish(accept), ROTA_ECLOSED);
  CHECK(socket == NULL);
  /* Nobody listens there any more. */
  CHECK_OK(rota_tcp_connect(world.runtime, "127.0.0.1", 9, port, NULL, &socket, &connect));
  CHECK_STATUS(finish(connect), ROTA_ECONNREFUSED);
  CHECK(socket == NULL);
  rota_socket_release(listener);
  world_end(&world);
}

static void a_cancelled_accept_takes_no_connection(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  uint16_t port = 0;
  rota_socket *listener = listen_here(world.runtime, &port), *server = NULL, *client = NULL;
  rota_task *accept = NULL, *connect = NULL;
  CHECK_OK(rota_tcp_accept(listener, &server, &accept));
  CHECK_OK(rota_task_cancel(accept));
  CHECK_STATUS(finish(accept), ROTA_ECANCELED);
  CHECK(server == NULL);
  CHECK_OK(rota_tcp_connect(world.runtime, "127.0.0.1", 9, port, NULL, &client, &connect));
  CHECK_OK(finish(connect));
  CHECK_OK(rota_tcp_accept(listener, &server, &accept));
  CHECK_OK(finish(accept));
  CHECK(server != NULL);
  rota_socket_release(listener);
  rota_socket_release(server);
  rota_socket_release(client);
  world_end(&world);
}

/* A connect that nobody answers can be cancelled at once. */
static void a_cancelled_connect_is_closed(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_socket* socket = NULL;
  rota_task* connect = NULL;
  /* 192.0.2.0/24 is for documentation: nobody answers there, or the network says so at once. */
  CHECK_OK(rota_tcp_connect(world.runtime, "192.0.2.1", 9, 9, NULL, &socket, &connect));
  const rota_status cancel = rota_task_cancel(connect);
  CHECK(cancel == ROTA_OK || cancel == ROTA_EALREADY);
  const rota_status status = finish(connect);
  CHECK(cancel == ROTA_OK ? status == ROTA_ECANCELED : status < ROTA_OK);
  CHECK(socket == NULL);
  world_end(&world);
}

static void shutdown_ends_what_is_pending(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  uint16_t port = 0;
  rota_socket *listener = listen_here(world.runtime, &port), *accepted = NULL;
  char buffer[8];
  size_t count = 77;
  rota_task *read = NULL, *accept = NULL;
  CHECK_OK(rota_socket_read(pair.client, buffer, sizeof buffer, &count, &read));
  CHECK_OK(rota_tcp_accept(listener, &accepted, &accept));
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_STATUS(finish(read), ROTA_ECANCELED);
  CHECK_STATUS(finish(accept), ROTA_ECANCELED);
  CHECK(accepted == NULL);
  rota_task* late = NULL;
  rota_status status = rota_socket_write_all(pair.client, buffer, 1, &count, &late);
  CHECK(status == ROTA_ESHUTDOWN || status == ROTA_ECLOSED);
  CHECK(late == NULL);
  rota_socket_release(listener);
  release_pair(&pair);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(closing_ends_what_is_pending, workers);
    RUN_WITH(a_cancelled_read_leaves_the_buffer_alone, workers);
    RUN_WITH(a_cancelled_write_tells_how_far_it_got, workers);
    RUN_WITH(closing_a_listener_ends_its_accepts, workers);
    RUN_WITH(a_cancelled_accept_takes_no_connection, workers);
    RUN_WITH(a_cancelled_connect_is_closed, workers);
    RUN_WITH(shutdown_ends_what_is_pending, workers);
  }
  return 0;
}
