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
  if (socket < 0) return -1;
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

int new_socket(int family) { return prepare(::socket(family, SOCK_STREAM, IPPROTO_TCP)); }

int next_connection(int listener) { return prepare(::accept(listener, nullptr, nullptr)); }

// It has no options any more when the peer has reset it already.
bool connection_was_gone(int error) { return error == EINVAL; }

}  // namespace rota::net::os
