// SPDX-License-Identifier: MIT
#include "core/net/os_socket.h"

#include <climits>

#include "core/net/number_option.h"
#include "core/net/socket_headers.h"
#include "core/platform/os_error.h"

namespace rota::net::os {
namespace {

using platform::status_of_os_error;

SOCKET socket_of(Handle handle) { return static_cast<SOCKET>(handle); }

Status last_error() { return status_of_os_error(::WSAGetLastError()); }

const sockaddr* sockaddr_of(const Address& address) { return reinterpret_cast<const sockaddr*>(address.data()); }

int at_most_int(size_t len) { return len < INT_MAX ? static_cast<int>(len) : INT_MAX; }

Status set(Handle socket, int level, int name, const void* value, int size) {
  const int result = ::setsockopt(socket_of(socket), level, name, static_cast<const char*>(value), size);
  return result == 0 ? Status::kOk : last_error();
}

Status set_number(Handle socket, int level, int name, DWORD value) {
  return set(socket, level, name, &value, sizeof value);
}

Status get_number(Handle socket, int level, int name, DWORD& value) {
  value = 0;  // some are told in one byte
  int size = sizeof value;
  const int result = ::getsockopt(socket_of(socket), level, name, reinterpret_cast<char*>(&value), &size);
  return result == 0 ? Status::kOk : last_error();
}

Status set_nonblocking(Handle socket) {
  u_long on = 1;
  return ::ioctlsocket(socket_of(socket), static_cast<long>(FIONBIO), &on) == 0 ? Status::kOk : last_error();
}

Status configure(Handle socket, const TcpOptions& options) {
  if (const Status status = set_nonblocking(socket); !ok(status)) return status;
  if (const Status status = set_number(socket, IPPROTO_TCP, TCP_NODELAY, 1); !ok(status)) return status;
  if (options.recv_buffer != 0) {
    if (const Status status = set_option(socket, Option::kRecvBuffer, options.recv_buffer); !ok(status)) return status;
  }
  return options.send_buffer == 0 ? Status::kOk : set_option(socket, Option::kSendBuffer, options.send_buffer);
}

Status address_by(int(WSAAPI* call)(SOCKET, sockaddr*, int*), Handle socket, Address& address) {
  sockaddr_storage storage{};
  int size = sizeof storage;
  if (call(socket_of(socket), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return last_error();
  address = Address(&storage, static_cast<size_t>(size));
  return Status::kOk;
}

Status status_of_lookup(int error) {
  switch (error) {
    case WSATRY_AGAIN:
      return Status::kAgain;
    case WSA_NOT_ENOUGH_MEMORY:
      return Status::kNoMemory;
    case WSAEINVAL:
      return Status::kInvalid;
    default:
      return Status::kNotFound;
  }
}

}  // namespace

Result<Handle> open_tcp(const Address& address, const TcpOptions& options) {
  const int family = address.is_v6() ? AF_INET6 : AF_INET;
  const SOCKET made =
      ::WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
  if (made == INVALID_SOCKET) return last_error();
  const auto socket = static_cast<Handle>(made);
  if (const Status status = configure(socket, options); !ok(status)) {
    close(socket);
    return status;
  }
  return socket;
}

Status connect(Handle socket, const Address& address) {
  if (::connect(socket_of(socket), sockaddr_of(address), static_cast<int>(address.size())) == 0) return Status::kOk;
  return ::WSAGetLastError() == WSAEWOULDBLOCK ? Status::kPending : last_error();
}

Status connected(Handle socket) {
  DWORD error = 0;
  if (const Status status = get_number(socket, SOL_SOCKET, SO_ERROR, error); !ok(status)) return status;
  if (error != 0) return status_of_os_error(static_cast<int>(error));
  Address peer;
  const Status status = peer_address(socket, peer);
  return status == Status::kNotConnected ? Status::kPending : status;
}

Status bind_and_listen(Handle socket, const Address& address, const TcpOptions& options) {
  // SO_REUSEADDR would let others take the port while it is in use; without it, waiting connections do not block it.
  // Nothing shares it evenly, as reuse_port promises.
  if (options.reuse_port) return Status::kNotSupported;
  if (const Status status = set_number(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1); !ok(status)) return status;
  if (address.is_v6()) {
    const Status status = set_number(socket, IPPROTO_IPV6, IPV6_V6ONLY, options.v6_only ? 1 : 0);
    if (!ok(status)) return status;
  }
  if (::bind(socket_of(socket), sockaddr_of(address), static_cast<int>(address.size())) != 0) return last_error();
  return ::listen(socket_of(socket), at_most_int(options.backlog)) == 0 ? Status::kOk : last_error();
}

Result<Handle> accept(Handle listener) {
  for (;;) {
    const SOCKET taken = ::accept(socket_of(listener), nullptr, nullptr);
    if (taken == INVALID_SOCKET) {
      switch (::WSAGetLastError()) {
        case WSAEINTR:
        case WSAECONNRESET:
        case WSAECONNABORTED:
        case WSAENETDOWN:
          continue;  // the connection was broken before we got it
        default:
          return last_error();
      }
    }
    const auto socket = static_cast<Handle>(taken);
    // Windows gives a connection neither its listener's mode nor its options, and lets children inherit it.
    ::SetHandleInformation(reinterpret_cast<HANDLE>(taken), HANDLE_FLAG_INHERIT, 0);
    Status status = set_nonblocking(socket);
    if (ok(status)) status = set_number(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    if (ok(status)) return socket;
    close(socket);
    return status;
  }
}

void close(Handle socket) { ::closesocket(socket_of(socket)); }

Status read(Handle socket, void* buffer, size_t len, size_t& count) {
  const int got = ::recv(socket_of(socket), static_cast<char*>(buffer), at_most_int(len), 0);
  if (got >= 0) {
    count = static_cast<size_t>(got);
    return Status::kOk;
  }
  // Reading was shut down here: the end, as elsewhere.
  if (::WSAGetLastError() == WSAESHUTDOWN) {
    count = 0;
    return Status::kOk;
  }
  return last_error();
}

Status write(Handle socket, const Buffer* buffers, size_t buffer_count, size_t& count) {
  // More bytes than the system counts come with the next write.
  constexpr size_t kMostBytes = INT_MAX;
  WSABUF parts[kMostBuffers];
  DWORD used = 0;
  size_t total = 0;
  for (size_t i = 0; i < buffer_count && total < kMostBytes; ++i) {
    const size_t room = kMostBytes - total;
    const size_t len = buffers[i].len < room ? buffers[i].len : room;
    if (len == 0) continue;
    parts[used++] = {static_cast<ULONG>(len), static_cast<char*>(const_cast<void*>(buffers[i].data))};
    total += len;
  }
  DWORD put = 0;
  if (::WSASend(socket_of(socket), parts, used, &put, 0, nullptr, nullptr) != 0) return last_error();
  count = put;
  return Status::kOk;
}

Status shutdown(Handle socket, Half half) {
  constexpr int kHow[] = {SD_RECEIVE, SD_SEND, SD_BOTH};
  return ::shutdown(socket_of(socket), kHow[static_cast<uint32_t>(half)]) == 0 ? Status::kOk : last_error();
}

Status set_option(Handle socket, Option option, int64_t value) {
  Number number;
  if (number_of(option, number)) {
    if (value < number.least || value > number.most) return Status::kInvalid;
    return set_number(socket, number.level, number.name, static_cast<DWORD>(value));
  }
  if (value < -1 || value > USHRT_MAX) return Status::kInvalid;
  const linger wait{.l_onoff = static_cast<u_short>(value >= 0 ? 1 : 0),
                    .l_linger = static_cast<u_short>(value >= 0 ? value : 0)};
  return set(socket, SOL_SOCKET, SO_LINGER, &wait, sizeof wait);
}

Status get_option(Handle socket, Option option, int64_t& value) {
  Number number;
  if (number_of(option, number)) {
    DWORD got;
    if (const Status status = get_number(socket, number.level, number.name, got); !ok(status)) return status;
    value = got;
    return Status::kOk;
  }
  linger wait{};
  int size = sizeof wait;
  const int result = ::getsockopt(socket_of(socket), SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&wait), &size);
  if (result != 0) return last_error();
  value = wait.l_onoff != 0 ? wait.l_linger : -1;
  return Status::kOk;
}

Status local_address(Handle socket, Address& address) { return address_by(::getsockname, socket, address); }
Status peer_address(Handle socket, Address& address) { return address_by(::getpeername, socket, address); }

Status resolve(const char* name, uint16_t port, Address* addresses, size_t capacity, size_t& count) {
  count = 0;
  wchar_t wide[NI_MAXHOST];
  if (::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, name, -1, wide, NI_MAXHOST) == 0) return Status::kNotFound;
  ADDRINFOW hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  ADDRINFOW* found = nullptr;
  if (const int error = ::GetAddrInfoW(wide, nullptr, &hints, &found); error != 0) return status_of_lookup(error);
  for (const ADDRINFOW* entry = found; entry != nullptr && count < capacity; entry = entry->ai_next) {
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
  ::FreeAddrInfoW(found);
  return count == 0 ? Status::kNotFound : Status::kOk;
}

}  // namespace rota::net::os
