// SPDX-License-Identifier: MIT
//
// Address: an IPv4 or IPv6 address and port, as the system's calls want it. socket_headers.h
// finds where each has them.
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
  static constexpr size_t kTextCapacity = 64;

  Address() = default;
  Address(const void* data, size_t size);

  // "127.0.0.1", "::1". False: it is not numeric.
  static bool parse(const char* text, size_t length, uint16_t port, Address& address);

  // Writes the text, not terminated; its length, or 0 for a family without one. `text` has room for kTextCapacity.
  size_t format(char* text) const;
  uint16_t port() const;
  bool is_v6() const;

  const void* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  alignas(8) unsigned char data_[kCapacity] = {};
  uint32_t size_ = 0;
};

}  // namespace rota::net
