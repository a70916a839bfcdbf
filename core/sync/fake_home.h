// SPDX-License-Identifier: MIT
//
// FakeHome: stands in for a runtime in the tests of this room: the home that keeps what is submitted until somebody
// runs it, with an arena of its own that tells when it is empty.
//
// Thread safety: any thread.
#pragma once

#include <utility>

#include "core/platform/thread.h"
#include "core/task/fake_home.h"

namespace rota::sync {

class FakeHome final : private task::TestArena, public task::FakeHome {
 public:
  explicit FakeHome(platform::Memory memory = {}) : TestArena(memory), task::FakeHome(get()) {}

  int run() { return run_all(); }

  // A submitted task made of a lambda; one reference is the caller's.
  template <class F>
  task::Task* spawn(F poll) {
    return &task::FakeHome::spawn(std::move(poll));
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
  bool everything_freed() { return released_everything(); }
};

}  // namespace rota::sync
