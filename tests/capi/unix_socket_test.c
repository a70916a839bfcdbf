/* SPDX-License-Identifier: MIT
 *
 * Unix-domain sockets through the C interface. A system that has none says so, and that is then what is tested.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/capi/tcp_support.h"

/* A path of this test's own that no file has yet. */
static const char* fresh_path(void) {
  static char path[100];
  static int made = 0;
  const char* folder = getenv("TEST_TMPDIR");
  /* A build's own folder may have a longer name than a socket may. */
  if (folder == NULL || strlen(folder) > 60) folder = "/tmp";
  snprintf(path, sizeof path, "%s/rota-%llx-%d", folder, (unsigned long long)rota_now(NULL) ^ (uintptr_t)&made, made);
  ++made;
  remove(path);
  return path;
}

static rota_status connect_to(rota_runtime* runtime, const char* path, size_t length, rota_socket** socket) {
  rota_task* task = NULL;
  const rota_status status = rota_unix_connect(runtime, path, length, socket, &task);
  return status == ROTA_OK ? finish(task) : status;
}

static void both_ways(rota_runtime* runtime, const char* path, size_t length, int is_file) {
  rota_socket *listener = NULL, *client = NULL, *server = NULL;
  rota_task* accept = NULL;
  CHECK_OK(rota_unix_listen(runtime, path, length, 0, &listener));
  CHECK_OK(rota_tcp_accept(listener, &server, &accept));
  CHECK_OK(connect_to(runtime, path, length, &client));
  CHECK_OK(finish(accept));

  rota_task* write = NULL;
  size_t written = 0;
  CHECK_OK(rota_socket_write_all(client, "over there", 10, &written, &write));
  CHECK_OK(finish(write));
  char bytes[16];
  read_exactly(server, bytes, 10);
  CHECK(memcmp(bytes, "over there", 10) == 0);

  char address[128];
  size_t address_length = 0;
  uint16_t port = 1;
  CHECK_OK(rota_socket_peer_address(client, address, sizeof address, &address_length, &port));
  CHECK(address_length == length && memcmp(address, path, length) == 0 && port == 0);
  /* The client has no name. */
  CHECK_OK(rota_socket_peer_address(server, address, sizeof address, &address_length, &port));
  CHECK(address_length == 0);

  CHECK_OK(rota_socket_shutdown(client, ROTA_SHUTDOWN_WRITE));
  size_t count = 1;
  CHECK_OK(read_some(server, bytes, sizeof bytes, &count));
  CHECK(count == 0);

  rota_socket* second = NULL;
  CHECK(rota_unix_listen(runtime, path, length, 0, &second) == ROTA_EADDRINUSE);
  CHECK(second == NULL);
  rota_socket_release(client);
  rota_socket_release(server);
  rota_socket_release(listener);
  if (is_file) {
    CHECK(connect_to(runtime, path, length, &client) == ROTA_ECONNREFUSED);
    CHECK(remove(path) == 0);
    CHECK(connect_to(runtime, path, length, &client) == ROTA_ENOENT);
  }
  CHECK(client == NULL || !is_file);
}

static void wrong_use(rota_runtime* runtime) {
  char path[200];
  memset(path, 'x', sizeof path);
  path[0] = '/';
  rota_socket* socket = NULL;
  rota_task* task = NULL;
  CHECK(rota_unix_connect(runtime, path, sizeof path, &socket, &task) == ROTA_ENAMETOOLONG);
  CHECK(rota_unix_listen(runtime, path, 104, 0, &socket) == ROTA_ENAMETOOLONG);
  CHECK(rota_unix_connect(runtime, path, 0, &socket, &task) == ROTA_EINVAL);
  CHECK(rota_unix_connect(runtime, "a\0b", 3, &socket, &task) == ROTA_EINVAL);
  CHECK(rota_unix_listen(runtime, "a\0b", 3, 0, &socket) == ROTA_EINVAL);
  CHECK(rota_unix_connect(NULL, "a", 1, &socket, &task) == ROTA_EINVAL);
  CHECK(rota_unix_connect(runtime, NULL, 1, &socket, &task) == ROTA_EINVAL);
  CHECK(rota_unix_connect(runtime, "a", 1, NULL, &task) == ROTA_EINVAL);
  CHECK(rota_unix_connect(runtime, "a", 1, &socket, NULL) == ROTA_EINVAL);
  CHECK(rota_unix_listen(NULL, "a", 1, 0, &socket) == ROTA_EINVAL);
  CHECK(rota_unix_listen(runtime, NULL, 1, 0, &socket) == ROTA_EINVAL);
  CHECK(rota_unix_listen(runtime, "a", 1, 0, NULL) == ROTA_EINVAL);
  CHECK(socket == NULL && task == NULL);
}

int main(void) {
  rota_runtime* runtime = NULL;
  CHECK_OK(rota_runtime_create(NULL, &runtime));
  wrong_use(runtime);

  const char* path = fresh_path();
  rota_socket* probe = NULL;
  const rota_status supported = rota_unix_listen(runtime, path, strlen(path), 0, &probe);
  if (supported == ROTA_EAFNOSUPPORT) {
    printf("this system has no Unix-domain sockets: only that is tested\n");
    CHECK(connect_to(runtime, path, strlen(path), &probe) == ROTA_EAFNOSUPPORT);
  } else {
    CHECK_OK(supported);
    rota_socket_release(probe);
    CHECK(remove(path) == 0);
    both_ways(runtime, path, strlen(path), 1);
    path = fresh_path();
    both_ways(runtime, path, strlen(path), 1);
    rota_runtime_shutdown(runtime, ROTA_FOREVER);
    CHECK(rota_unix_listen(runtime, path, strlen(path), 0, &probe) == ROTA_ESHUTDOWN);
  }
  rota_runtime_release(runtime);
  return 0;
}
