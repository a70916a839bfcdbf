// SPDX-License-Identifier: MIT
//
// Delivery: a `done` callback on its way. It is a task that is submitted to a queue, or to the workers, when its target
// is complete, and runs the callback there. Shutdown does not cancel it: it is no member of the owned set, and where a
// closing queue cancels what it holds, this one calls back instead, because its target is complete by then.
//
// Thread safety: any thread. Lifetime: holds its target until it has called back.
#pragma once

#include "core/task/header.h"

namespace rota::runtime {

class Delivery final : public task::Task {
 public:
  // The callback of the C interface, and who calls it (and catches what it throws).
  using Done = void (*)(void* target, int32_t status, void* user1, void* user2);
  using Invoke = void (*)(Done done, task::Header& target, Status status, void* user1, void* user2);

  // Has `invoke(done, ...)` called at `home` once `target` is complete. `done` may be null: for take() alone.
  // kShutdown: it is complete, and nobody is left to call but this very call; nothing is called then.
  static Status attach(task::Header& target, task::Home& home, Invoke invoke, Done done, void* user1, void* user2);

  // `task` as a delivery, or nullptr.
  static Delivery* from(task::Task& task);

  // Instead of running: gives the completion as data, with the reference to the target. Consumes the queue entry.
  struct Completion {
    task::Header* target;
    Status status;
    void* user1;
    void* user2;
  };
  Completion take();

 private:
  Delivery(task::Header& target, task::Home& home, Invoke invoke, Done done, void* user1, void* user2)
      : Task(kVTable, home, 1, false), target_(&target), invoke_(invoke), done_(done), user1_(user1), user2_(user2) {}

  static Status poll(task::Task&, task::Context&) { return Status::kOk; }
  static void drop_state(task::Task& task);
  static void destroy(task::Header& header);

  static constexpr task::VTable kVTable{.poll = poll, .drop_state = drop_state, .cancel = nullptr, .destroy = destroy};

  task::Header* target_;  // nullptr: delivered
  const Invoke invoke_;
  const Done done_;
  void* const user1_;
  void* const user2_;
};

}  // namespace rota::runtime
