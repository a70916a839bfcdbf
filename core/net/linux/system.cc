// SPDX-License-Identifier: MIT
#include "core/net/unix/system.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace rota::net::os {

const int kSendFlags = MSG_NOSIGNAL;
const int kReusePortOption = SO_REUSEPORT;
const int kLingerOption = SO_LINGER;

int new_socket(int family) { return ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP); }

int next_connection(int listener) { return ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); }

// accept(2): errors of the network that are pending on the connection.
bool connection_was_gone(int error) {
  switch (error) {
    case ENETDOWN:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENOPROTOOPT:
    case ENONET:
      return true;
    default:
      return false;
  }
}

}  // namespace rota::net::os
