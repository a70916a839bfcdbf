/* SPDX-License-Identifier: MIT
 *
 * Names, addresses, ports and options of TCP sockets.
 */
#include "tests/capi/tcp_support.h"
#include "tests/support/socket.h"

/* A name that is looked up, on the blocking pool or, hosted, inside the host's call. */
static void a_name_is_looked_up(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  uint16_t port = 0;
  rota_socket *listener = listen_here(world.runtime, &port), *client = NULL, *server = NULL;
  rota_task *accept = NULL, *connect = NULL;
  /* Neither terminator nor copy: exactly nine bytes, gone after the call. */
  char* name = malloc(9);
  CHECK(name != NULL);
  memcpy(name, "localhost", 9);
  CHECK_OK(rota_tcp_accept(listener, &server, &accept));
  CHECK_OK(rota_tcp_connect(world.runtime, name, 9, port, NULL, &client, &connect));
  free(name);
  CHECK_OK(finish(connect));
  CHECK_OK(finish(accept));
  CHECK(client != NULL && server != NULL);
  rota_socket_release(listener);
  rota_socket_release(client);
  rota_socket_release(server);
  world_end(&world);
}

/* The port is bound, so that nobody else can listen on it meanwhile. */
static void a_port_nobody_listens_on_refuses(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  uint16_t port = 0;
  const os_socket bound = os_socket_bound(&port);
  rota_socket* socket = NULL;
  rota_task* task = NULL;
  CHECK_OK(rota_tcp_connect(world.runtime, "127.0.0.1", 9, port, NULL, &socket, &task));
  CHECK_STATUS(finish(task), ROTA_ECONNREFUSED);
  CHECK(socket == NULL);
  os_socket_close(bound);
  world_end(&world);
}

static void both_ends_know_their_addresses(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  char local[64], peer[64];
  size_t local_length = 0, peer_length = 0;
  uint16_t local_port = 0, peer_port = 0;
  CHECK_OK(rota_socket_local_address(pair.client, local, sizeof local, &local_length, &local_port));
  CHECK_OK(rota_socket_peer_address(pair.server, peer, sizeof peer, &peer_length, &peer_port));
  CHECK(local_length == 9 && memcmp(local, "127.0.0.1", 9) == 0);
  CHECK(peer_length == 9 && memcmp(peer, "127.0.0.1", 9) == 0);
  CHECK(local_port == peer_port && local_port != 0);
  CHECK_OK(rota_socket_local_address(pair.server, local, sizeof local, &local_length, NULL)); /* port not wanted */
  /* Not terminated: exactly as long as the text is enough, one less is not. */
  memset(local, 'x', sizeof local);
  CHECK_OK(rota_socket_local_address(pair.client, local, 9, &local_length, &local_port));
  CHECK(local_length == 9 && memcmp(local, "127.0.0.1x", 10) == 0);
  memset(local, 'x', sizeof local);
  CHECK_STATUS(rota_socket_local_address(pair.client, local, 8, &local_length, &local_port), ROTA_EOVERFLOW);
  CHECK(memcmp(local + 8, "xx", 2) == 0);
  CHECK_STATUS(rota_socket_peer_address(pair.client, local, 0, &local_length, &local_port), ROTA_EOVERFLOW);
  release_pair(&pair);
  world_end(&world);
}

/* The kernel may have no IPv6; then the library says so, and nothing can be checked. */
static void ipv6_is_spoken(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_socket *listener = NULL, *client = NULL, *server = NULL;
  const rota_status status = rota_tcp_listen(world.runtime, "::1", 3, 0, NULL, &listener);
  if (status == ROTA_OK) {
    char address[64];
    size_t length = 0;
    uint16_t port = 0;
    rota_task *accept = NULL, *connect = NULL;
    CHECK_OK(rota_socket_local_address(listener, address, sizeof address, &length, &port));
    CHECK(length == 3 && memcmp(address, "::1", 3) == 0);
    CHECK_OK(rota_tcp_accept(listener, &server, &accept));
    CHECK_OK(rota_tcp_connect(world.runtime, "::1", 3, port, NULL, &client, &connect));
    CHECK_OK(finish(connect));
    CHECK_OK(finish(accept));
    rota_socket_release(client);
    rota_socket_release(server);
  } else {
    CHECK(status == ROTA_EAFNOSUPPORT || status == ROTA_EADDRNOTAVAIL);
    CHECK(listener == NULL);
  }
  rota_socket_release(listener);
  world_end(&world);
}

