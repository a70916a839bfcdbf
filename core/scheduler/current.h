// SPDX-License-Identifier: MIT
//
// Current: what the calling thread is doing for a runtime, if anything. Kept in one thread-local pointer to an object
// on that thread's stack; scopes nest.
#pragma once

#include "core/base/atomic.h"

namespace rota::scheduler {

class Scheduler;
class Worker;

// Tasks started and ended by one thread.
struct TaskCounts {
  base::OwnedCounter spawned, ended;
};

class Current {
 public:
  // While it lives, this thread works for `scheduler`. `worker`: as one of its workers, with `counts` of its own.
  // `may_wait`: waiting here only stops this thread (a blocking job), not the engine.
  Current(Scheduler& scheduler, Worker* worker, bool may_wait, TaskCounts* counts = nullptr);
  ~Current();
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

  static const Current* get();
  // Whether this thread works for `scheduler`, in the innermost scope or in one around it.
  static bool inside(const Scheduler& scheduler);

  Scheduler& scheduler;
  Worker* const worker;
  const bool may_wait;
  TaskCounts* const counts;

 private:
  const Current* const outer_;
};

}  // namespace rota::scheduler
