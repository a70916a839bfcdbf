// SPDX-License-Identifier: MIT
//
// rota::fd: readiness of a descriptor the program owns (a pipe, an eventfd, a library's socket).
//
// Thread safety: any thread. Lifetime: a copy is another handle of the same registration; operations borrow it; release
// or deregister before the descriptor is closed.
#pragma once

#include <cstdint>
#include <utility>

#include "rota/handle.hpp"
#include "rota/operation.hpp"

namespace rota {
namespace detail {

class ready_operation {
 public:
  using value_type = uint32_t;
  static constexpr bool throws = false;
  ready_operation(rota_fd* fd, uint32_t interest) noexcept : fd_(fd), interest_(interest) {}

  rota_status poll(rota_context* cx) { return rota_fd_poll(fd_, cx, interest_, &ready_); }
  result<uint32_t> finish(rota_status status) {
    if (status != ROTA_OK) return failure{status};
    return ready_;
  }

 private:
  rota_fd* fd_;
  uint32_t interest_;
  uint32_t ready_ = 0;
};

}  // namespace detail

class fd {
 public:
  /// Registers `native`, which should be non-blocking, on `runtime`; without one on the current runtime.
  /// Errors: ROTA_EBADF, ROTA_EEXIST (one registration a descriptor), ROTA_ENOTSUP (no readiness).
  static result<fd> attach(runtime_ref runtime, intptr_t native) noexcept {
    rota_fd* made = nullptr;
    const rota_status status = rota_fd_register(runtime.get(), native, &made);
    if (status != ROTA_OK) return failure{status};
    return fd(made);
  }
  static result<fd> attach(intptr_t native) noexcept { return attach(runtime_ref::current(), native); }
  /// Takes over a reference.
  explicit fd(rota_fd* owned) noexcept : fd_(owned) {}

  /// `co_await f.ready(ROTA_READABLE)` gives a result<uint32_t>: what of `interest` it is ready for, with what is only
  /// reported (ROTA_CLOSED_READ, ROTA_ERROR). Level-triggered. Errors: ROTA_ECLOSED after deregister.
  [[nodiscard]] detail::ready_operation ready(uint32_t interest) const noexcept { return {fd_.get(), interest}; }
  [[nodiscard]] detail::ready_operation readable() const noexcept { return ready(ROTA_READABLE); }
  [[nodiscard]] detail::ready_operation writable() const noexcept { return ready(ROTA_WRITABLE); }

  /// Ends the registration at once; pending waits fail with ROTA_ECLOSED. Twice: ROTA_EALREADY.
  rota_status deregister() noexcept { return rota_fd_deregister(fd_.get()); }
  /// For calls of rota.h; borrowed.
  [[nodiscard]] rota_fd* get() const noexcept { return fd_.get(); }

 private:
  detail::handle<rota_fd, rota_fd_clone, rota_fd_release> fd_;
};

}  // namespace rota
