// SPDX-License-Identifier: MIT
//
// Wheel: the timers of one worker. Six levels of 64 slots; a slot of level 0 is a tick of about a millisecond (2^20
// ns), a slot of each level above is a whole turn of the one below. An entry goes to the level where its tick first
// differs from now's, and comes down a level whenever the wheel's time enters its slot. Algorithm: G. Varghese, A.
// Lauck, "Hashed and hierarchical timing wheels" (1987).
//
// Never early: ticks only find the slot. Deadlines are kept in nanoseconds; in the slot of the tick in progress each
// entry waits for its own, and next_deadline() is exact for it, so timers are not rounded to ticks either.
//
// Thread safety: any thread. The owner's worker does nearly all inserts, so the lock is hardly ever contended.
// Invariant: every armed entry is in a slot that advance() reaches no later than its deadline; the occupancy bit of a
// slot is set whenever its list is not empty; `next_` is never later than the earliest deadline.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/intrusive_list.h"
#include "core/base/mutex.h"
#include "core/platform/clock.h"
#include "core/time/entry.h"

namespace rota::time {

class Wheel {
 public:
  // `start_ns`: the time it begins at; nothing is armed before it.
  explicit Wheel(uint64_t start_ns);

  // Arms `entry`, which is not armed. A deadline in the past fires at the next advance. False: closed. `earliest`: no
  // other timer here is due before it; whoever sleeps until next_deadline() must look again.
  [[nodiscard]] bool insert(Entry& entry, uint64_t deadline_ns, bool& earliest);
  // True: it was armed, here or in any other wheel, and will not fire. False: it was not, or is firing.
  [[nodiscard]] static bool remove(Entry& entry);

  // Not later than the earliest deadline, exact within the tick in progress; kForever when nothing is armed.
  // seq_cst, as insert's store: a sleeper announces itself and then looks here, who arms stores here and then looks for
  // sleepers; one of them sees the other.
  uint64_t next_deadline() const { return next_.load(base::memory_order_seq_cst); }

  // Fires everything whose deadline is not after `now_ns`; how many. Any thread: each entry is fired by one of them.
  size_t advance(uint64_t now_ns);

  // Refuses new entries and fires all there are, as closed.
  void close();

  size_t armed() const { return armed_.load(base::memory_order_relaxed); }

 private:
  using List = base::IntrusiveList<Entry, EntryTag>;
  static constexpr uint32_t kLevels = 6, kSlotBits = 6, kSlots = 1u << kSlotBits, kTickBits = 20;

  static uint64_t tick_of(uint64_t ns) { return ns >> kTickBits; }
  static uint32_t slot_of(uint64_t tick, uint32_t level) {
    return static_cast<uint32_t>(tick >> (level * kSlotBits)) & (kSlots - 1);
  }

  // A slot that holds something, and the tick at which it begins.
  struct Place {
    uint32_t level, slot;
    uint64_t tick;
  };
  bool next_place(Place& next) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void place(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void disarm(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void collect(uint64_t now_ns, List& due) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void publish_next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static size_t fire_all(List& due, bool closed);

  base::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t tick_ ABSL_GUARDED_BY(mutex_);  // the tick in progress
  uint64_t occupied_[kLevels] ABSL_GUARDED_BY(mutex_) = {};
  List slots_[kLevels][kSlots] ABSL_GUARDED_BY(mutex_);
  // Earliest deadline of each slot of level 0; may be too early after a removal, never too late.
  uint64_t earliest_[kSlots] ABSL_GUARDED_BY(mutex_);

  base::Atomic<uint64_t> next_{platform::kForever};  // written under the mutex
  base::Atomic<size_t> armed_{0};                    // written under the mutex
};

}  // namespace rota::time
