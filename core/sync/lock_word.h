// SPDX-License-Identifier: MIT
//
// LockWord: one atomic word that is both an object's state and the lock of its slow path. Bit 0 is
// the lock; the rest means what its owner says. Fast paths change the word with a single
// compare-and-swap, as long as nobody holds the lock; whoever holds it is the only one who changes
// anything, so unlocking is a plain store of the new state.
//
//            change (fast path)            lock
//            +-----------+          +----------------> +-----------------+
//            |           v          |                  | state | kLocked |
//            +------- [ state ] ----+                  +-----------------+
//                        ^                 unlock(next)         |
//                        +--------------------------------------+
//
// Held for a few stores, never across a wake-up, a callback or another thread's step. Who meets it
// locked spins, then lets others run, then sleeps for moments at a time: on a machine where the
// holder is kept from running by the waiter's own priority, spinning alone would be for ever.
//
// Thread safety: any thread.
#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "core/base/atomic.h"

namespace rota::sync {

class ABSL_LOCKABLE LockWord {
 public:
  static constexpr uint64_t kLocked = 1;

  explicit LockWord(uint64_t state) : word_(state) {}
  LockWord(const LockWord&) = delete;
  LockWord& operator=(const LockWord&) = delete;

  // The state, perhaps with kLocked. acquire: pairs with change and unlock, whose caller's writes
  // are seen.
  uint64_t read() const { return word_.load(base::memory_order_acquire); }

  // From `seen`, which has no kLocked, to `next`. False: it was something else, which `seen` is
  // now. acquire and release: pairs with itself and unlock; this is where locks and permits pass
  // from one holder to the next.
  [[nodiscard]] bool change(uint64_t& seen, uint64_t next) {
    return word_.compare_exchange_strong(seen, next, base::memory_order_acq_rel, base::memory_order_acquire);
  }

  // The state, now with the lock held. acquire: pairs with unlock and change.
  uint64_t lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    uint64_t seen = word_.load(base::memory_order_relaxed) & ~kLocked;
    if (word_.compare_exchange_strong(seen, seen | kLocked, base::memory_order_acquire, base::memory_order_relaxed)) {
      return seen;
    }
    return lock_contended();
  }
  // release: pairs with lock, change and read.
  void unlock(uint64_t next) ABSL_UNLOCK_FUNCTION() { word_.store(next, base::memory_order_release); }

 private:
  uint64_t lock_contended();

  base::Atomic<uint64_t> word_;
};

// Patience with a word that is locked: each call waits a little, longer and longer.
class Backoff {
 public:
  void wait();

 private:
  uint32_t rounds_ = 0;
};

}  // namespace rota::sync
