// SPDX-License-Identifier: MIT
//
// rota::channel<T>: values from many producers to one consumer at a time, between tasks and threads.
//
// Thread safety: any thread. Plain threads use try_send and try_recv, or `rt.block_on(ch.recv())`. Lifetime: operations
// borrow the channel; values nobody received are destroyed with its last copy.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "rota/handle.hpp"
#include "rota/operation.hpp"

namespace rota {
namespace detail {

using channel_handle = handle<rota_channel, rota_channel_clone, rota_channel_release>;

template <class T>
void delete_value(void* value) {
  delete static_cast<T*>(value);
}

template <class T>
class send_operation {
 public:
  using value_type = void;
  static constexpr bool throws = false;
  send_operation(rota_channel* channel, std::unique_ptr<T> value) noexcept
      : channel_(channel), value_(std::move(value)) {}
  send_operation(send_operation&&) = default;
  send_operation& operator=(send_operation&&) = delete;
  ~send_operation() {
    // Given up: whether the value is ours or the channel's is known once the send has ended or can end no more.
    if (send_.started()) send_.template abandon<undo>(value_.release(), nullptr);
  }

  rota_status poll(rota_context* cx) {
    rota_status status = ROTA_OK;
    if (!send_.started()) {
      status = rota_channel_try_send(channel_, value_.get());
      if (status == ROTA_EAGAIN) {
        rota_task* task = nullptr;
        status = rota_channel_send(channel_, value_.get(), &task);
        if (status == ROTA_OK) send_.start(task);
      }
    }
    if (send_.started()) status = send_.poll(cx);
    if (status == ROTA_OK) (void)value_.release();
    return status;
  }
  result<void> finish(rota_status status) { return result<void>::from(status); }

 private:
  static void undo(void* value, void*, bool happened) {
    if (!happened) delete_value<T>(value);
  }

  rota_channel* channel_;
  std::unique_ptr<T> value_;
  task_wait send_;
};

template <class T, class Object, rota_status (*receive)(Object*, rota_context*, void**)>
class receive_operation {
 public:
  using value_type = T;
  static constexpr bool throws = false;
  explicit receive_operation(Object* from) noexcept : from_(from) {}

  rota_status poll(rota_context* cx) {
    void* value = nullptr;
    const rota_status status = receive(from_, cx, &value);
    if (status == ROTA_OK) value_.reset(static_cast<T*>(value));
    return status;
  }
  result<T> finish(rota_status status) {
    if (status != ROTA_OK) return failure{status};
    return result<T>::success(std::move(*value_));
  }

 private:
  Object* from_;
  std::unique_ptr<T> value_;
};

template <class T>
result<T> taken(rota_status status, void* value) {
  if (status != ROTA_OK) return failure{status};
  const std::unique_ptr<T> owned(static_cast<T*>(value));
  return result<T>::success(std::move(*owned));
}

}  // namespace detail

/// A copy is another handle of the same channel. Everything answers ROTA_EINVAL, or what the creation failed with, when
/// the channel could not be made.
template <class T>
class channel {
 public:
  using value_type = T;

  /// On the current runtime. `capacity` 0: unbounded, sending never waits.
  explicit channel(std::size_t capacity = 0) noexcept : channel(runtime_ref::current(), capacity) {}
  /// On `runtime`.
  explicit channel(runtime_ref runtime, std::size_t capacity = 0) noexcept
      : channel_(detail::create<detail::channel_handle>([&](rota_channel** out) {
          return rota_channel_create(runtime.get(), capacity, &detail::delete_value<T>, out);
        })) {}
  /// ROTA_OK, or why it could not be made.
  [[nodiscard]] rota_status status() const noexcept { return channel_.status(); }

  /// `(co_await ch.send(v)).ok()` waits while the channel is full. A result<void>: ROTA_ECLOSED when closed; then, and
  /// when it is dropped before it has ended, the value is destroyed. Dropped just as the value goes in, it stays in.
  [[nodiscard]] detail::send_operation<T> send(T value) {
    return {channel_.get(), std::make_unique<T>(std::move(value))};
  }
  /// ROTA_OK, ROTA_EAGAIN (full), ROTA_ECLOSED. Only with ROTA_OK is the value gone. Needs a T that can be assigned.
  rota_status try_send(T&& value) {
    auto owned = std::make_unique<T>(std::move(value));
    const rota_status status = rota_channel_try_send(channel_.get(), owned.get());
    if (status == ROTA_OK) {
      (void)owned.release();
    } else {
      value = std::move(*owned);
    }
    return status;
  }
  rota_status try_send(const T& value) { return try_send(T(value)); }

  /// `co_await ch.recv()` gives a result<T>: ROTA_ECLOSED when closed and empty.
  [[nodiscard]] auto recv() noexcept {
    return detail::receive_operation<T, rota_channel, rota_channel_recv_poll>(channel_.get());
  }
  /// A value; ROTA_EAGAIN: empty now; ROTA_ECLOSED: closed and empty.
  result<T> try_recv() {
    void* value = nullptr;
    const rota_status status = rota_channel_try_recv(channel_.get(), &value);
    return detail::taken<T>(status, value);
  }

  /// No more sends; what is inside can still be received.
  rota_status close() noexcept { return rota_channel_close(channel_.get()); }
  /// Values inside now.
  [[nodiscard]] std::size_t size() const noexcept { return rota_channel_len(channel_.get()); }
  /// For calls of rota.h; borrowed. Its values are T* by new.
  [[nodiscard]] rota_channel* get() const noexcept { return channel_.get(); }

 private:
  detail::channel_handle channel_;
};

}  // namespace rota
