// SPDX-License-Identifier: MIT
//
// Tasks that exist: waiting, cancelling, counting.
#include <utility>

#include "capi/foreign_task.h"
#include "capi/handle.h"
#include "core/platform/clock.h"
#include "core/runtime/delivery.h"
#include "core/runtime/host_queue.h"
#include "core/runtime/runtime.h"
#include "core/scheduler/scheduler.h"
#include "core/scheduler/thread_home.h"
#include "core/task/join.h"
#include "core/task/poll_task.h"

namespace rota::capi {
namespace {

using runtime::Delivery;
using runtime::HostQueue;
using runtime::Runtime;

// Polls the target on the calling thread. kPending: the deadline passed first.
Status wait_until(task::Header& target, uint64_t deadline_ns) {
  Runtime& runtime = Runtime::of(*target.home);
  scheduler::ThreadHome* home = runtime.make_thread_home(false);
  if (home == nullptr) return Status::kNoMemory;
  auto poll = [&target](task::Context& context) {
    const Status status = task::poll_join(target, context);
    // What it says once the target is complete is the target's; else it could not be waited for.
    return target.state.complete() ? Status::kOk : status;
  };
  auto* waiter = task::PollTask<decltype(poll)>::make(*home, std::move(poll));
  home->unref();  // the waiter keeps it
  if (waiter == nullptr) return Status::kNoMemory;
  home->submit(*waiter);
  runtime.scheduler().run_until_complete(*home, *waiter, deadline_ns);
  const Status waited = waiter->result;
  task::unref(*waiter);
  if (target.state.complete()) return target.result;
  return waited == Status::kCancelled ? Status::kPending : waited;
}

Status wait(task::Header& target, uint64_t timeout_ns) {
  if (target.state.complete()) return target.result;
  if (scheduler::Scheduler::must_not_wait()) return Status::kDeadlock;
  const Status status = wait_until(target, platform::deadline_after(platform::now_ns(), timeout_ns));
  return status == Status::kPending ? Status::kTimedOut : status;
}

void invoke(Delivery::Done done, task::Header& target, Status status, void* user1, void* user2) {
  try {
    reinterpret_cast<rota_done_fn>(done)(handle_of(&target), c(status), user1, user2);
  } catch (...) {  // NOLINT(bugprone-empty-catch): a completion has nobody to tell
  }
}

}  // namespace
}  // namespace rota::capi

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT

extern "C" {

rota_status rota_task_poll(rota_task* task, rota_context* cx) {
  task::Header* target = task_of(task);
  if (target == nullptr || cx == nullptr) return ROTA_EINVAL;
  return c(task::poll_join(*target, *context_of(cx)));
}

rota_status rota_task_status(const rota_task* task) {
  const task::Header* target = task_of(task);
  if (target == nullptr) return ROTA_EINVAL;
  return target->state.complete() ? c(target->result) : ROTA_PENDING;
}

rota_status rota_task_wait(rota_task* task, uint64_t timeout_ns) {
  task::Header* target = task_of(task);
  return target == nullptr ? ROTA_EINVAL : c(wait(*target, timeout_ns));
}

rota_status rota_task_on_done(rota_task* task, rota_queue* queue, rota_done_fn done, void* user1, void* user2) {
  task::Header* target = task_of(task);
  HostQueue* on = object<HostQueue>(queue);
  if (target == nullptr || (queue != nullptr && on == nullptr) || (queue == nullptr && done == nullptr)) {
    return ROTA_EINVAL;
  }
  Runtime& runtime = Runtime::of(*target->home);
  if (on != nullptr && &Runtime::of(*on) != &runtime) return ROTA_EINVAL;
  task::Home& home = on != nullptr ? static_cast<task::Home&>(*on) : runtime.scheduler().unowned();
  return c(Delivery::attach(*target, home, invoke, reinterpret_cast<Delivery::Done>(done), user1, user2));
}

rota_status rota_task_cancel(rota_task* task) {
  task::Header* target = task_of(task);
  return target == nullptr ? ROTA_EINVAL : c(task::cancel(*target));
}

rota_task* rota_task_clone(rota_task* task) {
  task::Header* target = task_of(task);
  if (target == nullptr) return nullptr;
  task::ref(*target);
  return task;
}

void rota_task_release(rota_task* task) {
  if (task::Header* target = task_of(task)) task::unref(*target);
}

size_t rota_task_name(const rota_task* task, const char** out) {
  if (out != nullptr) *out = nullptr;
  task::Header* target = task_of(task);
  const ForeignTask* foreign = target == nullptr ? nullptr : ForeignTask::from(*target);
  if (out == nullptr || foreign == nullptr || foreign->name_len() == 0) return 0;
  *out = foreign->name();
  return foreign->name_len();
}

}  // extern "C"
