// SPDX-License-Identifier: MIT
//
// What a platform must give to sockets: the system's calls, non-blocking, with errors as Status. kAgain means: not now,
// wait for readiness. Nothing here knows the engine. Interrupted calls are repeated inside.
//
// Thread safety: that of the system.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/result.h"
#include "core/net/address.h"

namespace rota::net::os {

using Handle = intptr_t;
inline constexpr Handle kNone = -1;

struct Buffer {
  const void* data;
  size_t len;
};
inline constexpr size_t kMostBuffers = 1024;

struct TcpOptions {
  bool reuse_port = false;
  bool v6_only = false;
  uint32_t backlog = 1024;
  uint32_t recv_buffer = 0;  // 0: the system's
  uint32_t send_buffer = 0;
};

enum class Option : uint32_t { kNoDelay = 1, kKeepAlive = 2, kRecvBuffer = 3, kSendBuffer = 4, kLinger = 5 };
enum class Half : uint32_t { kRead = 0, kWrite = 1, kBoth = 2 };

// A new stream socket for the family of `address`, not inherited by children, with the buffers set, and nodelay where
// there is such a thing. kAddressFamily: this system has no such sockets.
Result<Handle> open_stream(const Address& address, const TcpOptions& options);
// kOk; kPending: under way, `connected` tells when the socket is ready for writing.
Status connect(Handle socket, const Address& address);
// After readiness: kOk, kPending (not yet), or why not.
Status connected(Handle socket);
Status bind_and_listen(Handle socket, const Address& address, const TcpOptions& options);
// A connection, with its listener's options. kAgain: none now. kProcessFiles, kSystemFiles, kNoBuffers, kNoMemory:
// there may be one, but no room for it now. What concerned a single connection that is gone again is passed over.
Result<Handle> accept(Handle listener);
void close(Handle socket);

Status read(Handle socket, void* buffer, size_t len, size_t& count);
Status write(Handle socket, const Buffer* buffers, size_t buffer_count, size_t& count);
Status shutdown(Handle socket, Half half);
// kInvalid: a value out of range.
Status set_option(Handle socket, Option option, int64_t value);
Status get_option(Handle socket, Option option, int64_t& value);
Status local_address(Handle socket, Address& address);
Status peer_address(Handle socket, Address& address);

// The addresses of a name; blocks. Up to `capacity`, `count` of them. kNotFound: there is none.
Status resolve(const char* name, uint16_t port, Address* addresses, size_t capacity, size_t& count);

// What a descriptor of any kind is ready for right now, as far as asked, and whether its peer has ended or it has an
// error; the bits of io/ready.h. kBadDescriptor.
Status readiness(Handle descriptor, bool read, bool write, uint32_t& ready);

}  // namespace rota::net::os
