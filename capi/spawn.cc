// SPDX-License-Identifier: MIT
//
// Starting tasks: rota_spawn, rota_block_on, rota_spawn_blocking.
#include "capi/blocking_job.h"
#include "capi/foreign_task.h"
#include "capi/handle.h"
#include "capi/options.h"
#include "core/blocking/pool.h"
#include "core/runtime/host_queue.h"
#include "core/runtime/runtime.h"
#include "core/scheduler/current.h"
#include "core/scheduler/scheduler.h"
#include "core/scheduler/thread_home.h"

namespace rota::capi {
namespace {

using runtime::HostQueue;
using runtime::Runtime;

constexpr uint32_t kKnownFlags = ROTA_SPAWN_HELD | ROTA_SPAWN_AFTER_ANY;

Status check(const rota_spawn_desc& desc) {
  if (desc.poll == nullptr) return Status::kInvalid;
  if (desc.state_size != 0 && desc.state == nullptr) return Status::kInvalid;
  if (desc.name == nullptr && desc.name_len != 0) return Status::kInvalid;
  if (desc.state_size > ForeignTask::kMostState || desc.name_len > ForeignTask::kMostName) return Status::kOverflow;
  if (desc.priority >= task::kPriorities || (desc.after == nullptr && desc.after_count != 0)) return Status::kInvalid;
  if (uint64_t{desc.after_count} + desc.after_room > ROTA_AFTER_MAX) return Status::kOverflow;
  if ((desc.flags & ~kKnownFlags) != 0) return Status::kNotSupported;
  return Status::kOk;
}

// Nothing that a plain task does not have.
bool plain(const rota_spawn_desc& desc) {
  return desc.group == nullptr && desc.after == nullptr && desc.flags == 0 && desc.after_room == 0;
}

Result<task::Home*> home_of(Runtime& runtime, const rota_spawn_desc& desc) {
  if (desc.on != nullptr) {
    HostQueue* queue = object<HostQueue>(desc.on);
    if (queue == nullptr || &Runtime::of(*queue) != &runtime) return Status::kInvalid;
    if (desc.room != ROTA_ROOM_WORKERS) return Status::kNotSupported;
    return static_cast<task::Home*>(queue);
  }
  if (desc.room == ROTA_ROOM_WORKERS) return &runtime.services().home;
  if (desc.room != ROTA_ROOM_BLOCKING || desc.priority != ROTA_PRIORITY_NORMAL) return Status::kNotSupported;
  return runtime.blocking_home();
}

// With a group, edges, or a profiler to tell.
Status spawn_rich(Runtime& runtime, const rota_spawn_desc& desc, task::Home& home, rota_task** out) {
  task::Group* group = desc.group == nullptr ? task::CurrentGroup::get() : object<task::Group>(desc.group);
  if (group != nullptr && &Runtime::of(*group->home) != &runtime) {
    if (desc.group != nullptr) return Status::kInvalid;
    group = nullptr;
  } else if (group == nullptr && desc.group != nullptr) {
    return Status::kInvalid;
  }
  for (uint32_t i = 0; i < desc.after_count; ++i) {
    task::Header* other = task_of(desc.after[i]);
    if (other == nullptr || &Runtime::of(*other->home) != &runtime) return Status::kInvalid;
  }
  Result<ForeignTask*> made = ForeignTask::make_rich(desc, group, home, out != nullptr);
  if (!made.ok()) return made.status();
  ForeignTask& task = *made.value();
  if (out != nullptr) *out = handle_of(&task);
  if (!ForeignTask::waits(desc)) {
    home.submit(task);
    return Status::kOk;
  }
  for (uint32_t i = 0; i < desc.after_count; ++i) (void)task.wait_for(*task_of(desc.after[i]));
  task.begin();
  return Status::kOk;
}

Status spawn(rota_runtime* handle, const rota_spawn_desc& desc, rota_task** out) {
  Runtime* runtime = object<Runtime>(handle);
  if (runtime == nullptr) return Status::kInvalid;
  if (const Status status = check(desc); !ok(status)) return status;
  Result<task::Home*> home = home_of(*runtime, desc);
  if (!home.ok()) return home.status();
  if (runtime->closed()) return Status::kShutdown;
  if (!plain(desc) || task::CurrentGroup::get() != nullptr || runtime->profiler().present()) {
    return spawn_rich(*runtime, desc, *home.value(), out);
  }
  Result<ForeignTask*> made = ForeignTask::make(desc, *home.value(), out != nullptr);
  if (!made.ok()) return made.status();
  if (out != nullptr) *out = handle_of(made.value());
  home.value()->submit(*made.value());
  return Status::kOk;
}

Status block_on(rota_runtime* handle, const rota_spawn_desc& desc, bool& given) {
  Runtime* runtime = object<Runtime>(handle);
  if (runtime == nullptr) return Status::kInvalid;
  if (const Status status = check(desc); !ok(status)) return status;
  if (desc.on != nullptr || desc.room != ROTA_ROOM_WORKERS || desc.priority != 0 || !plain(desc)) {
    return Status::kInvalid;
  }
  if (scheduler::Current::get() != nullptr) return Status::kDeadlock;
  if (runtime->closed()) return Status::kShutdown;
  scheduler::ThreadHome* home = runtime->make_thread_home(true);
  if (home == nullptr) return Status::kNoMemory;
  Result<ForeignTask*> made = runtime->profiler().present() ? ForeignTask::make_rich(desc, nullptr, *home, true)
                                                            : ForeignTask::make(desc, *home, true);
  home->unref();  // the task keeps it
  if (!made.ok()) return made.status();
  given = true;
  ForeignTask& task = *made.value();
  home->submit(task);
  runtime->scheduler().run_until_complete(*home, task, platform::kForever);
  const Status result = task.result;
  task::unref(task);
  return result;
}

// What a description means, whatever its size; or nothing that could be dropped.
Status read(const rota_spawn_desc* desc, rota_spawn_desc& known) {
  if (desc == nullptr) return Status::kInvalid;
  return read_options(desc, known);
}

Status spawn_blocking(rota_runtime* handle, rota_blocking_fn fn, void* arg, rota_drop_fn drop, rota_task** out) {
  Runtime* runtime = object<Runtime>(handle);
  if (runtime == nullptr || fn == nullptr) return Status::kInvalid;
  if (runtime->closed()) return Status::kShutdown;
  Result<blocking::Job*> made = make_job(*runtime, fn, arg, drop);
  if (!made.ok()) return made.status();
  blocking::Job* job = made.value();
  if (const Status status = runtime->blocking().submit(*job); !ok(status)) {
    if (forget_job(*job)) return status;
  }
  give(*job, out);
  return Status::kOk;
}

}  // namespace
}  // namespace rota::capi

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT

