// SPDX-License-Identifier: MIT
#include "core/scheduler/help.h"

#include <utility>

#include "core/scheduler/scheduler.h"
#include "core/scheduler/thread_home.h"
#include "core/task/join.h"
#include "core/task/poll_task.h"

namespace rota::scheduler {
namespace {

// Waits inside waits, on this thread. Deeper than this only the awaited task itself is run: the stack has an end.
constexpr uint32_t kDeepest = 32;
constinit thread_local uint32_t depth = 0;

}  // namespace

Finder::Finder(task::Header& target, const HelpOptions& options, const task::Home& home)
    : target_(target),
      home_(home),
      group_(options.group),
      queues_(options.queues),
      floor_(options.floor),
      jobs_(target.vtable->poll == nullptr || options.group != nullptr ||
            (options.queues && reaches(Priority::kNormal, options.floor))) {
  if (++depth > kDeepest) {
    group_ = nullptr;
    queues_ = false;
  }
}

Finder::~Finder() { --depth; }

task::Task* Finder::take(task::State::Take& how) {
  if (target_.vtable->poll != nullptr && target_.home == &home_) {
    auto& task = static_cast<task::Task&>(target_);
    how = task.state.take();
    if (how != task::State::Take::kNo) return &task;
  }
  if (target_.vtable->take != nullptr) {
    if (task::Task* task = target_.vtable->take(target_, how, home_)) return task;
  }
  return group_ == nullptr ? nullptr : group_->take_ready(how, home_);
}

void Waiting::begin(void (*disturb)(void* user), void* user) {
  home.disturb_by(disturb, user);
  home.submit(waiter);
}

bool Waiting::advance() {
  if (home.run_ready()) return true;
  if (cancelled || deadline_ns == platform::kForever || platform::now_ns() < deadline_ns) return false;
  cancelled = true;
  (void)task::cancel(waiter);
  return true;
}

Status help(Scheduler& scheduler, task::Header& target, const HelpOptions& options, uint64_t deadline_ns) {
  const task::CurrentGroup none(nullptr);  // what is run meanwhile is not the waiter's
  const Current* current = Current::get();
  if (current != nullptr && !current->may_wait && &current->scheduler != &scheduler) return Status::kDeadlock;
  auto* home = scheduler.arena().make<ThreadHome>(scheduler.arena(), nullptr);
  if (home == nullptr) return Status::kNoMemory;
  auto poll = [&target](task::Context& context) {
    const Status status = task::poll_join(target, context);
    return target.state.complete() ? Status::kOk : status;
  };
  auto* waiter = task::PollTask<decltype(poll)>::make(*home, std::move(poll));
  if (waiter == nullptr) {
    home->unref();
    return Status::kNoMemory;
  }
  Status status;
  {
    Finder finder(target, options, scheduler);
    Waiting waiting{.home = *home, .waiter = *waiter, .finder = finder, .deadline_ns = deadline_ns};
    scheduler.help(waiting);
    status = waiter->result;
  }
  task::unref(*waiter);
  home->unref();
  if (target.state.complete()) return Status::kOk;
  return status == Status::kCancelled ? Status::kTimedOut : status;
}

}  // namespace rota::scheduler
