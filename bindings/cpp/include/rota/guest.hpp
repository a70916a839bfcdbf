// SPDX-License-Identifier: MIT
//
// rota::guest: a thread of the host that works for a runtime now and then; see rota_thread_enter.
//
// Thread safety: one thread at a time; interrupt from any. Must not be destroyed while it works.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "rota/error.hpp"
#include "rota/handle.hpp"
#include "rota/spawn.hpp"

namespace rota {

class guest {
 public:
  /// Takes a seat. Throws: ROTA_EAGAIN (all are taken), ROTA_ENOTSUP (there are none), ROTA_ESHUTDOWN.
  explicit guest(runtime_ref runtime) : guest(enter(runtime).value()) {}
  /// The same without throwing.
  static result<guest> enter(runtime_ref runtime) noexcept {
    rota_thread* made = nullptr;
    const rota_status status = rota_thread_enter(runtime.get(), &made);
    if (status != ROTA_OK) return failure{status};
    return guest(made);
  }
  guest(guest&& other) noexcept : thread_(std::exchange(other.thread_, nullptr)) {}
  guest& operator=(guest&& other) noexcept {
    std::swap(thread_, other.thread_);
    return *this;
  }
  ~guest() { (void)rota_thread_leave(thread_); }

  /// Runs at most `most` polls (0: no limit) until `budget` has passed. Does not wait. ROTA_OK: nothing is left;
  /// ROTA_PENDING: more; see rota_thread_run.
  rota_status run(uint32_t most, std::chrono::nanoseconds budget, uint32_t* ran = nullptr) noexcept {
    return rota_thread_run(thread_, most, to_ns(budget), ran);
  }
  /// Works and sleeps until `time` has passed, or until it is interrupted.
  rota_status serve(std::chrono::nanoseconds time, uint32_t* ran = nullptr) noexcept {
    return rota_thread_serve(thread_, to_ns(time), ran);
  }
  rota_status serve() noexcept { return rota_thread_serve(thread_, ROTA_FOREVER, nullptr); }
  /// Ends the call under way, or the next one.
  rota_status interrupt() noexcept { return rota_thread_interrupt(thread_); }

 private:
  explicit guest(rota_thread* owned) noexcept : thread_(owned) {}
  rota_thread* thread_;
};

}  // namespace rota
