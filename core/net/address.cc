// SPDX-License-Identifier: MIT
#include "core/net/address.h"

#include <cstddef>
#include <cstring>

#include "core/net/socket_headers.h"

namespace rota::net {
namespace {

constexpr size_t kPathBegin = offsetof(sockaddr_un, sun_path);

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

Status Address::unix_path(const char* path, size_t length, Address& address) {
  if (length == 0) return Status::kInvalid;
  if (length > kMostPath) return Status::kNameTooLong;
  if (std::memchr(path + 1, '\0', length - 1) != nullptr) return Status::kInvalid;
  const bool is_file = path[0] != '\0';
  sockaddr_un local{};
  static_assert(kMostPath < sizeof local.sun_path);
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, path, length);
  address = Address(&local, kPathBegin + length + (is_file ? 1 : 0));
  return Status::kOk;
}

size_t Address::format(char* text) const {
  if (is_unix()) {
    sockaddr_un local{};
    std::memcpy(&local, data_, size_ < sizeof local ? size_ : sizeof local);
    size_t length = size_ > kPathBegin ? size_ - kPathBegin : 0;
    // A file's ends with NUL; of a socket without a name some systems tell nothing but that.
    if (length != 0 && (local.sun_path[0] != '\0' || length == 1)) length = ::strnlen(local.sun_path, length);
    std::memcpy(text, local.sun_path, length);
    return length;
  }
  const char* written = nullptr;
  if (is_v6()) {
    sockaddr_in6 v6;
    std::memcpy(&v6, data_, sizeof v6);
    written = ::inet_ntop(AF_INET6, &v6.sin6_addr, text, kTextCapacity);
  } else if (family() == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, data_, sizeof v4);
    written = ::inet_ntop(AF_INET, &v4.sin_addr, text, kTextCapacity);
  }
  return written == nullptr ? 0 : std::strlen(written);
}

uint16_t Address::port() const {
  if (is_unix()) return 0;
  // At the same place in both families.
  sockaddr_in v4;
  std::memcpy(&v4, data_, sizeof v4);
  return ntohs(v4.sin_port);
}

int Address::family() const {
  sockaddr generic;
  std::memcpy(&generic, data_, sizeof generic);
  return generic.sa_family;
}

bool Address::is_v6() const { return family() == AF_INET6; }
bool Address::is_unix() const { return family() == AF_UNIX; }

}  // namespace rota::net
