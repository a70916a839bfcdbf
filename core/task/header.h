// SPDX-License-Identifier: MIT
//
// Header: what every pending thing begins with, and the two kinds there are:
//
//   Task       is polled, again and again, wherever its home runs tasks, until it is ready.
//   Operation  is never polled; an event (a timer, a job's end, a lock handed over) completes it.
//
// Both can be waited for, cancelled and counted in the same way (functions below and in join.h).
//
// Who may touch which field when:
//   state       any thread, through its transitions
//   vtable,home constant after construction
//   joiners     who holds the join lock; after completion who to_complete / unlock_joiners told to wake
//   result      written by who completes, before to_complete; read after complete() was seen
//   next        who owns the queue entry
//   owned links the owned set's lock; a task's `owned` the runner
//
// Lifetime: one block of the home's arena; destroyed by who drops the last reference. The home outlives it: it is the
// runtime's, or counted (Home::ref_home).
#pragma once

#include <cstdint>

#include "core/base/intrusive_list.h"
#include "core/base/status.h"
#include "core/platform/arena.h"
#include "core/task/state.h"
#include "core/task/waker_set.h"

namespace rota::task {

class Context;
class Home;
class OwnedSet;
struct Header;
struct Task;

// Tells a handle of the C interface what it points to. Anything else there is no handle, or not any more.
enum class Kind : uint32_t { kTask = 0x7461736b, kGone = 0 };

// Which tasks go first; rota.h says how far. Normal is what everything is that says nothing.
enum class Priority : uint8_t { kNormal = 0, kHigh = 1, kLow = 2 };
inline constexpr uint32_t kPriorities = 3;

struct VTable {
  // One poll; tasks only. kPending means that a waker was kept somewhere.
  Status (*poll)(Task&, Context&);
  // Frees what the poll function owns; once, before completion. Tasks only.
  void (*drop_state)(Task&);
  // Cancels an operation that is not complete; nullptr for a task. Answers as rota_task_cancel.
  Status (*cancel)(Header&);
  // Frees the block.
  void (*destroy)(Header&);
  // For an operation that tasks of its own work on: one of these that is at home there and ready, taken out of line, or
  // nullptr. May be null.
  Task* (*take)(Header&, State::Take&, const Home&) = nullptr;
};

// Where the polls of a task run: the workers, a thread that waits, a host's queue.
class Home {
 public:
  // `counted`: the home is kept alive by its tasks, through ref_home and unref_home.
  Home(platform::Arena& arena, OwnedSet* owned, bool counted = false)
      : arena_(arena), owned_(owned), counted_(counted) {}

  // Takes over a task that has just become NOTIFIED, and its queue entry's reference. Any thread; never blocks.
  virtual void submit(Task& task) = 0;
  // A task whose entry is in a queue of this home already has become ready: wakes whoever would have been woken for a
  // submit. Homes whose tasks nobody takes out of line are never asked.
  virtual void poke() {}

  platform::Arena& arena() const { return arena_; }
  bool counted() const { return counted_; }
  virtual void ref_home() {}
  virtual void unref_home() {}
  // The set a task is kept in while it waits, for shutdown to find; nullptr: none.
  OwnedSet* owned() const { return owned_; }

 protected:
  ~Home() = default;

 private:
  platform::Arena& arena_;
  OwnedSet* const owned_;
  const bool counted_;
};

// Frees the block of a task after its destructor has run, and its hold on its home.
inline void free_block(Home& home, void* block, size_t size) {
  const bool counted = home.counted();  // if not, the home may go with the block
  home.arena().free(block, size);
  if (counted) home.unref_home();
}

struct Header {
  Header(const VTable& vt, Home& where, uint64_t references, bool notified)
      : state(references, notified), vtable(&vt), home(&where) {}

  State state;
  // In front, where every object that a handle may point to has bytes: asking one what it is never reads past its end.
  Kind kind = Kind::kTask;
  Status result = Status::kPending;
  const VTable* const vtable;
  Home* const home;
  WakerSet joiners;
};

struct Operation : Header {
  // The creator holds `references` of them: one for its caller, one for whatever will complete it.
  Operation(const VTable& vt, Home& where, uint64_t references) : Header(vt, where, references, false) {}
};

struct OwnedTag {};

// What shutdown finds and cancels: tasks, and operations that wait for another task or thread (an OwnedSet's members).
struct Owned : Header, base::ListNode<OwnedTag> {
  Owned(const VTable& vt, Home& where, uint64_t references, bool notified) : Header(vt, where, references, notified) {}

  uint32_t shard = 0;  // of the set; constant from before it enters
};

struct Task : Owned {
  // Born notified, as a rule: the creator submits it, with one of the references. Born idle it waits to be woken.
  Task(const VTable& vt, Home& where, uint64_t references, bool notified = true)
      : Owned(vt, where, references, notified) {}

  bool owned = false;
  Priority priority = Priority::kNormal;  // constant from before it is submitted
  Task* next = nullptr;
};

inline void ref(Header& header) { header.state.ref(); }
void destroy(Header& header);
inline void unref(Header& header, uint64_t count = 1) {
  if (header.state.unref(count)) destroy(header);
}

// Makes the task run again. Precondition: the caller holds a reference and keeps it.
inline void wake(Task& task) {
  const State::Woken woken = task.state.wake();
  if (woken.submit) {
    ref(task);
    task.home->submit(task);
  } else if (woken.poke) {
    task.home->poke();
  }
}
// The same, giving up the caller's reference: no count goes up and down.
inline void wake_and_unref(Task& task) {
  const State::Woken woken = task.state.wake();
  if (woken.submit) {
    task.home->submit(task);
    return;
  }
  if (woken.poke) task.home->poke();
  unref(task);
}

// Asks a task or operation to stop: kOk when the request was taken, kAlready, or kBusy (see rota_task_cancel).
Status cancel(Header& header);

// Ends what the caller has claimed (RUNNING): publishes the result and wakes who waits. Drops no reference.
void complete(Header& header, Status result);
// The same in two steps, for who must not wake yet: true: wake_joiners is the caller's to call.
[[nodiscard]] bool publish(Header& header, Status result);
void wake_joiners(Header& header);

}  // namespace rota::task
