// SPDX-License-Identifier: MIT
//
// Mutex: a lock that may be held across awaits and unlocked by another thread; first come, first
// served.
//
//   free    0
//   held    kHeld            free to held and back: one compare-and-swap each
//   wanted  kHeld | kWanted  unlocking hands over to the first in line: never free in between, so
//                            nobody overtakes
//
//             try_lock             lock (gets in line)
//     free ------------> held ----------------------------> wanted --+
//      ^                 | ^                                 |  ^    | unlock: handed over, and
//      +-----------------+ +---------------------------------+  +----+ others are in line
//            unlock         the last in line is granted or cancels
//
// Who finds it held gets in line at once: a moment of spinning first was measured, and made two contending tasks three
// times slower (each look takes the cache line away from the holder).
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

  void leave(Waiter<Mutex>& waiter);
  void abandon();

  LockWord word_{0};
  Line<Mutex> line_ ABSL_GUARDED_BY(word_);
};

}  // namespace rota::sync
