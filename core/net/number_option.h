// SPDX-License-Identifier: MIT
//
// The socket options that are plain numbers: their names are the same on every system.
//
// Thread safety: plain values.
#pragma once

#include <climits>
#include <cstdint>

#include "core/net/os_socket.h"
#include "core/net/socket_headers.h"

namespace rota::net::os {

struct Number {
  int level, name;
  int64_t least, most;
};

// False: it is of another form.
inline bool number_of(Option option, Number& number) {
  switch (option) {
    case Option::kNoDelay:
      number = {IPPROTO_TCP, TCP_NODELAY, 0, 1};
      return true;
    case Option::kKeepAlive:
      number = {SOL_SOCKET, SO_KEEPALIVE, 0, 1};
      return true;
    case Option::kRecvBuffer:
      number = {SOL_SOCKET, SO_RCVBUF, 1, INT_MAX / 2};
      return true;
    case Option::kSendBuffer:
      number = {SOL_SOCKET, SO_SNDBUF, 1, INT_MAX / 2};
      return true;
    case Option::kLinger:
      return false;
  }
  return false;
}

}  // namespace rota::net::os
