// SPDX-License-Identifier: MIT
//
// PollTask<F>: a task of the engine's own whose poll function is a callable, Status F(Context&). What F owns is freed
// when the task completes or is cancelled.
#pragma once

#include <new>
#include <utility>

#include "core/task/context.h"
#include "core/task/header.h"

namespace rota::task {

template <class F>
class PollTask : public Task {
 public:
  // Two references: one for the caller, one for the queue entry it submits. nullptr when memory is out; `poll` is then
  // untouched.
  static PollTask* make(Home& home, F&& poll) {
    void* block = home.arena().allocate(sizeof(PollTask));
    if (block == nullptr) return nullptr;
    if (home.counted()) home.ref_home();
    return new (block) PollTask(home, std::move(poll));
  }

 private:
  static_assert(alignof(F) <= platform::kDefaultAlign);

  PollTask(Home& home, F poll) : Task(kVTable, home, 2), poll_(std::move(poll)) {}
  ~PollTask() {}

  static Status poll(Task& task, Context& context) { return static_cast<PollTask&>(task).poll_(context); }
  static void drop_state(Task& task) { static_cast<PollTask&>(task).poll_.~F(); }
  static void destroy(Header& header) {
    auto& self = static_cast<PollTask&>(header);
    Home& home = *self.home;
    self.~PollTask();
    free_block(home, &self, sizeof(PollTask));
  }

  static constexpr VTable kVTable{.poll = poll, .drop_state = drop_state, .cancel = nullptr, .destroy = destroy};

  // Destroyed by drop_state, not by the destructor.
  union {
    F poll_;
  };
};

}  // namespace rota::task
