// SPDX-License-Identifier: MIT
//
// Address: an IPv4 or IPv6 address and port, or the path of a Unix-domain socket, as the system's calls want it.
// socket_headers.h finds where each has them.
//
// Thread safety: plain values.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/status.h"

namespace rota::net {

class Address {
 public:
  // Room for any the system knows (sockaddr_storage).
  static constexpr size_t kCapacity = 128;
  // Enough for the text of any.
  static constexpr size_t kTextCapacity = 128;
  // Of a Unix-domain socket, on any system: the least of what they have room for.
  static constexpr size_t kMostPath = 103;

  Address() = default;
  Address(const void* data, size_t size);

  // "127.0.0.1", "::1". False: it is not numeric.
  static bool parse(const char* text, size_t length, uint16_t port, Address& address);

  // A Unix-domain socket's. On Linux a name may begin with NUL: then it is no file. kNameTooLong; kInvalid: empty, or a
  // NUL elsewhere.
  static Status unix_path(const char* path, size_t length, Address& address);

  // Writes the text, not terminated; its length, or 0 for a family without one. `text` has room for kTextCapacity.
  size_t format(char* text) const;
  uint16_t port() const;
  bool is_v6() const;
  bool is_unix() const;
  int family() const;  // AF_*

  const void* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  alignas(8) unsigned char data_[kCapacity] = {};
  uint32_t size_ = 0;
};

}  // namespace rota::net
