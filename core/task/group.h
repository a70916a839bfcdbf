// SPDX-License-Identifier: MIT
//
// Group: tasks, jobs and groups below it that belong together: to be cancelled, waited for and helped as one. See
// rota_group in rota.h, and ADR 23.
//
// A group is an operation. It completes once: when it is sealed and its last member has left.
//
//   open --close, last handle gone, cancel_all--> sealed --(last member leaves)--> complete
//
// Sealed, it takes only what its own members bring, and, once cancelled, nothing.
// A member leaves after its drop function has returned, before its own completion is published: whoever sees the group
// complete knows that no code of a member runs or will run.
//
// Who sees what: enter and leave take the mutex, so what a member did happens before the group's completion.
//
// Thread safety: any thread. Nothing is called with the mutex held but State::take and a group below (parent before
// child).
// Lifetime: one reference for all handles, one for each member, one in the owned set.
#pragma once

#include <cstdint>

#include "core/base/counted.h"
#include "core/base/intrusive_list.h"
#include "core/base/mutex.h"
#include "core/base/result.h"
#include "core/task/header.h"

namespace rota::task {

class Group;

struct MemberTag {};

// Lies in the member's own block; linked while it is one.
struct Member : base::ListNode<MemberTag> {
  Header* header = nullptr;
  Group* group = nullptr;
};

class Group final : public base::Counted<Group>, public Owned {
 public:
  static constexpr uint32_t kTag = 0x67726f75;

  // `parent` may be null. kClosed: it takes no more members; kShutdown; kNoMemory.
  static Result<Group*> create(Home& home, Group* parent);
  // `header` as a group, or nullptr.
  static Group* from(Header& header);

  // Makes `header` a member. kClosed: none is taken any more.
  Status enter(Member& member, Header& header);
  // Ends a membership. May be called once for each enter, whoever has ended the member.
  static void leave(Member& member);

  // Takes no more members but what members bring.
  void close();
  // Closes for all, and cancels every member. kAlready: it was complete, or cancelled before.
  Status cancel_all();
  // Members now, those of groups below not counted.
  uint32_t size();

  // A member, here or below, or a task of a member, that is at home at `home` and ready: taken out of line, to be run
  // by run_taken. nullptr: there is none.
  Task* take_ready(State::Take& how, const Home& home);
  // Whether the calling thread runs a member of this group, or of one below.
  bool runs_here() const;

  void last_reference();

 private:
  using Members = base::IntrusiveList<Member, MemberTag>;

  explicit Group(Home& home) : Owned(kVTable, home, 1, false) {}
  ~Group() = default;

  bool over() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return sealed_ && members_.empty() && cancelling_.empty(); }
  void end();
  static Status cancel(Header& header);
  static Task* take(Header& header, State::Take& how, const Home& home);
  static void destroy(Header& header);

  static constexpr VTable kVTable{
      .poll = nullptr, .drop_state = nullptr, .cancel = cancel, .destroy = destroy, .take = take};

  Member in_parent_;  // constant once it is made, until it ends
  base::Mutex mutex_;
  Members members_ ABSL_GUARDED_BY(mutex_);
  Members cancelling_ ABSL_GUARDED_BY(mutex_);  // members that cancel_all has yet to cancel
  uint32_t size_ ABSL_GUARDED_BY(mutex_) = 0;
  bool sealed_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

// The group whose member this thread is running; what is spawned meanwhile belongs to it too.
class CurrentGroup {
 public:
  explicit CurrentGroup(Group* group);
  ~CurrentGroup();
  CurrentGroup(const CurrentGroup&) = delete;
  CurrentGroup& operator=(const CurrentGroup&) = delete;

  static Group* get();

 private:
  Group* const outer_;
};

}  // namespace rota::task
