// SPDX-License-Identifier: MIT
//
// What TCP streams and listeners share, and the operations on them (detail). Programs use net.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "rota/handle.hpp"
#include "rota/operation.hpp"

namespace rota {

/// An address as text and a port.
struct endpoint {
  std::string host;
  uint16_t port = 0;
};

/// Default options, to be changed and given to connect or listen.
[[nodiscard]] inline rota_tcp_options tcp_options() noexcept {
  rota_tcp_options options{};
  rota_tcp_options_init(&options, sizeof options);
  return options;
}

class tcp_stream;

namespace detail {

using socket_handle = handle<rota_socket, rota_socket_clone, rota_socket_release>;

// What every socket can do. Thread safety: any thread.
class socket_base {
 public:
  /// Takes over a reference.
  explicit socket_base(rota_socket* owned) noexcept : socket_(owned) {}

  /// Closes now: pending operations fail with ROTA_ECLOSED. Twice: ROTA_EALREADY. The last copy closes too.
  rota_status close() noexcept { return rota_socket_close(socket_.get()); }

  /// Where it is bound.
  [[nodiscard]] result<endpoint> local_address() const { return address(&rota_socket_local_address); }
  /// Its port; 0 when that cannot be told.
  [[nodiscard]] uint16_t local_port() const noexcept {
    char text[64];
    std::size_t length = 0;
    uint16_t port = 0;
    return rota_socket_local_address(socket_.get(), text, sizeof text, &length, &port) == ROTA_OK ? port : 0;
  }

  /// `option` is ROTA_SOCKET_*.
  rota_status set_option(uint32_t option, int64_t value) noexcept {
    return rota_socket_set_option(socket_.get(), option, value);
  }
  [[nodiscard]] result<int64_t> option(uint32_t option) const noexcept {
    int64_t value = 0;
    const rota_status status = rota_socket_get_option(socket_.get(), option, &value);
    if (status != ROTA_OK) return failure{status};
    return value;
  }
  /// The system's own descriptor, borrowed.
  [[nodiscard]] result<intptr_t> native() const noexcept {
    intptr_t descriptor = 0;
    const rota_status status = rota_socket_native(socket_.get(), &descriptor);
    if (status != ROTA_OK) return failure{status};
    return descriptor;
  }
  /// For calls of rota.h; borrowed.
  [[nodiscard]] rota_socket* get() const noexcept { return socket_.get(); }

 protected:
  result<endpoint> address(rota_status (*ask)(rota_socket*, char*, std::size_t, std::size_t*, uint16_t*)) const {
    char text[64];
    std::size_t length = 0;
    endpoint found;
    const rota_status status = ask(socket_.get(), text, sizeof text, &length, &found.port);
    if (status != ROTA_OK) return failure{status};
    found.host.assign(text, length);
    return found;
  }

 private:
  socket_handle socket_;
};

// Connects by a task, whose out-parameter stays borrowed until it is complete, longer perhaps than this operation
// lives.
class connect_operation {
 public:
  using value_type = tcp_stream;
  static constexpr bool throws = false;
  connect_operation(std::string host, uint16_t port, std::optional<rota_tcp_options> options)
      : host_(std::move(host)), port_(port), options_(options) {}
  connect_operation(connect_operation&&) = default;
  connect_operation& operator=(connect_operation&&) = delete;
  ~connect_operation() {
    if (!task_) return;
    (void)rota_task_cancel(task_.get());
    if (rota_task_status(task_.get()) != ROTA_PENDING) return;  // it has ended: the slot goes now
    slot* left = slot_.release();
    const rota_status told = rota_task_on_done(
        task_.get(), nullptr, [](rota_task*, rota_status, void* s, void*) { delete static_cast<slot*>(s); }, left,
        nullptr);
    if (told == ROTA_OK) return;
    // It ended meanwhile; or there is no memory for the callback, and the slot leaks: better than a write to memory
    // that is gone.
    if (rota_task_status(task_.get()) != ROTA_PENDING) delete left;
  }

  rota_status poll(rota_context* cx) {
    if (!task_) {
      slot_ = std::make_unique<slot>();
      rota_task* task = nullptr;
      const rota_status status = rota_tcp_connect(rota_context_runtime(cx), host_.data(), host_.size(), port_,
                                                  options_ ? &*options_ : nullptr, &slot_->socket, &task);
      if (status != ROTA_OK) return status;
      task_.reset(task);
    }
    const rota_status status = poller_.poll(task_.get(), cx);
    if (status != ROTA_PENDING && rota_task_status(task_.get()) != ROTA_PENDING) task_.reset();
    return status;
  }
  result<tcp_stream> finish(rota_status status);

 private:
  struct slot {
    rota_socket* socket = nullptr;
    ~slot() { rota_socket_release(socket); }
  };
  std::string host_;
  uint16_t port_;
  std::optional<rota_tcp_options> options_;
  std::unique_ptr<slot> slot_;
  task_ref task_;
  task_poller poller_;
};

class accept_operation {
 public:
  using value_type = tcp_stream;
  static constexpr bool throws = false;
  explicit accept_operation(rota_socket* listener) noexcept : listener_(listener) {}

  rota_status poll(rota_context* cx) {
    rota_socket* next = nullptr;
    const rota_status status = rota_tcp_accept_poll(listener_, cx, &next);
    if (status == ROTA_OK) accepted_ = socket_handle(next);
    return status;
  }
  result<tcp_stream> finish(rota_status status);

 private:
  rota_socket* listener_;
  socket_handle accepted_;
};

// One read or write; `move` is the poll form of rota.h.
template <class Data, rota_status (*move)(rota_socket*, rota_context*, Data*, std::size_t, std::size_t*)>
class transfer_operation {
 public:
  using value_type = std::size_t;
  static constexpr bool throws = false;
  transfer_operation(rota_socket* socket, Data* data, std::size_t length) noexcept
      : socket_(socket), data_(data), length_(length) {}

  rota_status poll(rota_context* cx) { return move(socket_, cx, data_, length_, &count_); }
  result<std::size_t> finish(rota_status status) {
    if (status != ROTA_OK) return failure{status};
    return count_;
  }

 private:
  rota_socket* socket_;
  Data* data_;
  std::size_t length_;
  std::size_t count_ = 0;
};

using read_operation = transfer_operation<void, rota_socket_read_poll>;
using write_operation = transfer_operation<const void, rota_socket_write_poll>;
using writev_operation = transfer_operation<const rota_buffer, rota_socket_writev_poll>;

class write_all_operation {
 public:
  using value_type = void;
  static constexpr bool throws = false;
  write_all_operation(rota_socket* socket, std::span<const std::byte> data) noexcept : socket_(socket), rest_(data) {}

  rota_status poll(rota_context* cx) {
    while (!rest_.empty()) {
      std::size_t count = 0;
      const rota_status status = rota_socket_write_poll(socket_, cx, rest_.data(), rest_.size(), &count);
      if (status != ROTA_OK) return status;
      rest_ = rest_.subspan(count);
    }
    return ROTA_OK;
  }
  result<void> finish(rota_status status) { return result<void>::from(status); }

 private:
  rota_socket* socket_;
  std::span<const std::byte> rest_;
};

}  // namespace detail
}  // namespace rota
