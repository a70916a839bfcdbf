// SPDX-License-Identifier: MIT
//
// Parker: one thread sleeps here until another wakes it. A wake-up made before the sleep is kept (one token).
//
// Contract for a platform: `futex_wait` sleeps while *word == expected, until the deadline or a wake, and may return
// for no reason; `futex_wake` wakes one sleeper of the word. Neither allocates. (linux: futex; windows: WaitOnAddress;
// darwin:
// __ulock.)
//
// Thread safety: park from one thread at a time, unpark from any.
//
//            unpark                 park (returns at once)
//   kEmpty ---------> kNotified ------------------> kEmpty
//     |  ^  woken or deadline            ^
//     v  |                               | unpark + futex_wake
//   kParked -----------------------------+
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/platform/clock.h"

namespace rota::platform {

void futex_wait(base::Atomic<uint32_t>& word, uint32_t expected, uint64_t deadline_ns);
void futex_wake(base::Atomic<uint32_t>& word);

class Parker {
 public:
  // Sleeps until unparked (true) or until the deadline has passed (false).
  bool park(uint64_t deadline_ns = kForever) {
    uint32_t seen = kEmpty;
    // acquire on taking the token: pairs with the exchange in unpark.
    if (!word_.compare_exchange_strong(seen, kParked, base::memory_order_acq_rel, base::memory_order_acquire)) {
      word_.store(kEmpty, base::memory_order_relaxed);
      return true;
    }
    for (;;) {
      futex_wait(word_, kParked, deadline_ns);
      seen = kNotified;
      if (word_.compare_exchange_strong(seen, kEmpty, base::memory_order_acq_rel, base::memory_order_relaxed)) {
        return true;
      }
      if (deadline_ns != kForever && now_ns() >= deadline_ns) {
        return word_.exchange(kEmpty, base::memory_order_acq_rel) == kNotified;
      }
    }
  }

  // Makes one park return, this one or the next. release: what the waker wrote is seen by the woken.
  void unpark() {
    if (word_.exchange(kNotified, base::memory_order_acq_rel) == kParked) futex_wake(word_);
  }

 private:
  static constexpr uint32_t kEmpty = 0, kParked = 1, kNotified = 2;
  base::Atomic<uint32_t> word_{kEmpty};
};

}  // namespace rota::platform