extern "C" {

rota_status rota_spawn(rota_runtime* runtime, const rota_spawn_desc* desc, rota_task** out) {
  if (out != nullptr) *out = nullptr;
  rota_spawn_desc known{};
  if (const Status status = read(desc, known); !ok(status)) {
    if (desc != nullptr && desc->size >= offsetof(rota_spawn_desc, state_size)) drop_state(desc->drop, desc->state);
    return c(status);
  }
  const Status status = spawn(runtime, known, out);
  if (!ok(status)) drop_state(known.drop, known.state);
  return c(status);
}

rota_status rota_block_on(rota_runtime* runtime, const rota_spawn_desc* desc) {
  rota_spawn_desc known{};
  if (const Status status = read(desc, known); !ok(status)) {
    if (desc != nullptr && desc->size >= offsetof(rota_spawn_desc, state_size)) drop_state(desc->drop, desc->state);
    return c(status);
  }
  bool given = false;
  const Status status = block_on(runtime, known, given);
  if (!given) drop_state(known.drop, known.state);
  return c(status);
}

rota_status rota_spawn_blocking(rota_runtime* runtime, rota_blocking_fn fn, void* arg, rota_drop_fn drop,
                                rota_task** out) {
  if (out != nullptr) *out = nullptr;
  const Status status = spawn_blocking(runtime, fn, arg, drop, out);
  if (!ok(status) && fn != nullptr) drop_state(drop, arg);
  return c(status);
}

}  // extern "C"