static void a_port_is_taken_once(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  uint16_t port = 0;
  rota_socket *listener = listen_here(world.runtime, &port), *second = (rota_socket*)&world;
  CHECK_STATUS(rota_tcp_listen(world.runtime, "127.0.0.1", 9, port, NULL, &second), ROTA_EADDRINUSE);
  CHECK(second == NULL);
  rota_socket_release(listener);
  CHECK_OK(rota_tcp_listen(world.runtime, "127.0.0.1", 9, port, NULL, &second)); /* free again at once */
  rota_socket_release(second);
  /* Unless both say that they share it. */
  rota_tcp_options options;
  CHECK_OK(rota_tcp_options_init(&options, sizeof options));
  options.flags = ROTA_TCP_REUSE_PORT;
  options.backlog = 4;
  CHECK_OK(rota_tcp_listen(world.runtime, "127.0.0.1", 9, 0, &options, &listener));
  char address[64];
  size_t length = 0;
  CHECK_OK(rota_socket_local_address(listener, address, sizeof address, &length, &port));
  CHECK_OK(rota_tcp_listen(world.runtime, "127.0.0.1", 9, port, &options, &second));
  rota_socket_release(listener);
  rota_socket_release(second);
  world_end(&world);
}

static void options_can_be_set_and_read(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  int64_t value = 77;
  CHECK_OK(rota_socket_get_option(pair.client, ROTA_SOCKET_NODELAY, &value));
  CHECK(value == 1); /* set on when connecting */
  const struct {
    uint32_t option;
    int64_t value;
  } exact[] = {{ROTA_SOCKET_NODELAY, 0},   {ROTA_SOCKET_NODELAY, 1}, {ROTA_SOCKET_KEEPALIVE, 1},
               {ROTA_SOCKET_KEEPALIVE, 0}, {ROTA_SOCKET_LINGER, 3},  {ROTA_SOCKET_LINGER, 0},
               {ROTA_SOCKET_LINGER, -1}};
  for (size_t i = 0; i < sizeof exact / sizeof *exact; ++i) {
    CHECK_OK(rota_socket_set_option(pair.client, exact[i].option, exact[i].value));
    CHECK_OK(rota_socket_get_option(pair.client, exact[i].option, &value));
    CHECK(value == exact[i].value);
  }
  const uint32_t buffers[] = {ROTA_SOCKET_RECV_BUFFER, ROTA_SOCKET_SEND_BUFFER};
  for (size_t i = 0; i < 2; ++i) {
    CHECK_OK(rota_socket_set_option(pair.client, buffers[i], 32768));
    CHECK_OK(rota_socket_get_option(pair.client, buffers[i], &value));
    CHECK(value >= 32768); /* the system may round */
  }
  release_pair(&pair);
  world_end(&world);
}

/* The native descriptor is the system's own socket: what is set there is what the engine reads. */
static void the_native_descriptor_is_the_socket(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct pair pair = connect_pair(world.runtime);
  intptr_t native = -1;
  CHECK_OK(rota_socket_native(pair.client, &native));
  CHECK(os_socket_is_stream(native));
  os_socket_set_nodelay(native, 0);
  int64_t value = 77;
  CHECK_OK(rota_socket_get_option(pair.client, ROTA_SOCKET_NODELAY, &value));
  CHECK(value == 0);
  release_pair(&pair);
  world_end(&world);
}

static void buffers_can_be_asked_for_at_the_start(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_tcp_options options;
  CHECK_OK(rota_tcp_options_init(&options, sizeof options));
  options.recv_buffer = 40000;
  options.send_buffer = 50000;
  uint16_t port = 0;
  rota_socket *listener = listen_here(world.runtime, &port), *client = NULL, *server = NULL;
  rota_task *accept = NULL, *connect = NULL;
  int64_t value = 0;
  CHECK_OK(rota_tcp_accept(listener, &server, &accept));
  CHECK_OK(rota_tcp_connect(world.runtime, "127.0.0.1", 9, port, &options, &client, &connect));
  CHECK_OK(finish(connect));
  CHECK_OK(finish(accept));
  CHECK_OK(rota_socket_get_option(client, ROTA_SOCKET_RECV_BUFFER, &value));
  CHECK(value >= 40000 && value <= 100000);
  CHECK_OK(rota_socket_get_option(client, ROTA_SOCKET_SEND_BUFFER, &value));
  CHECK(value >= 50000 && value <= 120000);
  rota_socket_release(listener);
  rota_socket_release(client);
  rota_socket_release(server);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(a_name_is_looked_up, workers);
    RUN_WITH(a_port_nobody_listens_on_refuses, workers);
    RUN_WITH(both_ends_know_their_addresses, workers);
    RUN_WITH(ipv6_is_spoken, workers);
    RUN_WITH(a_port_is_taken_once, workers);
    RUN_WITH(options_can_be_set_and_read, workers);
    RUN_WITH(the_native_descriptor_is_the_socket, workers);
    RUN_WITH(buffers_can_be_asked_for_at_the_start, workers);
  }
  return 0;
}
