// SPDX-License-Identifier: MIT
//
// runtime_ref, and detail::handle: a counted handle of rota.h with value semantics, a copy being another reference to
// the same object.
#pragma once

#include <concepts>
#include <utility>

#include "rota/rota.h"

namespace rota {

/// A runtime to make something on, borrowed: a rota::runtime, or a rota_runtime* of rota.h.
class runtime_ref {
 public:
  runtime_ref(rota_runtime* runtime) noexcept : runtime_(runtime) {}
  template <class Runtime>
    requires requires(const Runtime& r) {
      { r.get() } -> std::same_as<rota_runtime*>;
    }
  runtime_ref(const Runtime& runtime) noexcept : runtime_(runtime.get()) {}
  /// The one whose task, job or block_on this thread is running; null when there is none.
  static runtime_ref current() noexcept { return rota_current_runtime(); }

  [[nodiscard]] rota_runtime* get() const noexcept { return runtime_; }

 private:
  rota_runtime* runtime_;
};

namespace detail {

// `failed` remembers why there is no object, for whoever uses it all the same.
template <class T, T* (*clone_fn)(T*), void (*release_fn)(T*)>
class handle {
 public:
  handle() = default;
  explicit handle(T* owned, rota_status failed = ROTA_EINVAL) noexcept : object_(owned), failed_(failed) {}
  handle(const handle& other) noexcept : object_(clone_fn(other.object_)), failed_(other.failed_) {}
  handle(handle&& other) noexcept
      : object_(std::exchange(other.object_, nullptr)), failed_(std::exchange(other.failed_, ROTA_EINVAL)) {}
  handle& operator=(handle other) noexcept {
    std::swap(object_, other.object_);
    std::swap(failed_, other.failed_);
    return *this;
  }
  ~handle() { release_fn(object_); }

  [[nodiscard]] T* get() const noexcept { return object_; }
  [[nodiscard]] T* release() noexcept { return std::exchange(object_, nullptr); }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  // ROTA_OK with an object, else why there is none.
  [[nodiscard]] rota_status status() const noexcept { return object_ != nullptr ? ROTA_OK : failed_; }

 private:
  T* object_ = nullptr;
  rota_status failed_ = ROTA_EINVAL;
};

// Makes one by a `create(out)` in rota.h's manner.
template <class Handle, class Create>
Handle create(Create&& call) noexcept {
  decltype(std::declval<Handle&>().release()) made = nullptr;
  const rota_status status = call(&made);
  return Handle(made, status == ROTA_OK ? ROTA_EINVAL : status);
}

}  // namespace detail
}  // namespace rota
