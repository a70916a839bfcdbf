/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* mkstemp in C11 */
#endif

#include "tests/support/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/unix/check.h"

void os_socket_pair(os_socket ends[2]) {
  int pair[2];
  OS_CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  for (int i = 0; i < 2; ++i) {
    OS_CHECK(fcntl(pair[i], F_SETFL, O_NONBLOCK) == 0);
    OS_CHECK(fcntl(pair[i], F_SETFD, FD_CLOEXEC) == 0);
    ends[i] = pair[i];
  }
}

os_socket os_socket_bound(uint16_t* port) {
  struct sockaddr_in address = {0};
  socklen_t length = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int bound = socket(AF_INET, SOCK_STREAM, 0);
  OS_CHECK(bound >= 0);
  OS_CHECK(fcntl(bound, F_SETFD, FD_CLOEXEC) == 0);
  OS_CHECK(bind(bound, (struct sockaddr*)&address, sizeof address) == 0);
  OS_CHECK(getsockname(bound, (struct sockaddr*)&address, &length) == 0);
  *port = ntohs(address.sin_port);
  return bound;
}

void os_socket_close(os_socket socket) { OS_CHECK(close((int)socket) == 0); }

int os_socket_is_open(os_socket socket) { return fcntl((int)socket, F_GETFD) >= 0; }

static ptrdiff_t moved(ssize_t count) {
  OS_CHECK(count >= 0 || errno == EAGAIN || errno == EWOULDBLOCK);
  return count;
}

ptrdiff_t os_socket_send(os_socket socket, const void* bytes, size_t length) {
  return moved(send((int)socket, bytes, length, 0));
}

ptrdiff_t os_socket_receive(os_socket socket, void* bytes, size_t length) {
  return moved(recv((int)socket, bytes, length, 0));
}

void os_socket_send_urgent(os_socket socket, char byte) { OS_CHECK(send((int)socket, &byte, 1, MSG_OOB) == 1); }

void os_socket_end(os_socket socket) { OS_CHECK(shutdown((int)socket, SHUT_WR) == 0); }

int os_socket_is_stream(os_socket socket) {
  int type = 0;
  socklen_t length = sizeof type;
  OS_CHECK(getsockopt((int)socket, SOL_SOCKET, SO_TYPE, &type, &length) == 0);
  return type == SOCK_STREAM;
}

void os_socket_set_nodelay(os_socket socket, int on) {
  OS_CHECK(setsockopt((int)socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
}

intptr_t os_file_open(void) {
  char name[] = "/tmp/rota_test.XXXXXX";
  const int file = mkstemp(name);
  OS_CHECK(file >= 0);
  OS_CHECK(unlink(name) == 0);
  return file;
}

void os_file_close(intptr_t file) { OS_CHECK(close((int)file) == 0); }
