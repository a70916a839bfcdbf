// SPDX-License-Identifier: MIT
#include "waiter.h"

#include <pythread.h>

#include <algorithm>
#include <chrono>
#include <new>

namespace rota_py {

Waiter* Waiter::make() {
  PyThread_type_lock lock = PyThread_allocate_lock();
  Waiter* made = lock == nullptr ? nullptr : new (std::nothrow) Waiter(lock);
  if (made == nullptr) {
    if (lock != nullptr) PyThread_free_lock(lock);
    PyErr_NoMemory();
    return nullptr;
  }
  PyThread_acquire_lock(lock, NOWAIT_LOCK);
  return made;
}

// Nobody holds a reference, so nobody is inside wake().
Waiter::~Waiter() {
  if (!woken_) PyThread_release_lock(lock_);
  PyThread_free_lock(lock_);
}

Waiter* Waiter::ref() {
  refs_.fetch_add(1, std::memory_order_relaxed);
  return this;
}

void Waiter::unref() {
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void Waiter::wake() {
  if (!woken_.exchange(true, std::memory_order_acq_rel)) PyThread_release_lock(lock_);
}

Waiter::Woken Waiter::wait(double timeout_s) {
  constexpr double kLongest = 1e6;  // seconds: what the lock can count
  using Clock = std::chrono::steady_clock;
  const bool limited = timeout_s >= 0;
  const auto start = Clock::now();
  for (;;) {
    double left = kLongest;
    if (limited) left = timeout_s - std::chrono::duration<double>(Clock::now() - start).count();
    const auto us = static_cast<long long>(std::clamp(left, 0.0, kLongest) * 1e6);
    PyLockStatus status;
    {
      Released released;
      status = PyThread_acquire_lock_timed(lock_, us, 1);
    }
    if (status == PY_LOCK_ACQUIRED) {
      // Held again: a wake released it, and the destructor need not.
      return Woken::kYes;
    }
    if (status == PY_LOCK_INTR && PyErr_CheckSignals() != 0) return Woken::kRaised;
    if (status == PY_LOCK_FAILURE && limited && left <= kLongest) return Woken::kTimedOut;
  }
}

void wake_all(Waiter*& list) {
  for (Waiter* waiter = std::exchange(list, nullptr); waiter != nullptr;) {
    Waiter* next = waiter->next;
    waiter->wake();
    waiter->unref();
    waiter = next;
  }
}

Bell* Bell::make() {
  Bell* made = new (std::nothrow) Bell;
  if (made == nullptr) PyErr_NoMemory();
  return made;
}

Bell* Bell::ref() {
  refs_.fetch_add(1, std::memory_order_relaxed);
  return this;
}

void Bell::unref() {
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void Bell::ring() {
  std::lock_guard<std::mutex> lock(mutex_);
  wake_all(waiters_);
}

void Bell::add(Waiter& waiter) {
  std::lock_guard<std::mutex> lock(mutex_);
  waiter.next = waiters_;
  waiters_ = waiter.ref();
}

void Bell::remove(Waiter& waiter) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (Waiter** link = &waiters_; *link != nullptr; link = &(*link)->next) {
    if (*link != &waiter) continue;
    *link = waiter.next;
    waiter.unref();
    return;
  }
}

}  // namespace rota_py
