// SPDX-License-Identifier: MIT
#include "core/task/group.h"

#include <new>

#include "core/task/owned_set.h"

namespace rota::task {

Result<Group*> Group::create(Home& home, Group* parent) {
  void* block = home.arena().allocate(sizeof(Group));
  if (block == nullptr) return Status::kNoMemory;
  if (home.counted()) home.ref_home();
  auto* group = new (block) Group(home);
  if (parent != nullptr) {
    if (const Status status = parent->enter(group->in_parent_, *group); !ok(status)) {
      task::unref(*group);
      return status;
    }
  }
  // From here on its parent may end it.
  task::ref(*group);
  home.owned()->insert_shared(*group);
  return group;
}

Group* Group::from(Header& header) { return header.vtable == &kVTable ? static_cast<Group*>(&header) : nullptr; }

Status Group::enter(Member& member, Header& header) {
  base::MutexLock lock(mutex_);
  // A member that brings another is one itself for as long, so the group is not over.
  if (cancelled_ || (sealed_ && CurrentGroup::get() != this)) return Status::kClosed;
  task::ref(*this);
  member.header = &header;
  member.group = this;
  members_.push_back(member);
  ++size_;
  return Status::kOk;
}

void Group::leave(Member& member) {
  Group& group = *member.group;
  bool over;
  {
    base::MutexLock lock(group.mutex_);
    Members::remove(member);
    --group.size_;
    over = group.over();
  }
  if (over) group.end();
  task::unref(group);
}

void Group::close() {
  bool over;
  {
    base::MutexLock lock(mutex_);
    sealed_ = true;
    over = this->over();
  }
  if (over) end();
}

// Precondition: sealed and empty, so for good. Several may find it so; one of them ends it.
void Group::end() {
  if (!state.claim()) return;
  const uint64_t references = home->owned()->remove(*this) ? 1 : 0;
  if (in_parent_.group != nullptr) leave(in_parent_);
  complete(*this, Status::kOk);
  if (references != 0) task::unref(*this);
}

Status Group::cancel_all() {
  bool first, over;
  {
    base::MutexLock lock(mutex_);
    first = !cancelled_;
    sealed_ = cancelled_ = true;
    cancelling_.splice_back(members_);
  }
  // One after the other, each outside the lock: a cancelled task may end in here, and leave.
  for (;;) {
    Header* header = nullptr;
    {
      base::MutexLock lock(mutex_);
      if (Member* member = cancelling_.pop_front()) {
        members_.push_back(*member);
        header = member->header;
        task::ref(*header);  // a member's own reference is there until it has left
      }
      over = this->over();
    }
    if (header == nullptr) break;
    (void)task::cancel(*header);
    task::unref(*header);
  }
  const bool was_complete = state.complete();
  if (over) end();
  return first && !was_complete ? Status::kOk : Status::kAlready;
}

uint32_t Group::size() {
  base::MutexLock lock(mutex_);
  return size_;
}

Task* Group::take_ready(State::Take& how, const Home& home) {
  base::MutexLock lock(mutex_);
  // Those looked at go to the end: who waits is not looked at again before the others.
  for (uint32_t left = size_; left != 0; --left) {
    Member* member = members_.pop_front();
    if (member == nullptr) break;  // the rest is being cancelled
    members_.push_back(*member);
    Header& header = *member->header;
    if (header.vtable->take != nullptr) {
      if (Task* task = header.vtable->take(header, how, home)) return task;
    } else if (header.vtable->poll != nullptr && header.home == &home) {
      auto& task = static_cast<Task&>(header);
      how = task.state.take();
      if (how != State::Take::kNo) return &task;
    }
  }
  return nullptr;
}

bool Group::runs_here() const {
  for (const Group* group = CurrentGroup::get(); group != nullptr; group = group->in_parent_.group) {
    if (group == this) return true;
  }
  return false;
}

Task* Group::take(Header& header, State::Take& how, const Home& home) {
  return static_cast<Group&>(header).take_ready(how, home);
}

Status Group::cancel(Header& header) { return static_cast<Group&>(header).cancel_all(); }

void Group::last_reference() {
  close();
  task::unref(*this);
}

void Group::destroy(Header& header) {
  auto& self = static_cast<Group&>(header);
  Home& home = *self.home;
  self.~Group();
  free_block(home, &self, sizeof(Group));
}

namespace {

constinit thread_local Group* current_group = nullptr;

}  // namespace

CurrentGroup::CurrentGroup(Group* group) : outer_(current_group) { current_group = group; }
CurrentGroup::~CurrentGroup() { current_group = outer_; }
Group* CurrentGroup::get() { return current_group; }

}  // namespace rota::task
