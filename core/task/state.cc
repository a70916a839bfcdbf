// SPDX-License-Identifier: MIT
#include "core/task/state.h"

#include "core/platform/thread.h"

namespace rota::task {

bool State::lock_joiners() {
  uint64_t now = word_.load(base::memory_order_relaxed);
  for (;;) {
    if ((now & kComplete) != 0) {
      (void)word_.load(base::memory_order_acquire);  // pairs with to_complete: the result is visible
      return false;
    }
    if ((now & kJoinLock) != 0) {
      platform::yield_thread();
      now = word_.load(base::memory_order_relaxed);
    } else if (word_.compare_exchange_weak(now, now | kJoinLock, base::memory_order_acq_rel,
                                           base::memory_order_relaxed)) {
      return true;
    }
  }
}

}  // namespace rota::task
