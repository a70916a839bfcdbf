// SPDX-License-Identifier: MIT
//
// FakeHome: stands in for a runtime in the tests of this room: an arena that tells when it is
// empty, and a home that collects the tasks submitted to it until somebody runs them.
//
// Thread safety: any thread.
#pragma once

#include <utility>

#include "core/base/check.h"
#include "core/base/mutex.h"
#include "core/platform/arena.h"
#include "core/platform/thread.h"
#include "core/task/context.h"
#include "core/task/poll_task.h"
#include "core/task/run.h"

namespace rota::sync {

class FakeHome final : public task::Home {
 public:
  FakeHome() : FakeHome(platform::Memory()) {}
  explicit FakeHome(platform::Memory memory)
      : Home(arena_, nullptr), arena_(memory, [](void* self) { static_cast<FakeHome*>(self)->empty_ = true; }, this) {}

  void submit(task::Task& task) override {
    base::MutexLock lock(mutex_);
    task.next = nullptr;
    *end_ = &task;
    end_ = &task.next;
  }

  // Polls the first task submitted; false when there is none.
  bool run_one() {
    task::Task* task;
    {
      base::MutexLock lock(mutex_);
      task = first_;
      if (task == nullptr) return false;
      first_ = task->next;
      if (first_ == nullptr) end_ = &first_;
    }
    task::Context context(0);
    if (task::run(*task, context) != task::After::kDone) submit(*task);
    return true;
  }
  // Polls until nothing is left; how many polls that took.
  int run() {
    int polls = 0;
    while (run_one()) ++polls;
    return polls;
  }

  // Submits a task that polls `poll`, a Status(task::Context&); one reference is the caller's.
  template <class F>
  task::Task* spawn(F poll) {
    auto* task = task::PollTask<F>::make(*this, std::move(poll));
    ROTA_CHECK(task != nullptr);
    submit(*task);
    return task;
  }

  // Waits for an operation, running tasks meanwhile; drops the reference, returns its result.
  Status wait(task::Header* operation) {
    while (!operation->state.complete()) {
      if (!run_one()) platform::yield_thread();
    }
    return take(operation);
  }
  // The result of an operation, kPending when it has none; drops the reference.
  static Status take(task::Header* operation) {
    const Status result = operation->state.complete() ? operation->result : Status::kPending;
    task::unref(*operation);
    return result;
  }

  // Whether every block has come back. Once, at the end.
  bool everything_freed() {
    arena_.release_owner();
    return empty_;
  }

 private:
  platform::Arena arena_;
  bool empty_ = false;
  base::Mutex mutex_;
  task::Task* first_ ABSL_GUARDED_BY(mutex_) = nullptr;
  task::Task** end_ ABSL_GUARDED_BY(mutex_) = &first_;
};

}  // namespace rota::sync
