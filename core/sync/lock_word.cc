// SPDX-License-Identifier: MIT
#include "core/sync/lock_word.h"

#include "core/platform/parker.h"
#include "core/platform/spin.h"
#include "core/platform/thread.h"

namespace rota::sync {

uint64_t LockWord::lock_contended() {
  Backoff backoff;
  for (;;) {
    uint64_t seen = word_.load(base::memory_order_relaxed);
    if ((seen & kLocked) == 0 &&
        word_.compare_exchange_weak(seen, seen | kLocked, base::memory_order_acquire, base::memory_order_relaxed)) {
      return seen;
    }
    backoff.wait();
  }
}

void Backoff::wait() {
  constexpr uint32_t kSpins = 7, kYields = 64;
  constexpr uint64_t kNapNs = 50'000;
  const uint32_t round = rounds_++;
  if (round < kSpins) {
    for (uint32_t i = 0; i < 1u << round; ++i) platform::spin_pause();
  } else if (round < kSpins + kYields) {
    platform::yield_thread();
  } else {
    platform::Parker nobody_wakes_this;
    nobody_wakes_this.park(platform::deadline_after(platform::now_ns(), kNapNs));
  }
}

}  // namespace rota::sync
