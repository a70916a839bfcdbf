/* SPDX-License-Identifier: MIT
 *
 * What the C tests of sockets share: a listener, a connected pair, and whole reads.
 */
#ifndef ROTA_TESTS_CAPI_TCP_SUPPORT_H
#define ROTA_TESTS_CAPI_TCP_SUPPORT_H

#include "tests/capi/support.h"

/* Listens on a free port of this machine. */
static inline rota_socket* listen_here(rota_runtime* runtime, uint16_t* port) {
  rota_socket* listener = NULL;
  char address[64];
  size_t length = 0;
  CHECK_OK(rota_tcp_listen(runtime, "127.0.0.1", 9, 0, NULL, &listener));
  CHECK_OK(rota_socket_local_address(listener, address, sizeof address, &length, port));
  CHECK(*port != 0);
  return listener;
}

/* Two ends of one connection. */
struct pair {
  rota_socket* client;
  rota_socket* server;
};

static inline struct pair connect_pair(rota_runtime* runtime) {
  struct pair pair = {NULL, NULL};
  uint16_t port = 0;
  rota_socket* listener = listen_here(runtime, &port);
  rota_task *accept = NULL, *connect = NULL;
  CHECK_OK(rota_tcp_accept(listener, &pair.server, &accept));
  CHECK_OK(rota_tcp_connect(runtime, "127.0.0.1", 9, port, NULL, &pair.client, &connect));
  CHECK_OK(finish(connect));
  CHECK_OK(finish(accept));
  CHECK(pair.client != NULL && pair.server != NULL);
  rota_socket_release(listener);
  return pair;
}

static inline void release_pair(struct pair* pair) {
  rota_socket_release(pair->client);
  rota_socket_release(pair->server);
}

/* Reads once: the status, and how much in *count. */
static inline rota_status read_some(rota_socket* socket, void* buffer, size_t length, size_t* count) {
  rota_task* task = NULL;
  CHECK_OK(rota_socket_read(socket, buffer, length, count, &task));
  return finish(task);
}

/* Reads exactly `length` bytes. */
static inline void read_exactly(rota_socket* socket, void* buffer, size_t length) {
  for (size_t done = 0; done < length;) {
    size_t count = 0;
    CHECK_OK(read_some(socket, (char*)buffer + done, length - done, &count));
    CHECK(count > 0 && count <= length - done);
    done += count;
  }
}

static inline void write_exactly(rota_socket* socket, const void* buffer, size_t length) {
  rota_task* task = NULL;
  size_t count = 0;
  CHECK_OK(rota_socket_write_all(socket, buffer, length, &count, &task));
  CHECK_OK(finish(task));
  CHECK(count == length);
}

#endif /* ROTA_TESTS_CAPI_TCP_SUPPORT_H */
