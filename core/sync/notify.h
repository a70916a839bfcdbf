// SPDX-License-Identifier: MIT
//
// Notify: a condition to wait for. notify_one wakes the longest waiting, or, when nobody waits,
// lets the next wait pass; notify_all wakes those that wait now, and is not remembered.
//
//   quiet    0
//   stored   kStored
//   waiting  kWaiting
//
//              notify_one           wait (gets in line)
//     stored <------------- quiet ----------------------> waiting --+
//      | ^ |                ^ ^                            |  ^     | notify_one: the first in
//      | +-+ notify_one     | |                            |  +-----+ line, and others are
//      +--------------------+ +----------------------------+
//              wait             the last is notified or cancels; notify_all
//
// notify_one without waiters is one compare-and-swap, also when it is stored already: whoever takes
// it sees all that was done before each of the calls it stands for.
//
// Thread safety: any thread.
// Invariants: kWaiting exactly while the line is not empty; never together with kStored.
#pragma once

#include "core/sync/lock_word.h"
#include "core/sync/object.h"

namespace rota::sync {

class Notify final : public Object<Notify> {
 public:
  static constexpr uint32_t kTag = 0x6e746679;

  explicit Notify(task::Home& home) : Object(home) {}

  void notify_one();
  void notify_all();
  // An operation that completes when notified; its caller's reference.
  Result<task::Header*> wait();

 private:
  friend class Object<Notify>;
  friend class Waiter<Notify>;

  struct Wish {};
  static constexpr uint64_t kStored = 2, kWaiting = 4;

  void end_everyone(Status status);
  void leave(Waiter<Notify>& waiter);
  void abandon() { end_everyone(Status::kClosed); }

  LockWord word_{0};
  Line<Notify> line_ ABSL_GUARDED_BY(word_);
};

}  // namespace rota::sync
