// SPDX-License-Identifier: MIT
#include "core/net/address.h"

#include <cstring>

#include "core/net/socket_headers.h"

namespace rota::net {
namespace {

int family_of(const unsigned char* data) {
  sockaddr generic;
  std::memcpy(&generic, data, sizeof generic);
  return generic.sa_family;
}

}  // namespace

static_assert(Address::kCapacity >= sizeof(sockaddr_storage));
// Windows' own constant has room for a port as well.
static_assert(Address::kTextCapacity >= sizeof "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255");

Address::Address(const void* data, size_t size) {
  size_ = static_cast<uint32_t>(size < kCapacity ? size : kCapacity);
  std::memcpy(data_, data, size_);
}

bool Address::parse(const char* text, size_t length, uint16_t port, Address& address) {
  char terminated[kTextCapacity];
  // With a NUL inside it would be read as its first part.
  if (length >= sizeof terminated || std::memchr(text, '\0', length) != nullptr) return false;
  std::memcpy(terminated, text, length);
  terminated[length] = '\0';
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, terminated, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    address = Address(&v4, sizeof v4);
    return true;
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, terminated, &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    address = Address(&v6, sizeof v6);
    return true;
  }
  return false;
}

size_t Address::format(char* text) const {
  const char* written = nullptr;
  if (is_v6()) {
    sockaddr_in6 v6;
    std::memcpy(&v6, data_, sizeof v6);
    written = ::inet_ntop(AF_INET6, &v6.sin6_addr, text, kTextCapacity);
  } else if (family_of(data_) == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, data_, sizeof v4);
    written = ::inet_ntop(AF_INET, &v4.sin_addr, text, kTextCapacity);
  }
  return written == nullptr ? 0 : std::strlen(written);
}

uint16_t Address::port() const {
  // At the same place in both families.
  sockaddr_in v4;
  std::memcpy(&v4, data_, sizeof v4);
  return ntohs(v4.sin_port);
}

bool Address::is_v6() const { return family_of(data_) == AF_INET6; }

}  // namespace rota::net
