// SPDX-License-Identifier: MIT
//
// What the objects of this room have in common: Object<T>, a counted noun that operations wait for,
// and Waiter<T>, one such operation standing in the object's line.
//
// Thread safety: any thread; T's lock protects its lines of waiters.
//
// Lifetime of an object. Its handles are counted by Counted<T>; the last one ends what waits with
// kClosed, for nobody is left to grant it. Its memory is counted by the operation that every object
// is besides: one reference for all the handles, one for each waiter that has not ended, one for
// each caller who was given that operation. It is complete from the start, and it is the answer to
// whoever need not wait: what is granted at once costs no allocation.
//
// Life of a waiter (two references: its caller's, and the one of whoever ends it):
//
//   make --> in line --+-- grant, close, under T's lock: claim, taken out, publish --> tell
//                      |
//                      +-- cancel, shutdown: claim, publish(kCancelled), taken out --> tell
//
// State::claim decides between the two: who gets true ends it, and until then its hold keeps the
// object's memory. Between claim and publish lie a few stores, so whoever cancels too late can wait
// for the result, and finds it there. tell runs after T's lock is gone, because it wakes tasks, and
// waking may run anything.
#pragma once

#include <cstdint>
#include <utility>

#include "core/base/counted.h"
#include "core/base/intrusive_list.h"
#include "core/base/result.h"
#include "core/sync/lock_word.h"
#include "core/task/header.h"
#include "core/task/owned_set.h"

namespace rota::sync {

template <class T>
class Waiter;

template <class T>
class Object : public base::Counted<T>, protected task::Operation {
 public:
  // A T whose one reference is the caller's.
  template <class... Args>
  static Result<T*> create(task::Home& home, Args&&... args) {
    if (home.counted()) home.ref_home();
    T* object = home.arena().template make<T>(home, std::forward<Args>(args)...);
    if (object != nullptr) return object;
    if (home.counted()) home.unref_home();
    return Status::kNoMemory;
  }

  // Counted: the last handle is gone.
  void last_reference() {
    static_cast<T*>(this)->abandon();
    let_go();
  }

 protected:
  explicit Object(task::Home& home) : Operation(kVTable, home, 1) {
    (void)state.claim();
    task::complete(*this, Status::kOk);
  }
  ~Object() = default;

  task::Home& object_home() { return *home; }

  // An operation that is complete; one reference is the caller's.
  task::Header* granted() {
    task::ref(*this);
    return this;
  }

 private:
  friend class Waiter<T>;

  void hold() { task::ref(*this); }
  void let_go() { task::unref(*this); }

  static Status cancel(task::Header&) { return Status::kAlready; }
  static void destroy(task::Header& header) {
    auto& self = static_cast<T&>(static_cast<Object&>(static_cast<Operation&>(header)));
    task::Home& where = *header.home;
    const bool counted = where.counted();  // if not, the home may go with the block
    where.arena().destroy(&self);
    if (counted) where.unref_home();
  }

  static constexpr task::VTable kVTable{.poll = nullptr, .drop_state = nullptr, .cancel = cancel, .destroy = destroy};
};

// T has a type Wish, what such an operation asks for, and void leave(Waiter<T>&), which takes a
// waiter out of its line, if it is still in one.
template <class T>
class Waiter final : public task::Owned, public base::ListNode<Waiter<T>> {
 public:
  using Wish = typename T::Wish;

  // nullptr: no memory.
  static Waiter* make(T& object, Wish wish) {
    task::Home& home = object.object_home();
    if (home.counted()) home.ref_home();
    Waiter* waiter = home.arena().template make<Waiter>(object, home, wish);
    if (waiter == nullptr && home.counted()) home.unref_home();
    return waiter;
  }
  Waiter(T& object, task::Home& home, Wish w) : Owned(kVTable, home, 2, false), wish(w), object_(object) {
    shard = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(this) / base::kCacheLine);
    object_.hold();
  }

  // It stands in line now, with no lock held: shutdown is to find it. kShutdown: it came too late for that, and is out
  // of line again and gone.
  Result<task::Header*> waits() {
    task::OwnedSet* set = home->owned();
    if (set == nullptr) return this;
    task::ref(*this);
    if (!set->insert(*this)) {
      (void)state.unref();                        // not the last: the caller's
      if (!ok(task::cancel(*this))) return this;  // ended meanwhile
      task::unref(*this);
      return Status::kShutdown;
    }
    // Ended before it was in: then nobody has taken it out.
    if (state.complete()) leave_set();
    return this;
  }

  // Under T's lock.
  bool in_line() const { return base::ListNode<Waiter>::linked(); }

  // Ends what the caller has claimed, silently. What it is granted is in its place before.
  void publish(Status status) { wake_ = task::publish(*this, status); }
  // Then wakes who waits for it. Not under T's lock. The waiter and the object may be gone afterwards.
  void tell() {
    T& object = object_;
    if (wake_) task::wake_joiners(*this);
    leave_set();
    task::unref(*this);
    object.let_go();
  }

  // An operation that never stood in line, ended at once; the caller's reference stays.
  task::Header* ended(Status status) {
    (void)state.claim();
    publish(status);
    tell();
    return this;
  }
  // The same for one that nobody is to see.
  void discard() { task::unref(*ended(Status::kCancelled)); }

  const Wish wish;

 private:
  void leave_set() {
    task::OwnedSet* set = home->owned();
    if (set != nullptr && set->remove(*this)) task::unref(*this);
  }

  static Status cancel(task::Header& header) {
    auto& self = static_cast<Waiter&>(static_cast<Owned&>(header));
    if (!self.state.claim()) {
      for (Backoff backoff; !self.state.complete();) backoff.wait();
      return Status::kAlready;
    }
    self.publish(Status::kCancelled);
    self.object_.leave(self);
    self.tell();
    return Status::kOk;
  }
  static void destroy(task::Header& header) {
    auto* self = static_cast<Waiter*>(static_cast<Owned*>(&header));
    task::Home& where = *header.home;
    const bool counted = where.counted();
    where.arena().destroy(self);
    if (counted) where.unref_home();
  }

  static constexpr task::VTable kVTable{.poll = nullptr, .drop_state = nullptr, .cancel = cancel, .destroy = destroy};

  T& object_;
  bool wake_ = false;  // publish's answer, for tell
};

template <class T>
using Line = base::IntrusiveList<Waiter<T>>;

// The first of a line that is not being cancelled, claimed and taken out; nullptr when there is
// none. Under T's lock.
template <class T>
Waiter<T>* claim_first(Line<T>& line) {
  while (Waiter<T>* waiter = line.pop_front()) {
    if (waiter->state.claim()) return waiter;
  }
  return nullptr;
}

// Ends all of a line with `status`; `ended` are to be told. Under T's lock.
template <class T>
void end_all(Line<T>& line, Status status, Line<T>& ended) {
  while (Waiter<T>* waiter = claim_first(line)) {
    waiter->publish(status);
    ended.push_back(*waiter);
  }
}

// Not under T's lock; the caller keeps T.
template <class T>
void tell_all(Line<T>& ended) {
  while (Waiter<T>* waiter = ended.pop_front()) waiter->tell();
}

}  // namespace rota::sync
