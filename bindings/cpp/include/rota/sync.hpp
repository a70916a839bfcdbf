// SPDX-License-Identifier: MIT
//
// rota::mutex, rota::semaphore, rota::notify: for tasks, and for threads by their try_ functions or
// `rt.block_on(m.lock())`.
//
// Thread safety: any thread. A copy is another handle of the same object. When it could not be made (no current
// runtime, no memory) status() says so and every operation fails with it. Operations keep what they wait for alive. An
// operation dropped before it has ended leaves the line; dropped just as it got the lock or permits, it gives them
// back.
#pragma once

#include <cstdint>
#include <utility>

#include "rota/handle.hpp"
#include "rota/operation.hpp"

namespace rota {
namespace detail {

using mutex_handle = handle<rota_mutex, rota_mutex_clone, rota_mutex_release>;
using semaphore_handle = handle<rota_semaphore, rota_semaphore_clone, rota_semaphore_release>;
using notify_handle = handle<rota_notify, rota_notify_clone, rota_notify_release>;

}  // namespace detail

/// Holds a rota::mutex; unlocks it at the end of its life. May be moved to and destroyed on another thread.
class [[nodiscard]] mutex_guard {
 public:
  /// Holds nothing.
  mutex_guard() = default;
  // Takes over a lock that is held.
  explicit mutex_guard(detail::mutex_handle held) noexcept : held_(std::move(held)) {}
  mutex_guard(mutex_guard&&) = default;
  mutex_guard& operator=(mutex_guard&& other) noexcept {
    if (this != &other) {
      unlock();
      held_ = std::move(other.held_);
    }
    return *this;
  }
  ~mutex_guard() { unlock(); }

  /// Unlocks now.
  void unlock() noexcept {
    if (!held_) return;
    (void)rota_mutex_unlock(held_.get());
    held_ = {};
  }
  explicit operator bool() const noexcept { return static_cast<bool>(held_); }

 private:
  detail::mutex_handle held_;
};

/// Permits of a rota::semaphore; given back at the end of its life.
class [[nodiscard]] permits {
 public:
  /// None.
  permits() = default;
  // Takes over permits that were acquired.
  permits(detail::semaphore_handle of, uint32_t count) noexcept : of_(std::move(of)), count_(count) {}
  permits(permits&&) = default;
  permits& operator=(permits&& other) noexcept {
    if (this != &other) {
      release();
      of_ = std::move(other.of_);
      count_ = other.count_;
    }
    return *this;
  }
  ~permits() { release(); }

  /// Gives them back now.
  void release() noexcept {
    if (of_) (void)rota_semaphore_add(of_.get(), count_);
    of_ = {};
  }
  /// Never gives them back: there are so many fewer from now on.
  void forget() noexcept { of_ = {}; }
  explicit operator bool() const noexcept { return static_cast<bool>(of_); }

 private:
  detail::semaphore_handle of_;
  uint32_t count_ = 0;
};

namespace detail {

class lock_operation {
 public:
  using value_type = mutex_guard;
  static constexpr bool throws = true;
  explicit lock_operation(mutex_handle mutex) noexcept : mutex_(std::move(mutex)) {}
  lock_operation(lock_operation&&) = default;
  lock_operation& operator=(lock_operation&&) = delete;
  ~lock_operation() {
    if (lock_.started()) lock_.abandon<undo>(mutex_.release(), nullptr);
  }

  rota_status poll(rota_context* cx) {
    if (!mutex_) return mutex_.status();
    if (!lock_.started()) {
      if (rota_mutex_try_lock(mutex_.get()) == ROTA_OK) return ROTA_OK;
      rota_task* task = nullptr;
      const rota_status status = rota_mutex_lock(mutex_.get(), &task);
      if (status != ROTA_OK) return status;
      lock_.start(task);
    }
    return lock_.poll(cx);
  }
  result<mutex_guard> finish(rota_status status) {
    if (status != ROTA_OK) return failure{status};
    return mutex_guard(std::move(mutex_));
  }

 private:
  static void undo(void* user1, void*, bool happened) {
    auto* mutex = static_cast<rota_mutex*>(user1);
    if (happened) (void)rota_mutex_unlock(mutex);
    rota_mutex_release(mutex);
  }
  mutex_handle mutex_;
  task_wait lock_;
};

class acquire_operation {
 public:
  using value_type = permits;
  static constexpr bool throws = true;
  acquire_operation(semaphore_handle semaphore, uint32_t count) noexcept
      : semaphore_(std::move(semaphore)), count_(count) {}
  acquire_operation(acquire_operation&&) = default;
  acquire_operation& operator=(acquire_operation&&) = delete;
  ~acquire_operation() {
    if (!acquire_.started()) return;
    acquire_.abandon<undo>(semaphore_.release(), reinterpret_cast<void*>(static_cast<uintptr_t>(count_)));
  }

  rota_status poll(rota_context* cx) {
    if (!semaphore_) return semaphore_.status();
    if (!acquire_.started()) {
      if (rota_semaphore_try_acquire(semaphore_.get(), count_) == ROTA_OK) return ROTA_OK;
      rota_task* task = nullptr;
      const rota_status status = rota_semaphore_acquire(semaphore_.get(), count_, &task);
      if (status != ROTA_OK) return status;
      acquire_.start(task);
    }
    return acquire_.poll(cx);
  }
  result<permits> finish(rota_status status) {
    if (status != ROTA_OK) return failure{status};
    return permits(std::move(semaphore_), count_);
  }

