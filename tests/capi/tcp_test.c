/* SPDX-License-Identifier: MIT
 *
 * TCP streams on this machine: connecting, moving bytes, half-closing, and the ends of a connection. Operations that
 * are cut short: tcp_close_test.c. Addresses and options: tcp_options_test.c.
 */
#include "tests/capi/tcp_support.h"
#include "tests/support/socket.h"

static void bytes_go_both_ways(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  char buffer[32] = {0};
  write_exactly(pair.client, "to the server", 13);
  read_exactly(pair.server, buffer, 13);
  CHECK(memcmp(buffer, "to the server", 13) == 0);
  write_exactly(pair.server, "to the client", 13);
  read_exactly(pair.client, buffer, 13);
  CHECK(memcmp(buffer, "to the client", 13) == 0);
  rota_task* task = NULL;
  size_t count = 0;
  CHECK_OK(rota_socket_write(pair.client, "once", 4, &count, &task));
  CHECK_OK(finish(task));
  CHECK(count >= 1 && count <= 4);
  read_exactly(pair.server, buffer, count);
  CHECK(memcmp(buffer, "once", count) == 0);
  release_pair(&pair);
  world_end(&world);
}

/* More than any socket buffer holds: the writer waits, and every byte arrives in its place. */
static void a_long_write_is_written_whole(uint32_t workers) {
  enum { kBytes = 8 << 20 };
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  unsigned char *out = malloc(kBytes), *in = malloc(kBytes);
  CHECK(out != NULL && in != NULL);
  for (size_t i = 0; i < kBytes; ++i) out[i] = (unsigned char)(i * 2654435761u >> 13);
  rota_task* task = NULL;
  size_t count = 0;
  CHECK_OK(rota_socket_write_all(pair.client, out, kBytes, &count, &task));
  read_exactly(pair.server, in, kBytes);
  CHECK_OK(finish(task));
  CHECK(count == kBytes);
  CHECK(memcmp(in, out, kBytes) == 0);
  free(out);
  free(in);
  release_pair(&pair);
  world_end(&world);
}

static void several_buffers_go_in_one_write(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  rota_buffer pieces[] = {{"one ", 4}, {NULL, 0}, {"two ", 4}, {"three", 5}};
  rota_task* task = NULL;
  size_t count = 0;
  CHECK_OK(rota_socket_writev(pair.client, pieces, 4, &count, &task));
  memset(pieces, 0xee, sizeof pieces); /* the array was copied */
  CHECK_OK(finish(task));
  CHECK(count == 13); /* so little fits at once */
  char buffer[16] = {0};
  read_exactly(pair.server, buffer, count);
  CHECK(memcmp(buffer, "one two three", 13) == 0);
  release_pair(&pair);
  world_end(&world);
}

static void after_a_half_close_reading_goes_on(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  char buffer[8];
  size_t count = 77;
  write_exactly(pair.client, "bye", 3);
  CHECK_OK(rota_socket_shutdown(pair.client, ROTA_SHUTDOWN_WRITE));
  read_exactly(pair.server, buffer, 3);
  CHECK_OK(read_some(pair.server, buffer, sizeof buffer, &count));
  CHECK(count == 0); /* the end of the stream */
  CHECK_OK(read_some(pair.server, buffer, sizeof buffer, &count));
  CHECK(count == 0); /* and it stays the end */
  write_exactly(pair.server, "answer", 6);
  read_exactly(pair.client, buffer, 6);
  CHECK(memcmp(buffer, "answer", 6) == 0);
  rota_task* task = NULL;
  CHECK_OK(rota_socket_write_all(pair.client, "more", 4, &count, &task));
  CHECK_STATUS(finish(task), ROTA_EPIPE);
  CHECK(count == 0);
  release_pair(&pair);
  world_end(&world);
}

static void releasing_the_peer_ends_the_stream(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  char buffer[8];
  size_t count = 77;
  rota_task* task = NULL;
  CHECK_OK(rota_socket_read(pair.server, buffer, sizeof buffer, &count, &task));
  rota_socket_release(pair.client); /* the last reference closes */
  CHECK_OK(finish(task));
  CHECK(count == 0);
  rota_socket_release(pair.server);
  world_end(&world);
}

