// SPDX-License-Identifier: MIT
//
// Timeout: the poll function behind rota_timeout: another task's status, or kTimedOut when a timer is faster. Whatever
// ends it first (the time, a cancel, shutdown) cancels that task.
//
// Thread safety: that of a task's state: one poll at a time.
#pragma once

#include <utility>

#include "core/base/counted.h"
#include "core/task/join.h"
#include "core/time/timer.h"

namespace rota::time {

class Timeout {
 public:
  // Takes a reference of its own to `target`. `timer` is set.
  Timeout(task::Header& target, Timer& timer) : target_(&target), timer_(timer) { task::ref(target); }
  Timeout(Timeout&& other) noexcept : target_(other.target_), timer_(std::move(other.timer_)) {
    other.target_ = nullptr;
  }
  Timeout& operator=(Timeout&&) = delete;
  ~Timeout() {
    if (target_ == nullptr) return;
    (void)task::cancel(*target_);  // nothing, when it is complete
    task::unref(*target_);
  }

  // Lets go of the target: it goes on.
  void forget() {
    task::unref(*target_);
    target_ = nullptr;
  }

  Status operator()(task::Context& context) {
    const Status joined = task::poll_join(*target_, context);
    // A target may itself have ended with any status, but never as pending.
    if (joined != Status::kPending) return joined;
    const Status timed = timer_->poll(context);
    return ok(timed) ? Status::kTimedOut : timed;
  }

 private:
  task::Header* target_;  // nullptr: moved from
  base::Ref<Timer> timer_;
};

}  // namespace rota::time
