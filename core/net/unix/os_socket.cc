// SPDX-License-Identifier: MIT
#include "core/net/os_socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <climits>
#include <cstddef>

#include "core/net/number_option.h"
#include "core/net/unix/repeat.h"
#include "core/net/unix/system.h"
#include "core/platform/os_error.h"

namespace rota::net::os {
namespace {

using platform::last_os_error;
using platform::status_of_os_error;

int fd_of(Handle socket) { return static_cast<int>(socket); }

const sockaddr* sockaddr_of(const Address& address) { return reinterpret_cast<const sockaddr*>(address.data()); }

// What some systems take in one call; others refuse more.
size_t at_most_int(size_t len) { return len < INT_MAX ? len : INT_MAX; }

Status set_int(Handle socket, int level, int name, int value) {
  return ::setsockopt(fd_of(socket), level, name, &value, sizeof value) == 0 ? Status::kOk : last_os_error();
}

Status configure(Handle socket, const TcpOptions& options) {
  if (const Status status = set_int(socket, IPPROTO_TCP, TCP_NODELAY, 1); !ok(status)) return status;
  if (options.recv_buffer != 0) {
    if (const Status status = set_option(socket, Option::kRecvBuffer, options.recv_buffer); !ok(status)) return status;
  }
  return options.send_buffer == 0 ? Status::kOk : set_option(socket, Option::kSendBuffer, options.send_buffer);
}

Status address_by(int (*call)(int, sockaddr*, socklen_t*), Handle socket, Address& address) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (call(fd_of(socket), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return last_os_error();
  address = Address(&storage, size);
  return Status::kOk;
}

Status status_of_lookup(int error) {
  switch (error) {
    case EAI_AGAIN:
      return Status::kAgain;
    case EAI_MEMORY:
      return Status::kNoMemory;
    case EAI_SYSTEM:
      return last_os_error();
    default:
      return Status::kNotFound;
  }
}

}  // namespace

Result<Handle> open_tcp(const Address& address, const TcpOptions& options) {
  const int family = address.is_v6() ? AF_INET6 : AF_INET;
  const Handle socket = new_socket(family);
  if (socket < 0) return last_os_error();
  if (const Status status = configure(socket, options); !ok(status)) {
    close(socket);
    return status;
  }
  return socket;
}

Status connect(Handle socket, const Address& address) {
  if (::connect(fd_of(socket), sockaddr_of(address), static_cast<socklen_t>(address.size())) == 0) return Status::kOk;
  // Interrupted, it goes on in the background like any other.
  if (errno == EINPROGRESS || errno == EINTR) return Status::kPending;
  // No local port is left.
  return errno == EAGAIN ? Status::kAddressNotAvailable : last_os_error();
}

Status connected(Handle socket) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd_of(socket), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return last_os_error();
  if (error != 0) return status_of_os_error(error);
  Address peer;
  const Status status = peer_address(socket, peer);
  return status == Status::kNotConnected ? Status::kPending : status;
}

Status bind_and_listen(Handle socket, const Address& address, const TcpOptions& options) {
  if (const Status status = set_int(socket, SOL_SOCKET, SO_REUSEADDR, 1); !ok(status)) return status;
  if (options.reuse_port) {
    if (const Status status = set_int(socket, SOL_SOCKET, kReusePortOption, 1); !ok(status)) return status;
  }
  if (address.is_v6()) {
    const Status status = set_int(socket, IPPROTO_IPV6, IPV6_V6ONLY, options.v6_only ? 1 : 0);
    if (!ok(status)) return status;
  }
  if (::bind(fd_of(socket), sockaddr_of(address), static_cast<socklen_t>(address.size())) != 0) return last_os_error();
  const uint32_t backlog = options.backlog < INT_MAX ? options.backlog : INT_MAX;
  return ::listen(fd_of(socket), static_cast<int>(backlog)) == 0 ? Status::kOk : last_os_error();
}

Result<Handle> accept(Handle listener) {
  for (;;) {
    // It has its listener's options, nodelay included.
    const Handle socket = next_connection(fd_of(listener));
    if (socket >= 0) return socket;
    const bool gone = errno == EINTR || errno == ECONNABORTED || errno == EPROTO || connection_was_gone(errno);
    if (!gone) return last_os_error();
  }
}

// Never repeated: it is closed even when that says EINTR.
void close(Handle socket) { ::close(fd_of(socket)); }

Status read(Handle socket, void* buffer, size_t len, size_t& count) {
  const ssize_t got = repeat([&] { return ::recv(fd_of(socket), buffer, at_most_int(len), 0); });
  if (got < 0) return last_os_error();
  count = static_cast<size_t>(got);
  return Status::kOk;
}

Status write(Handle socket, const Buffer* buffers, size_t buffer_count, size_t& count) {
  // As many of them as one call takes; one that is too much for it goes alone, in part.
  size_t fitting = 0, total = 0;
  for (; fitting < buffer_count && buffers[fitting].len <= INT_MAX - total; ++fitting) total += buffers[fitting].len;
  const bool alone = buffer_count == 1 || (total == 0 && fitting < buffer_count);
  ssize_t put;
  if (alone) {
    const Buffer& buffer = buffer_count == 1 ? *buffers : buffers[fitting];
    put = repeat([&] { return ::send(fd_of(socket), buffer.data, at_most_int(buffer.len), kSendFlags); });
  } else {
    // The same two words.
    static_assert(sizeof(iovec) == sizeof(Buffer) && offsetof(iovec, iov_base) == offsetof(Buffer, data) &&
                  offsetof(iovec, iov_len) == offsetof(Buffer, len));
    msghdr message{};
    message.msg_iov = reinterpret_cast<iovec*>(const_cast<Buffer*>(buffers));
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(fitting);
    put = repeat([&] { return ::sendmsg(fd_of(socket), &message, kSendFlags); });
  }
  if (put < 0) return last_os_error();
  count = static_cast<size_t>(put);
  return Status::kOk;
}

Status shutdown(Handle socket, Half half) {
  constexpr int kHow[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
  return ::shutdown(fd_of(socket), kHow[static_cast<uint32_t>(half)]) == 0 ? Status::kOk : last_os_error();
}

Status set_option(Handle socket, Option option, int64_t value) {
  Number number;
  if (number_of(option, number)) {
    if (value < number.least || value > number.most) return Status::kInvalid;
    return set_int(socket, number.level, number.name, static_cast<int>(value));
  }
  if (value < -1 || value > INT_MAX) return Status::kInvalid;
  const linger wait{.l_onoff = value >= 0 ? 1 : 0, .l_linger = value >= 0 ? static_cast<int>(value) : 0};
  return ::setsockopt(fd_of(socket), SOL_SOCKET, kLingerOption, &wait, sizeof wait) == 0 ? Status::kOk
                                                                                         : last_os_error();
}

Status get_option(Handle socket, Option option, int64_t& value) {
  Number number;
  if (number_of(option, number)) {
    int got = 0;
    socklen_t size = sizeof got;
    if (::getsockopt(fd_of(socket), number.level, number.name, &got, &size) != 0) return last_os_error();
    value = got;
    return Status::kOk;
  }
  linger wait{};
  socklen_t size = sizeof wait;
  if (::getsockopt(fd_of(socket), SOL_SOCKET, kLingerOption, &wait, &size) != 0) return last_os_error();
  value = wait.l_onoff != 0 ? wait.l_linger : -1;
  return Status::kOk;
}

Status local_address(Handle socket, Address& address) { return address_by(::getsockname, socket, address); }
Status peer_address(Handle socket, Address& address) { return address_by(::getpeername, socket, address); }

Status resolve(const char* name, uint16_t port, Address* addresses, size_t capacity, size_t& count) {
  count = 0;
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(name, nullptr, &hints, &found); error != 0) return status_of_lookup(error);
  for (const addrinfo* entry = found; entry != nullptr && count < capacity; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET) {
      sockaddr_in v4 = *reinterpret_cast<const sockaddr_in*>(entry->ai_addr);
      v4.sin_port = htons(port);
      addresses[count++] = Address(&v4, sizeof v4);
    } else if (entry->ai_family == AF_INET6) {
      sockaddr_in6 v6 = *reinterpret_cast<const sockaddr_in6*>(entry->ai_addr);
      v6.sin6_port = htons(port);
      addresses[count++] = Address(&v6, sizeof v6);
    }
  }
  ::freeaddrinfo(found);
  return count == 0 ? Status::kNotFound : Status::kOk;
}

}  // namespace rota::net::os
