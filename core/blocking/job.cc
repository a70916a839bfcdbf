// SPDX-License-Identifier: MIT
#include "core/blocking/job.h"

#include <new>

namespace rota::blocking {

Job* Job::make(task::Home& home, const Calls& calls, Function fn, void* arg, Function drop) {
  void* block = home.arena().allocate(sizeof(Job));
  return block == nullptr ? nullptr : new (block) Job(home, calls, fn, arg, drop);
}

bool Job::run() {
  const bool mine = state.claim();
  if (mine) {
    const Status status = calls_.run(fn_, arg_);
    calls_.drop(drop_, arg_);
    task::complete(*this, status);
  }
  task::unref(*this);
  return mine;
}

bool Job::abandon(Status status) {
  if (!state.claim()) return false;
  calls_.drop(drop_, arg_);
  task::complete(*this, status);
  return true;
}

Status Job::cancel(task::Header& header) {
  auto& self = static_cast<Job&>(header);
  if (self.abandon(Status::kCancelled)) return Status::kOk;
  return self.state.complete() ? Status::kAlready : Status::kBusy;
}

void Job::destroy(task::Header& header) {
  auto& self = static_cast<Job&>(header);
  task::Home& home = *self.home;
  self.~Job();
  task::free_block(home, &self, sizeof(Job));
}

}  // namespace rota::blocking
