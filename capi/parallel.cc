// SPDX-License-Identifier: MIT
//
// Parallel loops.
#include "core/scheduler/parallel.h"

#include "capi/foreign_task.h"
#include "capi/handle.h"
#include "capi/options.h"
#include "capi/profiler.h"
#include "core/runtime/runtime.h"

namespace rota::capi {
namespace {

using runtime::Runtime;
using scheduler::Loop;
using scheduler::ParallelFor;

Status call_body(const Loop& loop, size_t begin, size_t end) {
  try {
    const rota_status status = reinterpret_cast<rota_range_fn>(loop.body)(loop.user, begin, end);
    return status > 0 ? Status::kInvalid : static_cast<Status>(status);
  } catch (...) {
    return Status::kException;
  }
}

Status call_profiled(const Loop& loop, size_t begin, size_t end) {
  const rota_poll_info info{.size = sizeof(rota_poll_info),
                            .room = room_here(),
                            .id = loop.id,
                            .name = loop.name,
                            .name_len = loop.name_len,
                            .task = nullptr};
  const ProfiledPoll profiled(*static_cast<const runtime::Profiler*>(loop.profiler), info);
  return profiled.ended(call_body(loop, begin, end));
}

void drop_loop(const Loop& loop) { drop_state(reinterpret_cast<rota_drop_fn>(loop.drop), loop.user); }

Status convert(const rota_parallel& given, Runtime& runtime, Loop& loop) {
  if (given.body == nullptr || given.flags != 0 || given.priority >= task::kPriorities) return Status::kInvalid;
  if (given.name == nullptr && given.name_len != 0) return Status::kInvalid;
  const bool profiled = runtime.profiler().present();
  loop = {.call = profiled ? call_profiled : call_body,
          .dropped = drop_loop,
          .body = reinterpret_cast<Loop::Function>(given.body),
          .drop = reinterpret_cast<Loop::Function>(given.drop),
          .user = given.user,
          .count = given.count,
          .grain = given.grain,
          .threads_max = given.threads_max,
          .priority = static_cast<task::Priority>(given.priority),
          .profiler = &runtime.profiler(),
          .name = given.name,
          .name_len = given.name_len,
          .id = profiled ? runtime.next_task_id() : 0};
  return Status::kOk;
}

Status run(rota_runtime* handle, const rota_parallel& given) {
  Runtime* runtime = object<Runtime>(handle);
  if (runtime == nullptr || given.group != nullptr) return Status::kInvalid;
  Loop loop;
  if (const Status status = convert(given, *runtime, loop); !ok(status)) return status;
  return ParallelFor::run(runtime->scheduler(), loop);
}

Status start(rota_runtime* handle, const rota_parallel& given, rota_task** out) {
  Runtime* runtime = object<Runtime>(handle);
  task::Group* group = given.group == nullptr ? task::CurrentGroup::get() : object<task::Group>(given.group);
  if (runtime == nullptr || (given.group != nullptr && group == nullptr)) return Status::kInvalid;
  if (group != nullptr && &Runtime::of(*group->home) != runtime) {
    if (given.group != nullptr) return Status::kInvalid;
    group = nullptr;
  }
  Loop loop;
  if (const Status status = convert(given, *runtime, loop); !ok(status)) return status;
  Result<task::Header*> made = ParallelFor::start(runtime->scheduler(), loop, group);
  if (made.ok()) give(*made.value(), out);
  return made.ok() ? Status::kOk : made.status();
}

// A description whose size does not reach as far as `drop` has none.
Status read(const rota_parallel* loop, rota_parallel& known) {
  if (loop == nullptr) return Status::kInvalid;
  const Status status = read_options(loop, known);
  if (!ok(status) && loop->size >= offsetof(rota_parallel, count)) drop_state(loop->drop, loop->user);
  return status;
}

}  // namespace
}  // namespace rota::capi

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT

extern "C" {

rota_status rota_parallel_for(rota_runtime* runtime, const rota_parallel* loop) {
  rota_parallel known{};
  if (const Status status = read(loop, known); !ok(status)) return c(status);
  const Status status = run(runtime, known);
  drop_state(known.drop, known.user);
  return c(status);
}

rota_status rota_parallel_start(rota_runtime* runtime, const rota_parallel* loop, rota_task** out) {
  if (out != nullptr) *out = nullptr;
  rota_parallel known{};
  if (const Status status = read(loop, known); !ok(status)) return c(status);
  const Status status = start(runtime, known, out);
  if (!ok(status)) drop_state(known.drop, known.user);
  return c(status);
}

}  // extern "C"
