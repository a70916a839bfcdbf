// SPDX-License-Identifier: MIT
//
// Time: sleep, sleep_until, timeout, interval; and yield. Thread safety: each object belongs to one task at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "rota/handle.hpp"
#include "rota/spawn.hpp"
#include "rota/strand.hpp"

namespace rota {
namespace detail {

template <bool kAbsolute>
class sleep_operation {
 public:
  using value_type = void;
  static constexpr bool throws = true;
  explicit sleep_operation(uint64_t ns) noexcept : ns_(ns) {}
  sleep_operation(sleep_operation&&) = default;
  sleep_operation& operator=(sleep_operation&&) = delete;
  ~sleep_operation() { sleep_.cancel(); }

  rota_status poll(rota_context* cx) {
    if (!sleep_.started()) {
      rota_task* task = nullptr;
      rota_runtime* runtime = rota_context_runtime(cx);
      const rota_status status = kAbsolute ? rota_sleep_until(runtime, ns_, &task) : rota_sleep(runtime, ns_, &task);
      if (status != ROTA_OK) return status;
      sleep_.start(task);
    }
    return sleep_.poll(cx);
  }
  result<void> finish(rota_status status) { return result<void>::from(status); }

 private:
  uint64_t ns_;
  task_wait sleep_;
};

class yield_operation {
 public:
  using value_type = void;
  static constexpr bool throws = true;
  rota_status poll(rota_context* cx) { return std::exchange(yielded_, true) ? ROTA_OK : rota_yield(cx); }
  result<void> finish(rota_status status) { return result<void>::from(status); }

 private:
  bool yielded_ = false;
};

template <class T>
class timeout_operation {
 public:
  using value_type = T;
  static constexpr bool throws = true;
  timeout_operation(task<T>&& body, uint64_t ns) noexcept : body_(std::move(body)), limit_(ns) {}

  rota_status poll(rota_context* cx) {
    if (body_.poll(cx)) return ROTA_OK;
    const rota_status status = limit_.poll(cx);
    if (status == ROTA_PENDING) return ROTA_PENDING;
    body_.drop();
    return status == ROTA_OK ? ROTA_ETIMEDOUT : status;
  }
  result<T> finish(rota_status status) {
    if (status != ROTA_OK) return failure{status};
    return body_.take();
  }

 private:
  strand<T> body_;
  sleep_operation<false> limit_;
};

class tick_operation {
 public:
  using value_type = std::chrono::nanoseconds;
  static constexpr bool throws = true;
  tick_operation(rota_interval* of, rota_status broken) noexcept : of_(of), broken_(broken) {}

  rota_status poll(rota_context* cx) { return of_ == nullptr ? broken_ : rota_interval_poll(of_, cx, &due_); }
  result<value_type> finish(rota_status status) {
    if (status != ROTA_OK) return failure{status};
    return value_type(static_cast<int64_t>(due_));
  }

 private:
  rota_interval* of_;
  rota_status broken_;
  uint64_t due_ = 0;
};

}  // namespace detail

/// `co_await rota::sleep(30ms);` Waits so long, counted from the await; never shorter.
/// Throws: ROTA_ESHUTDOWN, ROTA_ENOMEM.
[[nodiscard]] inline detail::sleep_operation<false> sleep(std::chrono::nanoseconds duration) noexcept {
  return detail::sleep_operation<false>(to_ns(duration));
}
/// Waits for a point on runtime::now's clock.
[[nodiscard]] inline detail::sleep_operation<true> sleep_until(std::chrono::nanoseconds deadline) noexcept {
  return detail::sleep_operation<true>(to_ns(deadline));
}

/// `co_await rota::yield();` Lets others run, and timers and sockets be looked at once.
[[nodiscard]] inline detail::yield_operation yield() noexcept { return {}; }

/// `co_await rota::timeout(f(), 1s)` gives what f() gives, or destroys it at its await and throws ROTA_ETIMEDOUT when
/// it has not ended in time; `co_await rota::try_(rota::timeout(f(), 1s))` gives a result<T>.
template <awaitable A>
[[nodiscard]] auto timeout(A&& body, std::chrono::nanoseconds limit) {
  return detail::timeout_operation<detail::awaited_t<A>>(detail::to_task(std::forward<A>(body)), to_ns(limit));
}

/// Ticks every `period` (1 ns or more), the first time one period after it was made.
class interval {
 public:
  /// On the current runtime. `missed`: ROTA_MISSED_BURST, _SKIP or _DELAY. A failure is delivered by tick().
  explicit interval(std::chrono::nanoseconds period, uint32_t missed = ROTA_MISSED_BURST) noexcept
      : interval(runtime_ref::current(), period, missed) {}
  interval(runtime_ref on, std::chrono::nanoseconds period, uint32_t missed = ROTA_MISSED_BURST) noexcept
      : interval_(detail::create<handle_type>(
            [&](rota_interval** out) { return rota_interval_create(on.get(), to_ns(period), missed, out); })) {}
  interval(interval&&) = default;
  interval& operator=(interval&&) = default;

  /// `co_await iv.tick()` gives when the tick was due, on runtime::now's clock. The interval must outlive it.
  /// Throws: what the creation failed with.
  [[nodiscard]] detail::tick_operation tick() noexcept {
    return detail::tick_operation(interval_.get(), interval_.status());
  }

  /// For calls of rota.h; borrowed; null when the creation failed.
  [[nodiscard]] rota_interval* get() const noexcept { return interval_.get(); }

 private:
  using handle_type = detail::handle<rota_interval, rota_interval_clone, rota_interval_release>;
  handle_type interval_;
};

}  // namespace rota