 private:
  static void undo(void* user1, void* user2, bool happened) {
    auto* semaphore = static_cast<rota_semaphore*>(user1);
    if (happened) (void)rota_semaphore_add(semaphore, static_cast<uint32_t>(reinterpret_cast<uintptr_t>(user2)));
    rota_semaphore_release(semaphore);
  }
  semaphore_handle semaphore_;
  uint32_t count_;
  task_wait acquire_;
};

class notified_operation {
 public:
  using value_type = void;
  static constexpr bool throws = true;
  explicit notified_operation(notify_handle notify) noexcept : notify_(std::move(notify)), status_(notify_.status()) {
    rota_task* task = nullptr;
    if (status_ == ROTA_OK) status_ = rota_notify_wait(notify_.get(), &task);
    wait_.start(task);
  }
  notified_operation(notified_operation&&) = default;
  notified_operation& operator=(notified_operation&&) = delete;
  ~notified_operation() {
    if (wait_.started()) wait_.abandon<undo>(notify_.release(), nullptr);
  }

  rota_status poll(rota_context* cx) { return status_ == ROTA_OK ? wait_.poll(cx) : status_; }
  result<void> finish(rota_status status) { return result<void>::from(status); }

 private:
  // A notification nobody saw goes to the next: one too many is harmless, one too few is not.
  static void undo(void* user1, void*, bool happened) {
    auto* notify = static_cast<rota_notify*>(user1);
    if (happened) (void)rota_notify_one(notify);
    rota_notify_release(notify);
  }
  notify_handle notify_;
  rota_status status_;
  task_wait wait_;
};

}  // namespace detail

/// A lock, first come first served, that may be held across awaits.
class mutex {
 public:
  /// On the current runtime.
  mutex() noexcept : mutex(runtime_ref::current()) {}
  /// On `runtime`.
  explicit mutex(runtime_ref runtime) noexcept
      : mutex_(detail::create<detail::mutex_handle>(
            [&](rota_mutex** out) { return rota_mutex_create(runtime.get(), out); })) {}
  [[nodiscard]] rota_status status() const noexcept { return mutex_.status(); }

  /// `auto guard = co_await m.lock();` stands in line from the await on. Throws: ROTA_ESHUTDOWN, ROTA_ENOMEM.
  [[nodiscard]] detail::lock_operation lock() const noexcept { return detail::lock_operation(mutex_); }
  /// A guard that holds it, or none (false) when somebody else does.
  [[nodiscard]] mutex_guard try_lock() const noexcept {
    return rota_mutex_try_lock(mutex_.get()) == ROTA_OK ? mutex_guard(mutex_) : mutex_guard();
  }
  /// For calls of rota.h; borrowed.
  [[nodiscard]] rota_mutex* get() const noexcept { return mutex_.get(); }

 private:
  detail::mutex_handle mutex_;
};

/// Counted permits, first come first served.
class semaphore {
 public:
  /// On the current runtime.
  explicit semaphore(uint32_t count) noexcept : semaphore(runtime_ref::current(), count) {}
  /// On `runtime`.
  semaphore(runtime_ref runtime, uint32_t count) noexcept
      : semaphore_(detail::create<detail::semaphore_handle>(
            [&](rota_semaphore** out) { return rota_semaphore_create(runtime.get(), count, out); })) {}
  [[nodiscard]] rota_status status() const noexcept { return semaphore_.status(); }

  /// `auto held = co_await s.acquire();` stands in line from the await on. Throws: ROTA_ECLOSED after close.
  [[nodiscard]] detail::acquire_operation acquire(uint32_t count = 1) const noexcept { return {semaphore_, count}; }
  /// The permits, or none (false) when there are not so many free or others wait.
  [[nodiscard]] permits try_acquire(uint32_t count = 1) const noexcept {
    return rota_semaphore_try_acquire(semaphore_.get(), count) == ROTA_OK ? permits(semaphore_, count) : permits();
  }
  /// More permits. ROTA_EOVERFLOW beyond ROTA_PERMITS_MAX.
  rota_status add(uint32_t count) const noexcept { return rota_semaphore_add(semaphore_.get(), count); }
  /// Permits free now.
  [[nodiscard]] uint32_t available() const noexcept { return rota_semaphore_available(semaphore_.get()); }
  /// Waiting and later acquires end with ROTA_ECLOSED.
  rota_status close() const noexcept { return rota_semaphore_close(semaphore_.get()); }
  /// For calls of rota.h; borrowed.
  [[nodiscard]] rota_semaphore* get() const noexcept { return semaphore_.get(); }

 private:
  detail::semaphore_handle semaphore_;
};

/// A condition to wait for.
class notify {
 public:
  /// On the current runtime.
  notify() noexcept : notify(runtime_ref::current()) {}
  /// On `runtime`.
  explicit notify(runtime_ref runtime) noexcept
      : notify_(detail::create<detail::notify_handle>(
            [&](rota_notify** out) { return rota_notify_create(runtime.get(), out); })) {}
  [[nodiscard]] rota_status status() const noexcept { return notify_.status(); }

  /// Wakes the longest waiting, or, when nobody waits, lets the next wait pass (one at most is remembered).
  rota_status one() const noexcept { return rota_notify_one(notify_.get()); }
  /// Wakes those that wait now; not remembered.
  rota_status all() const noexcept { return rota_notify_all(notify_.get()); }
  /// Stands in line from this call on, before it is awaited: take it, look at the condition, then await it. Dropped
  /// when it was notified already, it passes the notification on.
  [[nodiscard]] detail::notified_operation wait() const noexcept { return detail::notified_operation(notify_); }
  /// For calls of rota.h; borrowed.
  [[nodiscard]] rota_notify* get() const noexcept { return notify_.get(); }

 private:
  detail::notify_handle notify_;
};

}  // namespace rota
