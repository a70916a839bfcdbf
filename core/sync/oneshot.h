// SPDX-License-Identifier: MIT
//
// Oneshot: one value, once.
//
//             send            received
//     empty --------> sent --------------> sent, taken     (at once when somebody is in line)
//       |              |                        |
//       | close        | close                  | close
//       v              v         received       v
//     closed     sent, closed ---------> sent, taken, closed
//
// kWanted: somebody waits, in line (operations, first come first served) or as a task to be woken
// (polls). Whoever comes too late for the value learns kAlready.
//
// Thread safety: any thread. Every change is made under the lock, which is the same word.
// Invariants: kWanted while anybody waits; nobody waits once it is sent or closed. The value is
// ours from kSent to kTaken.
#pragma once

#include "core/sync/drop.h"
#include "core/sync/lock_word.h"
#include "core/sync/object.h"
#include "core/task/context.h"

namespace rota::sync {

class Oneshot final : public Object<Oneshot> {
 public:
  static constexpr uint32_t kTag = 0x6f6e6573;

  Oneshot(task::Home& home, Drop drop) : Object(home), drop_(drop) {}

  // kOk takes the value. kAlready: one was sent; kClosed.
  Status send(void* value);
  // kOk gives the value; kAgain: none yet; kClosed: closed without one; kAlready: taken before.
  Status try_recv(void*& value);
  // The same from inside a poll, with kPending for kAgain. Spends budget.
  Status poll_recv(task::Context& context, void*& value);
  // An operation (its caller's reference) that writes *out before it completes with kOk; or
  // kClosed, kAlready.
  Result<task::Header*> recv(void** out);
  // kAlready the second time.
  Status close();

 private:
  friend class Object<Oneshot>;
  friend class Waiter<Oneshot>;

  using Wish = void**;  // where the value goes
  static constexpr uint64_t kSent = 2, kTaken = 4, kClosed = 8, kWanted = 16;

  // What a receiver would learn from a state: kOk when there is something to take.
  static Status outlook(uint64_t word);
  void leave(Waiter<Oneshot>& waiter);
  void abandon();

  LockWord word_{0};
  void* value_ ABSL_GUARDED_BY(word_) = nullptr;
  Line<Oneshot> line_ ABSL_GUARDED_BY(word_);
  task::WakerSet pollers_ ABSL_GUARDED_BY(word_);
  const Drop drop_;
};

}  // namespace rota::sync
