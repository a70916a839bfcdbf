// SPDX-License-Identifier: MIT
#include "core/net/os_socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <climits>
#include <cstddef>

#include "core/io/ready.h"
#include "core/platform/os_error.h"

namespace rota::net::os {
namespace {

using platform::last_os_error;
using platform::status_of_os_error;

int fd_of(Handle socket) { return static_cast<int>(socket); }

const sockaddr* sockaddr_of(const Address& address) { return reinterpret_cast<const sockaddr*>(address.data()); }

// Calls again as long as a signal interrupts.
template <class Call>
auto repeat(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

Status set_int(Handle socket, int level, int name, int value) {
  return ::setsockopt(fd_of(socket), level, name, &value, sizeof value) == 0 ? Status::kOk : last_os_error();
}

struct Number {
  int level, name;
  int64_t least, most;
};

// The options that are plain numbers.
bool number_of(Option option, Number& number) {
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
  const Handle socket = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
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
    if (const Status status = set_int(socket, SOL_SOCKET, SO_REUSEPORT, 1); !ok(status)) return status;
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
    // Linux gives the connection its listener's options, nodelay included.
    const Handle socket = ::accept4(fd_of(listener), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) return socket;
    switch (errno) {
      case EINTR:
      case ECONNABORTED:
      case EPROTO:
      case ENETDOWN:
      case EHOSTDOWN:
      case EHOSTUNREACH:
      case ENETUNREACH:
      case ENOPROTOOPT:
      case ENONET:
        continue;  // the connection was broken before we got it (accept(2))
      default:
        return last_os_error();
    }
  }
}

// Never repeated: Linux has closed it even when it says EINTR.
void close(Handle socket) { ::close(fd_of(socket)); }

Status read(Handle socket, void* buffer, size_t len, size_t& count) {
  const ssize_t got = repeat([&] { return ::recv(fd_of(socket), buffer, len < SSIZE_MAX ? len : SSIZE_MAX, 0); });
  if (got < 0) return last_os_error();
  count = static_cast<size_t>(got);
  return Status::kOk;
}

Status write(Handle socket, const Buffer* buffers, size_t buffer_count, size_t& count) {
  ssize_t put;
  if (buffer_count == 1) {
    put = repeat([&] { return ::send(fd_of(socket), buffers->data, buffers->len, MSG_NOSIGNAL); });
  } else {
    // The same two words.
    static_assert(sizeof(iovec) == sizeof(Buffer) && offsetof(iovec, iov_base) == offsetof(Buffer, data) &&
                  offsetof(iovec, iov_len) == offsetof(Buffer, len));
    msghdr message{};
    message.msg_iov = reinterpret_cast<iovec*>(const_cast<Buffer*>(buffers));
    message.msg_iovlen = buffer_count;
    put = repeat([&] { return ::sendmsg(fd_of(socket), &message, MSG_NOSIGNAL); });
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
  return ::setsockopt(fd_of(socket), SOL_SOCKET, SO_LINGER, &wait, sizeof wait) == 0 ? Status::kOk : last_os_error();
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
  if (::getsockopt(fd_of(socket), SOL_SOCKET, SO_LINGER, &wait, &size) != 0) return last_os_error();
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

Status readiness(Handle descriptor, bool read, bool write, uint32_t& ready) {
  ready = 0;
  pollfd look{.fd = fd_of(descriptor), .events = 0, .revents = 0};
  look.events |= POLLRDHUP;
  if (read) look.events |= POLLIN;
  if (write) look.events |= POLLOUT;
  if (repeat([&] { return ::poll(&look, 1, 0); }) < 0) return last_os_error();
  if ((look.revents & POLLNVAL) != 0) return Status::kBadDescriptor;
  if ((look.revents & POLLIN) != 0) ready |= io::kReadable;
  if ((look.revents & POLLOUT) != 0) ready |= io::kWritable;
  if ((look.revents & POLLRDHUP) != 0) ready |= (read ? io::kReadable : 0) | io::kReadClosed;
  // Whoever tries is told at once: that is readiness for both.
  if ((look.revents & POLLHUP) != 0) ready |= io::kReadable | io::kWritable | io::kReadClosed;
  if ((look.revents & POLLERR) != 0) ready |= io::kReadable | io::kWritable | io::kError;
  return Status::kOk;
}

}  // namespace rota::net::os