/* A peer that goes with unread bytes resets the connection. */
static void a_reset_is_reported(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  char buffer[8];
  size_t count = 77;
  CHECK_OK(rota_socket_set_option(pair.client, ROTA_SOCKET_LINGER, 0));
  CHECK_OK(rota_socket_close(pair.client));
  const rota_status status = read_some(pair.server, buffer, sizeof buffer, &count);
  CHECK_STATUS(status, os_resets_are_told() ? ROTA_ECONNRESET : ROTA_OK);
  CHECK(count == 0);
  release_pair(&pair);
  world_end(&world);
}

/* --------------------------------------------------------------------------------------------------- inside a poll */

enum { kEcho = 200 };

struct echo {
  rota_socket* socket;
  unsigned char buffer[64];
  size_t have;
  size_t written;
  uint32_t rounds;
};

/* Reads and writes back until the stream ends, without any task for the operations. */
static rota_status echo_poll(void* state, rota_context* cx) {
  struct echo* echo = state;
  for (;;) {
    size_t count = 77;
    if (echo->written < echo->have) {
      const rota_buffer piece = {echo->buffer + echo->written, echo->have - echo->written};
      const rota_status status = echo->rounds % 2 == 0
                                     ? rota_socket_write_poll(echo->socket, cx, piece.data, piece.len, &count)
                                     : rota_socket_writev_poll(echo->socket, cx, &piece, 1, &count);
      if (status != ROTA_OK) return status;
      echo->written += count;
      continue;
    }
    const rota_status status = rota_socket_read_poll(echo->socket, cx, echo->buffer, sizeof echo->buffer, &count);
    if (status != ROTA_OK) return status;
    if (count == 0) return ROTA_OK;
    echo->have = count;
    echo->written = 0;
    echo->rounds++;
  }
}

struct acceptor {
  rota_socket* listener;
  rota_socket* socket;
};

static rota_status accept_poll(void* state, rota_context* cx) {
  struct acceptor* acceptor = state;
  return rota_tcp_accept_poll(acceptor->listener, cx, &acceptor->socket);
}

static void a_task_polls_its_sockets(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  uint16_t port = 0;
  struct acceptor acceptor = {listen_here(world.runtime, &port), NULL};
  rota_socket* client = NULL;
  rota_task *connect = NULL, *accept = NULL, *server = NULL;
  rota_spawn_desc desc = describe_poll(accept_poll, &acceptor);
  CHECK_OK(rota_spawn(world.runtime, &desc, &accept));
  CHECK_OK(rota_tcp_connect(world.runtime, "127.0.0.1", 9, port, NULL, &client, &connect));
  CHECK_OK(finish(connect));
  CHECK_OK(finish(accept));
  struct echo echo = {.socket = acceptor.socket};
  desc = describe_poll(echo_poll, &echo);
  CHECK_OK(rota_spawn(world.runtime, &desc, &server));
  for (int i = 0; i < kEcho; ++i) {
    unsigned char out[50], in[50];
    memset(out, i, sizeof out);
    write_exactly(client, out, sizeof out);
    read_exactly(client, in, sizeof in);
    CHECK(memcmp(in, out, sizeof in) == 0);
  }
  CHECK_OK(rota_socket_shutdown(client, ROTA_SHUTDOWN_WRITE));
  CHECK_OK(finish(server));
  CHECK(echo.rounds >= kEcho);
  rota_socket_release(client);
  rota_socket_release(acceptor.socket);
  rota_socket_release(acceptor.listener);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(bytes_go_both_ways, workers);
    RUN_WITH(a_long_write_is_written_whole, workers);
    RUN_WITH(several_buffers_go_in_one_write, workers);
    RUN_WITH(after_a_half_close_reading_goes_on, workers);
    RUN_WITH(releasing_the_peer_ends_the_stream, workers);
    RUN_WITH(a_reset_is_reported, workers);
    RUN_WITH(a_task_polls_its_sockets, workers);
  }
  return 0;
}
