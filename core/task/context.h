// SPDX-License-Identifier: MIT
//
// Context: what a poll function is given. Valid during that one poll, on that one thread.
#pragma once

#include <cstdint>

#include "core/task/header.h"

namespace rota::task {

class Context {
 public:
  static constexpr uint32_t kBudget = 128;

  explicit Context(uint32_t shard, uint32_t budget = kBudget) : shard_(shard), budget_(budget) {}

  // The task being polled.
  Task& task() const { return *task_; }

  // Spends one operation. False: none is left; the task has been woken, and the poll must return kPending.
  [[nodiscard]] bool spend() {
    if (budget_ != 0) {
      --budget_;
      return true;
    }
    yield();
    return false;
  }

  // What an operation that has spent answers. Having to wait costs nothing: a task may wait for any number of things.
  Status spent(Status status) {
    if (status == Status::kPending) ++budget_;
    return status;
  }

  // The task goes behind everything that is ready. The poll must return kPending.
  void yield() { yielded_ = true; }

  // --- for the runner.
  void begin(Task& task, uint32_t budget) {
    task_ = &task;
    budget_ = budget;
    yielded_ = false;
  }
  bool yielded() const { return yielded_; }
  uint32_t budget_left() const { return budget_; }
  // Which shard of the owned set this thread uses.
  uint32_t shard() const { return shard_; }

 private:
  Task* task_ = nullptr;
  const uint32_t shard_;
  uint32_t budget_;
  bool yielded_ = false;
};

}  // namespace rota::task
