// SPDX-License-Identifier: MIT
//
// What differs between the Unix systems and is needed by this folder. Each system's own folder defines it (system.cc).
//
// Thread safety: that of the system.
#pragma once

namespace rota::net::os {

// A TCP socket of the family: non-blocking, not inherited by children, and writing to it never raises SIGPIPE when
// kSendFlags are given. -1 with errno.
int new_socket(int family);
// The same for a connection that waits at a listener.
int next_connection(int listener);
// The error of next_connection tells that one connection was gone before we got it; EINTR, ECONNABORTED and EPROTO,
// which tell so everywhere, are asked for elsewhere.
bool connection_was_gone(int error);

// For send and sendmsg.
extern const int kSendFlags;
// The options (SOL_SOCKET) that share a port among listeners evenly, and that linger in seconds.
extern const int kReusePortOption;
extern const int kLingerOption;

}  // namespace rota::net::os
