// SPDX-License-Identifier: MIT
#include "capi/blocking_job.h"

#include "capi/foreign_task.h"
#include "capi/profiler.h"
#include "core/task/group.h"

namespace rota::capi {
namespace {

using blocking::Job;
using runtime::Runtime;

Status call(rota_blocking_fn fn, void* arg) {
  try {
    const rota_status status = fn(arg);
    return status > 0 ? Status::kInvalid : static_cast<Status>(status);
  } catch (...) {
    return Status::kException;
  }
}

constexpr Job::Calls kCalls{
    .run = [](Job::Function fn, void* arg) { return call(reinterpret_cast<rota_blocking_fn>(fn), arg); },
    .drop = [](Job::Function drop, void* arg) { drop_state(reinterpret_cast<rota_drop_fn>(drop), arg); }};

// What stands in for the argument of a job that is more than plain. It goes with the argument.
struct RichJob {
  Runtime& runtime;
  const rota_blocking_fn fn;
  const rota_drop_fn drop;
  void* const arg;
  const uint64_t id;
  task::Member member;  // group: nullptr when in none

  Status run() {
    const task::CurrentGroup members(member.group);
    const runtime::Profiler& profiler = runtime.profiler();
    if (!profiler.present()) return call(fn, arg);
    const rota_poll_info info{
        .size = sizeof(rota_poll_info), .room = room_here(), .id = id, .name = nullptr, .name_len = 0, .task = nullptr};
    const ProfiledPoll profiled(profiler, info);
    return profiled.ended(call(fn, arg));
  }
  // As the last thing of the job: whoever waits for its group may then unload its code.
  void dropped() {
    {
      const task::CurrentGroup members(member.group);
      drop_state(drop, arg);
    }
    if (member.group != nullptr) task::Group::leave(member);
    runtime.arena().destroy(this);
  }
};

constexpr Job::Calls kRichCalls{.run = [](Job::Function, void* job) { return static_cast<RichJob*>(job)->run(); },
                                .drop = [](Job::Function, void* job) { static_cast<RichJob*>(job)->dropped(); }};

}  // namespace

Result<Job*> make_job(Runtime& runtime, rota_blocking_fn fn, void* arg, rota_drop_fn drop) {
  task::Home& home = runtime.services().home;
  task::Group* group = task::CurrentGroup::get();
  if (group != nullptr && &Runtime::of(*group->home) != &runtime) group = nullptr;
  if (group == nullptr && !runtime.profiler().present()) {
    Job* job = Job::make(home, kCalls, reinterpret_cast<Job::Function>(fn), arg, reinterpret_cast<Job::Function>(drop));
    if (job == nullptr) return Status::kNoMemory;
    return job;
  }
  auto* rich = runtime.arena().make<RichJob>(
      RichJob{.runtime = runtime, .fn = fn, .drop = drop, .arg = arg, .id = runtime.next_task_id(), .member = {}});
  if (rich == nullptr) return Status::kNoMemory;
  Job* job = Job::make(home, kRichCalls, nullptr, rich, nullptr);
  Status status = job == nullptr ? Status::kNoMemory : Status::kOk;
  if (ok(status) && group != nullptr) status = group->enter(rich->member, *job);
  if (ok(status)) return job;
  if (job != nullptr) task::unref(*job, 2);
  runtime.arena().destroy(rich);
  return status;
}

bool forget_job(Job& job) {
  if (job.has(kRichCalls)) {
    if (!job.state.claim()) {
      task::unref(job);
      return false;
    }
    auto* rich = static_cast<RichJob*>(job.arg());
    if (rich->member.group != nullptr) task::Group::leave(rich->member);
    rich->runtime.arena().destroy(rich);
  }
  task::unref(job, 2);
  return true;
}

}  // namespace rota::capi
