// SPDX-License-Identifier: MIT
//
// ThreadHome: the home of one task that runs on a thread which waits for it: the root of a block_on, or a wait.
//
// Thread safety: submit from any thread; the rest by the waiting thread.
// Lifetime: counted by its task, because a late waker may still submit after the wait is over.
#pragma once

#include "core/base/counted.h"
#include "core/platform/parker.h"
#include "core/task/context.h"
#include "core/task/run.h"

namespace rota::scheduler {

class ThreadHome final : public task::Home, public base::Counted<ThreadHome> {
 public:
  static constexpr uint32_t kTag = 0x74686f6d;

  ThreadHome(platform::Arena& arena, task::OwnedSet* owned) : Home(arena, owned, true) {}

  // `disturb(user)` is called after each submit: for a thread that sleeps elsewhere than in park. Set before the first.
  void disturb_by(void (*disturb)(void* user), void* user) {
    disturb_ = disturb;
    user_ = user;
  }

  void submit(task::Task& task) override;
  void ref_home() override { ref(); }
  void unref_home() override { unref(); }
  void last_reference() { arena().destroy(this); }

  // Whether the task waits to be polled.
  bool ready() const { return entry_.load(base::memory_order_seq_cst) != nullptr; }
  // Polls it when it is ready; true when it was.
  bool run_ready();
  // Sleeps until a submit, an unpark, or the deadline.
  void park(uint64_t deadline_ns) { parker_.park(deadline_ns); }
  platform::Parker& parker() { return parker_; }

 private:
  void (*disturb_)(void*) = nullptr;
  void* user_ = nullptr;
  // Set by submit, taken by the waiting thread. acq_rel both: seen with what the waker wrote; seq_cst where submit's
  // store and the sleeper's look meet another word (CurrentThread::sleep).
  base::Atomic<task::Task*> entry_{nullptr};
  platform::Parker parker_;
};

}  // namespace rota::scheduler
