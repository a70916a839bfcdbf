// SPDX-License-Identifier: MIT
//
// Waiter: a Python thread that waits for one thing, which any thread may announce, also one without the GIL. Signals'
// handlers run meanwhile, so that Ctrl-C works.
//
// Thread safety: wake() from any thread, any number of times; wait() by the thread that made it.
// Lifetime: counted, because who announces may come after the wait was given up.
#pragma once

#include <atomic>

#include "py.h"

namespace rota_py {

class Waiter {
 public:
  // With one reference; nullptr: MemoryError is set.
  static Waiter* make();
  Waiter* ref();
  void unref();

  void wake();
  enum class Woken { kYes, kTimedOut, kRaised };
  // With the GIL, which it lets go of. kRaised: a signal's handler raised. A negative time limit is none.
  Woken wait(double timeout_s);

  Waiter* next = nullptr;  // for whoever keeps a list

 private:
  explicit Waiter(PyThread_type_lock lock) : lock_(lock) {}
  ~Waiter();

  PyThread_type_lock lock_;  // held until the wake
  std::atomic<bool> woken_{false};
  std::atomic<int> refs_{1};
};

// Wakes and forgets a whole list.
void wake_all(Waiter*& list);

// Bell: any number of threads wait for it; each ring wakes those that wait then.
// Thread safety: all of it. Lifetime: counted.
class Bell {
 public:
  // nullptr: MemoryError is set.
  static Bell* make();
  Bell* ref();
  void unref();

  void ring();
  void add(Waiter& waiter);
  void remove(Waiter& waiter);

 private:
  std::mutex mutex_;
  Waiter* waiters_ = nullptr;
  std::atomic<int> refs_{1};
};

}  // namespace rota_py
