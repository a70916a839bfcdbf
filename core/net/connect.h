// SPDX-License-Identifier: MIT
//
// Connect: the poll function behind rota_tcp_connect: looks the name up unless it is numeric, then tries its addresses
// in turn.
//
//   RESOLVING --addresses--> CONNECTING --kOk--> done
//       |                     |   ^
//       | none                |   +-- refused, unreachable, ...: the next address
//       +----> failed <-------+ no next: the last one's error
//
// Thread safety: that of a task's state: one poll at a time. Dropping it closes the attempt.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/result.h"
#include "core/net/os_socket.h"
#include "core/net/resolve.h"
#include "core/net/socket.h"

namespace rota::net {

class Connect {
 public:
  // The connected socket is put into `out`, with its reference; `out` is borrowed until then. Errors: as
  // Resolution::start.
  static Result<Connect*> make(const scheduler::Services& services, const char* host, size_t length, uint16_t port,
                               const os::TcpOptions& options, void (*give)(void* out, Socket* socket), void* out);
  // The same to a known address.
  static Result<Connect*> make(const scheduler::Services& services, const Address& address,
                               const os::TcpOptions& options, void (*give)(void* out, Socket* socket), void* out);
  Connect(const scheduler::Services& services, const os::TcpOptions& options, void (*give)(void* out, Socket* socket),
          void* out)
      : services_(services), options_(options), give_(give), out_(out) {}
  ~Connect();
  Connect(const Connect&) = delete;
  Connect& operator=(const Connect&) = delete;
  void destroy() { services_.arena.destroy(this); }

  Status poll(task::Context& context);

 private:
  Status poll_resolution(task::Context& context);
  Status begin(const Address& address);
  const Address* next_address();

  const scheduler::Services& services_;
  const os::TcpOptions options_;
  void (*const give_)(void* out, Socket* socket);
  void* const out_;

  Address address_;                   // when the host was numeric
  Resolution* resolution_ = nullptr;  // when it was a name
  task::Header* job_ = nullptr;       // its lookup, while it goes on
  size_t next_ = 0;                   // address to try next
  Socket* attempt_ = nullptr;         // under way
  Status last_error_ = Status::kNotFound;
};

}  // namespace rota::net
