// SPDX-License-Identifier: MIT
//
// TCP: rota::tcp_stream and rota::tcp_listener. Every operation is awaited to a result<T>.
//
// Thread safety: any thread; any number of tasks may read, or write, the same stream. Lifetime: a copy is another
// handle of the same socket. An operation borrows the handle and the buffer until it has ended or is dropped, and
// nothing longer: dropping it is immediate, the system keeps no hold of the buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "rota/socket.hpp"

namespace rota {

/// A connection. Errors of its operations: ROTA_ECONNRESET, ROTA_EPIPE, ROTA_ENOTCONN, ROTA_ECLOSED (after close), ...
class tcp_stream : public detail::socket_base {
 public:
  using socket_base::socket_base;

  /// `auto s = (co_await rota::tcp_stream::connect("localhost", 80)).value();` `host` is a numeric address or a name.
  /// Errors: ROTA_ENOENT (no such name), ROTA_ECONNREFUSED, ROTA_EHOSTUNREACH, ...
  [[nodiscard]] static detail::connect_operation connect(std::string host, uint16_t port,
                                                         std::optional<rota_tcp_options> options = {}) {
    return {std::move(host), port, options};
  }

  /// Reads up to `length` bytes; gives how many, 0 at the end of the stream.
  [[nodiscard]] detail::read_operation read(void* buffer, std::size_t length) const noexcept {
    return {get(), buffer, length};
  }
  [[nodiscard]] detail::read_operation read(std::span<std::byte> buffer) const noexcept {
    return {get(), buffer.data(), buffer.size()};
  }
  /// Writes up to `length` bytes; gives how many.
  [[nodiscard]] detail::write_operation write(const void* data, std::size_t length) const noexcept {
    return {get(), data, length};
  }
  [[nodiscard]] detail::write_operation write(std::span<const std::byte> data) const noexcept {
    return {get(), data.data(), data.size()};
  }
  [[nodiscard]] detail::write_operation write(std::string_view text) const noexcept {
    return {get(), text.data(), text.size()};
  }
  /// Gathers up to 1024 buffers into one write; the array is borrowed too.
  [[nodiscard]] detail::writev_operation writev(std::span<const rota_buffer> buffers) const noexcept {
    return {get(), buffers.data(), buffers.size()};
  }
  /// Writes everything. Dropped before it has ended, some of it may have been written.
  [[nodiscard]] detail::write_all_operation write_all(const void* data, std::size_t length) const noexcept {
    return {get(), {static_cast<const std::byte*>(data), length}};
  }
  [[nodiscard]] detail::write_all_operation write_all(std::span<const std::byte> data) const noexcept {
    return {get(), data};
  }
  [[nodiscard]] detail::write_all_operation write_all(std::string_view text) const noexcept {
    return write_all(text.data(), text.size());
  }

  /// `how`: ROTA_SHUTDOWN_READ, _WRITE (the peer reads the end of the stream) or _BOTH.
  rota_status shutdown(uint32_t how = ROTA_SHUTDOWN_WRITE) noexcept { return rota_socket_shutdown(get(), how); }
  /// Who is at the other end.
  [[nodiscard]] result<endpoint> peer_address() const { return address(&rota_socket_peer_address); }
};

/// A listening socket.
class tcp_listener : public detail::socket_base {
 public:
  using socket_base::socket_base;

  /// Binds and listens at once, on `runtime` or else on the current one. `host` is numeric ("0.0.0.0", "::1"); port 0
  /// picks a free one (local_port). Errors: ROTA_EADDRINUSE, ROTA_EACCES, ...
  static result<tcp_listener> listen(runtime_ref runtime, std::string_view host, uint16_t port,
                                     std::optional<rota_tcp_options> options = {}) noexcept {
    rota_socket* made = nullptr;
    const rota_status status =
        rota_tcp_listen(runtime.get(), host.data(), host.size(), port, options ? &*options : nullptr, &made);
    if (status != ROTA_OK) return failure{status};
    return tcp_listener(made);
  }
  static result<tcp_listener> listen(std::string_view host, uint16_t port,
                                     std::optional<rota_tcp_options> options = {}) noexcept {
    return listen(runtime_ref::current(), host, port, options);
  }

  /// `auto peer = (co_await listener.accept()).value();` Survives a full descriptor table: it waits and tries again.
  [[nodiscard]] detail::accept_operation accept() const noexcept { return detail::accept_operation(get()); }
};

inline result<tcp_stream> detail::connect_operation::finish(rota_status status) {
  if (status != ROTA_OK) return failure{status};
  return tcp_stream(std::exchange(slot_->socket, nullptr));
}

inline result<tcp_stream> detail::accept_operation::finish(rota_status status) {
  if (status != ROTA_OK) return failure{status};
  return tcp_stream(accepted_.release());
}

}  // namespace rota
