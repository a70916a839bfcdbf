// SPDX-License-Identifier: MIT
#include "core/net/unix/system.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rota::net::os {
namespace {

// What other systems are told when they make the socket. Between the two a child that is started may inherit it.
int prepare(int socket) {
  const int on = 1;
  const bool prepared = ::fcntl(socket, F_SETFD, FD_CLOEXEC) == 0 && ::fcntl(socket, F_SETFL, O_NONBLOCK) == 0 &&
                        ::setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) == 0;
  if (prepared) return socket;
  const int error = errno;
  ::close(socket);
  errno = error;
  return -1;
}

}  // namespace

const int kSendFlags = 0;  // SO_NOSIGPIPE
const int kReusePortOption = SO_REUSEPORT;
const int kLingerOption = SO_LINGER_SEC;  // SO_LINGER counts in ticks

int new_socket(int family) {
  const int socket = ::socket(family, SOCK_STREAM, IPPROTO_TCP);
  return socket < 0 ? -1 : prepare(socket);
}

int next_connection(int listener) {
  const int socket = ::accept(listener, nullptr, nullptr);
  if (socket < 0) return -1;
  const int prepared = prepare(socket);
  // It has no options any more when the peer has reset it already. Of a listener, EINVAL says something else.
  if (prepared < 0 && errno == EINVAL) errno = ECONNABORTED;
  return prepared;
}

bool connection_was_gone(int /*error*/) { return false; }

}  // namespace rota::net::os
