// SPDX-License-Identifier: MIT
//
// Mutex: a lock that may be held across awaits and unlocked by another thread; first come, first
// served.
//
//   free   0                            try_lock, unlock: one compare-and-swap
//   held   kHeld                        unlock with somebody in line hands the lock over: it is
//   never free in between, so wanted kHeld | kWanted              nobody overtakes
//
//             try_lock                 lock (in line)
//     free ------------> held <------------------------> wanted --+
//      ^                  |      last one granted or      ^       | unlock: granted to the first in
//      line
//      +------------------+      cancelled                +-------+
//            unlock
//
// A task that finds it held looks again for a moment before it stands in line: most holders are in
// a short section on another core, and a line, once it has formed under load, costs a task switch
// for each turn. `patience_` is how long that moment is; it grows when it pays and shrinks when it
// does not (a holder that awaits).
//
// Thread safety: any thread.
// Invariants: kWanted exactly while the line is not empty, which only happens while it is held.
#pragma once

#include "core/sync/lock_word.h"
#include "core/sync/object.h"

namespace rota::sync {

class Mutex final : public Object<Mutex> {
 public:
  static constexpr uint32_t kTag = 0x6d757478;

  explicit Mutex(task::Home& home) : Object(home) {}

  // kOk, or kBusy.
  Status try_lock();
  // An operation that completes holding the lock; its caller's reference.
  Result<task::Header*> lock();
  // kNotPermitted when it is not locked.
  Status unlock();

 private:
  friend class Object<Mutex>;
  friend class Waiter<Mutex>;

  struct Wish {};
  static constexpr uint64_t kHeld = 2, kWanted = 4;

  bool lock_soon();
  void leave(Waiter<Mutex>& waiter);
  void abandon();

  LockWord word_{0};
  Line<Mutex> line_ ABSL_GUARDED_BY(word_);
  // A guess, so relaxed everywhere.
  base::Atomic<uint32_t> patience_{4};
};

}  // namespace rota::sync
