// SPDX-License-Identifier: MIT
//
// For tests: a home that keeps what is submitted, until the test runs it; and tasks made of a lambda.
#pragma once

#include <utility>
#include <vector>

#include "core/base/mutex.h"
#include "core/task/owned_set.h"
#include "core/task/poll_task.h"
#include "core/task/run.h"

namespace rota::task {

// Says whether every block of an arena has been freed.
class TestArena {
 public:
  explicit TestArena(platform::Memory memory = {})
      : arena_(memory, [](void* empty) { *static_cast<bool*>(empty) = true; }, &empty_) {}
  platform::Arena& get() { return arena_; }
  // Lets go of the owner's place; true when nothing else was left.
  bool released_everything() {
    arena_.release_owner();
    return empty_;
  }

 private:
  bool empty_ = false;
  platform::Arena arena_;
};

// Thread safety: any thread.
class FakeHome : public Home {
 public:
  explicit FakeHome(platform::Arena& arena) : Home(arena, &owned_) {}

  void submit(Task& task) override {
    base::MutexLock lock(mutex_);
    submitted.push_back(&task);
  }

  // Polls the first task submitted; false when there is none.
  bool run_one() {
    Task* task = next();
    if (task == nullptr) return false;
    Context context(0);
    if (run(*task, context) != After::kDone) submit(*task);
    return true;
  }
  // Polls what was submitted, and what that submits, until nothing is left. How many polls.
  int run_all() {
    int polls = 0;
    while (run_one()) ++polls;
    return polls;
  }

  // A submitted task made of a lambda; one reference is the caller's.
  template <class F>
  Task& spawn(F poll) {
    Task* task = PollTask<F>::make(*this, std::move(poll));
    submit(*task);
    return *task;
  }

  // The test's to look at while no other thread submits.
  std::vector<Task*> submitted;

  OwnedSet& set() { return owned_; }

 private:
  Task* next() {
    base::MutexLock lock(mutex_);
    if (submitted.empty()) return nullptr;
    Task* task = submitted.front();
    submitted.erase(submitted.begin());
    return task;
  }

  base::Mutex mutex_;
  OwnedSet owned_;
};

}  // namespace rota::task
