// SPDX-License-Identifier: MIT
//
// Job: one blocking call: fn(arg) on a thread of the pool, then drop(arg). It is an operation: it can be waited for,
// and cancelled as long as it is queued.
//
//   queued --claim (a pool thread)--> running --> complete (what fn returned)
//      |
//      +----claim (a canceller)-----> complete (kCancelled); the queue entry is skipped later
//
// Thread safety: any thread. References: the caller's, and the queue entry's.
#pragma once

#include <cstdint>

#include "core/task/header.h"

namespace rota::blocking {

class Job final : public task::Operation {
 public:
  using Function = void (*)();
  // Who calls the functions of the C interface (and catches what they throw).
  struct Calls {
    Status (*run)(Function fn, void* arg);
    void (*drop)(Function drop, void* arg);
  };
  // Two references. nullptr: no memory; arg is still the caller's.
  static Job* make(task::Home& home, const Calls& calls, Function fn, void* arg, Function drop);

  // What it was made with.
  bool has(const Calls& calls) const { return &calls_ == &calls; }
  void* arg() const { return arg_; }

  // Runs it on this thread, unless it was cancelled. Consumes the queue entry. True when it ran.
  bool run();
  // Ends it without running, unless it runs or is complete: true when this call did. The queue entry stays.
  bool abandon(Status status);

 private:
  Job(task::Home& home, const Calls& calls, Function fn, void* arg, Function drop)
      : Operation(kVTable, home, 2), calls_(calls), fn_(fn), drop_(drop), arg_(arg) {}

  static Status cancel(task::Header& header);
  static void destroy(task::Header& header);

  static constexpr task::VTable kVTable{.poll = nullptr, .drop_state = nullptr, .cancel = cancel, .destroy = destroy};

  const Calls& calls_;
  const Function fn_;
  const Function drop_;
  void* const arg_;
};

}  // namespace rota::blocking
