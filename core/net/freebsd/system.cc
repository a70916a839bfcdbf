// SPDX-License-Identifier: MIT
#include "core/net/unix/system.h"

#include <netinet/in.h>
#include <sys/socket.h>

namespace rota::net::os {

const int kSendFlags = MSG_NOSIGNAL;
// SO_REUSEPORT itself gives all connections to one of the listeners.
const int kReusePortOption = SO_REUSEPORT_LB;
const int kLingerOption = SO_LINGER;

int new_socket(int family) { return ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP); }

int next_connection(int listener) { return ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); }

bool connection_was_gone(int /*error*/) { return false; }

}  // namespace rota::net::os
