// SPDX-License-Identifier: MIT
//
// Idle: who sleeps, who searches, and whom to wake. Waking a sleeping core costs its waker as much as 50 to 100 spawns,
// so the rule is: wake one worker, and only if nobody is searching already; a searcher that finds work wakes the next.
//
// The word holds (searching, awake). A worker's way through it:
//
//          try_search            found work: stop_searching (the last one wakes another)
//   AWAKE -----------> SEARCHING -----------------------------------------------> AWAKE
//     |                    |
//     |  fall_asleep       |  fall_asleep (then: look at every queue again)
//     v                    v
//   ASLEEP <---------------+
//     |      wake_one: the waker counts it as awake and searching before it unparks it
//     +---------------------------------------------------------> SEARCHING
//     |      wake_self: it woke by itself (a timer, an event)
//     +---------------------------------------------------------> AWAKE
//
// No wake-up is lost: a producer makes its task visible (seq_cst store into a queue), then reads the word (seq_cst); a
// worker changes the word (seq_cst), then looks at the queues (seq_cst). In the one order of all these, either the
// producer sees the sleeper, or the sleeper sees the task. Acquire and release alone would let both miss: each is a
// store followed by a load of another location.
//
// A seat where nobody works counts as awake: there is nobody to wake.
//
// Thread safety: any thread; a worker's own transitions on its own thread.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/mutex.h"
#include "core/platform/memory.h"

namespace rota::scheduler {

class Idle {
 public:
  static constexpr uint32_t kNobody = UINT32_MAX;

  // `sleepers` has room for `workers` numbers and outlives this.
  Idle(uint32_t workers, uint32_t* sleepers) : workers_(workers), sleepers_(sleepers), word_(workers << kAwakeShift) {}

  // Whether wake_one would wake somebody: one shared read.
  bool should_wake() const {
    const uint32_t word = word_.load(base::memory_order_seq_cst);
    return searching_of(word) == 0 && awake_of(word) < workers_;
  }
  // Picks a sleeper, now awake and searching: the caller unparks it. kNobody when nobody sleeps or somebody searches.
  [[nodiscard]] uint32_t wake_one();
  // The same for up to `most` sleepers, whoever searches: several tasks came at once. How many, and who.
  [[nodiscard]] uint32_t wake_some(uint32_t most, uint32_t* into);

  // False: half of those who work, `working`, search already.
  [[nodiscard]] bool try_search(uint32_t working);
  // True: it was the last that searched.
  [[nodiscard]] bool stop_searching();

  // Announces that `worker`, which was searching or not, goes to sleep. It must look at every queue once more before it
  // does. `last`: it is to be woken only when nobody else sleeps (it may not take everything, and passes on).
  void fall_asleep(uint32_t worker, bool searching, bool last = false);
  // `worker` woke by itself. False: somebody has woken it with wake_one (and so counted it) in the meantime.
  [[nodiscard]] bool wake_self(uint32_t worker);

  uint32_t asleep() const { return workers_ - awake_of(word_.load(base::memory_order_relaxed)); }

 private:
  static constexpr uint32_t kAwakeShift = 16, kAwakeOne = 1u << kAwakeShift;
  static uint32_t searching_of(uint32_t word) { return word & (kAwakeOne - 1); }
  static uint32_t awake_of(uint32_t word) { return word >> kAwakeShift; }

  const uint32_t workers_;
  base::Mutex mutex_;
  uint32_t* const sleepers_ ABSL_PT_GUARDED_BY(mutex_);
  uint32_t sleeper_count_ ABSL_GUARDED_BY(mutex_) = 0;
  // `awake` changes only under the mutex, `searching` at any time.
  alignas(base::kCacheLine) base::Atomic<uint32_t> word_;
};

}  // namespace rota::scheduler
