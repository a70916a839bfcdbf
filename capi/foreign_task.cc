// SPDX-License-Identifier: MIT
#include "capi/foreign_task.h"

#include <cstring>
#include <new>

#include "capi/profiler.h"
#include "core/runtime/runtime.h"
#include "core/scheduler/scheduler.h"
#include "core/task/owned_set.h"

namespace rota::capi {

using runtime::Runtime;

void drop_state(rota_drop_fn drop, void* state) noexcept {
  if (drop == nullptr) return;
  try {
    drop(state);
  } catch (...) {  // NOLINT(bugprone-empty-catch): a drop function has nobody to tell
  }
}

// --- making

ForeignTask::ForeignTask(const rota_spawn_desc& desc, const task::VTable& vtable, task::Home& home, uint64_t references,
                         bool notified)
    : Task(vtable, home, references, notified),
      poll_(desc.poll),
      drop_(desc.drop),
      state_(desc.state_size == 0 ? desc.state : this + 1),
      state_size_(static_cast<uint32_t>(desc.state_size)),
      name_len_(static_cast<uint32_t>(desc.name_len)) {
  priority = static_cast<task::Priority>(desc.priority);
  if (state_size_ != 0) std::memcpy(bytes(), desc.state, state_size_);
  Runtime::of(home).scheduler().count_spawned();
}

Result<ForeignTask*> ForeignTask::make(const rota_spawn_desc& desc, task::Home& home, bool handle) {
  void* block = home.arena().allocate(sizeof(ForeignTask) + desc.state_size + desc.name_len);
  if (block == nullptr) return Status::kNoMemory;
  if (home.counted()) home.ref_home();
  auto* task = new (block) ForeignTask(desc, kVTable, home, handle ? 2 : 1, true);
  if (desc.name_len != 0) std::memcpy(task->bytes() + desc.state_size, desc.name, desc.name_len);
  return task;
}

Result<ForeignTask*> ForeignTask::make_rich(const rota_spawn_desc& desc, task::Group* group, task::Home& home,
                                            bool handle) {
  const size_t edges = size_t{desc.after_count} + desc.after_room;
  const size_t name_at = extra_offset(desc.state_size) + sizeof(Extra) + edges * sizeof(task::Edge);
  void* block = home.arena().allocate(sizeof(ForeignTask) + name_at + desc.name_len);
  if (block == nullptr) return Status::kNoMemory;
  if (home.counted()) home.ref_home();
  const bool waits = ForeignTask::waits(desc);
  auto* task = new (block) ForeignTask(desc, kRichVTable, home, handle ? 2 : 1, !waits);
  auto* extra = new (&task->extra()) Extra(desc);
  if (desc.name_len != 0) std::memcpy(task->bytes() + name_at, desc.name, desc.name_len);
  extra->id = Runtime::of(home).next_task_id();
  const bool owned = waits && home.owned() != nullptr;
  if (owned) {
    task->owned = true;
    task->shard = static_cast<uint32_t>(extra->id);
  }
  // From here on the group may run and end it.
  const Status status = group == nullptr ? Status::kOk : group->enter(extra->member, *task);
  if (!ok(status)) {
    Runtime::of(home).scheduler().count_ended();
    task::unref(*task, handle ? 2 : 1);
    return status;
  }
  if (owned) {
    // Nobody polls it for long: shutdown must find it all the same.
    task::ref(*task);
    home.owned()->insert_shared(*task);
  }
  return task;
}

ForeignTask* ForeignTask::from(task::Header& header) {
  return header.vtable == &kVTable || header.vtable == &kRichVTable ? static_cast<ForeignTask*>(&header) : nullptr;
}

// --- waiting for others

Status ForeignTask::wait_for(task::Header& other) {
  if (!rich() || !extra().waits) return Status::kInvalid;
  Extra& mine = extra();
  if (!mine.countdown.raise()) return Status::kAlready;
  const uint32_t slot = mine.used.fetch_add(1, base::memory_order_relaxed);
  if (slot >= mine.room) {
    mine.used.fetch_sub(1, base::memory_order_relaxed);
    if (mine.countdown.lower(Status::kOk)) task::wake(*this);
    return Status::kOverflow;
  }
  task::depend(other, *new (edges() + slot) task::Edge(*this, mine.countdown));
  return Status::kOk;
}

void ForeignTask::begin() {
  if (!extra().holdable && extra().countdown.lower(Status::kOk)) {
    task::wake_and_unref(*this);
  } else {
    task::unref(*this);
  }
}

Status ForeignTask::release_hold() {
  if (!rich() || !extra().holdable) return Status::kInvalid;
  // relaxed: what the caller did before is published by the countdown.
  if (!extra().held.exchange(false, base::memory_order_relaxed)) return Status::kAlready;
  if (extra().countdown.lower(Status::kOk)) task::wake(*this);
  return Status::kOk;
}

// --- running

Status ForeignTask::poll(task::Task& task, task::Context& context) {
  auto& self = static_cast<ForeignTask&>(task);
  try {
    return static_cast<Status>(self.poll_(self.state_, reinterpret_cast<rota_context*>(&context)));
  } catch (...) {
    return Status::kException;
  }
}

Status ForeignTask::poll_rich(task::Task& task, task::Context& context) {
  auto& self = static_cast<ForeignTask&>(task);
  Extra& extra = self.extra();
  // Seen here is what was before the last of those it waited for counted down.
  const Status failed = extra.countdown.failed.load(base::memory_order_relaxed);
  if (!ok(failed) && !extra.after_any) return failed;
  const task::CurrentGroup members(extra.member.group);
  const runtime::Profiler& profiler = Runtime::of(*self.home).profiler();
  if (!profiler.present()) return poll(task, context);
  const rota_poll_info info{.size = sizeof(rota_poll_info),
                            .room = room_here(),
                            .id = extra.id,
                            .name = self.name_len_ == 0 ? nullptr : self.name(),
                            .name_len = self.name_len_,
                            .task = handle_of(&task)};
  const ProfiledPoll profiled(profiler, info);
  return profiled.ended(poll(task, context));
}

void ForeignTask::drop_state(task::Task& task) {
  auto& self = static_cast<ForeignTask&>(task);
  capi::drop_state(self.drop_, self.state_);
  Runtime::of(*self.home).scheduler().count_ended();
}

void ForeignTask::drop_state_rich(task::Task& task) {
  auto& self = static_cast<ForeignTask&>(task);
  {
    const task::CurrentGroup members(self.extra().member.group);
    drop_state(task);
  }
  if (self.extra().member.group != nullptr) task::Group::leave(self.extra().member);
}

void ForeignTask::destroy(task::Header& header) {
  auto& self = static_cast<ForeignTask&>(header);
  task::Home& home = *self.home;
  const size_t size = self.block_size();
  self.~ForeignTask();
  task::free_block(home, &self, size);
}

size_t ForeignTask::name_offset() const {
  if (!rich()) return state_size_;
  return extra_offset(state_size_) + sizeof(Extra) + extra().room * sizeof(task::Edge);
}

const char* ForeignTask::name() const { return bytes() + name_offset(); }

}  // namespace rota::capi
