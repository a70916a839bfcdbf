// SPDX-License-Identifier: MIT
#include "capi/foreign_task.h"

#include <cstring>
#include <new>

#include "core/runtime/runtime.h"
#include "core/scheduler/scheduler.h"

namespace rota::capi {

void drop_state(rota_drop_fn drop, void* state) noexcept {
  if (drop == nullptr) return;
  try {
    drop(state);
  } catch (...) {  // NOLINT(bugprone-empty-catch): a drop function has nobody to tell
  }
}

Result<ForeignTask*> ForeignTask::make(const rota_spawn_desc& desc, task::Home& home, bool handle) {
  void* block = home.arena().allocate(block_size(desc.state_size, desc.name_len));
  if (block == nullptr) return Status::kNoMemory;
  if (home.counted()) home.ref_home();
  return new (block) ForeignTask(desc, home, handle);
}

ForeignTask::ForeignTask(const rota_spawn_desc& desc, task::Home& home, bool handle)
    : Task(kVTable, home, handle ? 2 : 1),
      poll_(desc.poll),
      drop_(desc.drop),
      state_(desc.state_size == 0 ? desc.state : this + 1),
      state_size_(static_cast<uint32_t>(desc.state_size)),
      name_len_(static_cast<uint32_t>(desc.name_len)) {
  char* bytes = reinterpret_cast<char*>(this + 1);
  if (state_size_ != 0) std::memcpy(bytes, desc.state, state_size_);
  if (name_len_ != 0) std::memcpy(bytes + state_size_, desc.name, name_len_);
  runtime::Runtime::of(home).scheduler().count_spawned();
}

ForeignTask* ForeignTask::from(task::Header& header) {
  return header.vtable == &kVTable ? static_cast<ForeignTask*>(&header) : nullptr;
}

Status ForeignTask::poll(task::Task& task, task::Context& context) {
  auto& self = static_cast<ForeignTask&>(task);
  try {
    return static_cast<Status>(self.poll_(self.state_, reinterpret_cast<rota_context*>(&context)));
  } catch (...) {
    return Status::kException;
  }
}

void ForeignTask::drop_state(task::Task& task) {
  auto& self = static_cast<ForeignTask&>(task);
  capi::drop_state(self.drop_, self.state_);
  runtime::Runtime::of(*self.home).scheduler().count_ended();
}

void ForeignTask::destroy(task::Header& header) {
  auto& self = static_cast<ForeignTask&>(header);
  task::Home& home = *self.home;
  const size_t size = block_size(self.state_size_, self.name_len_);
  self.~ForeignTask();
  task::free_block(home, &self, size);
}

}  // namespace rota::capi
