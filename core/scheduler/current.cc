// SPDX-License-Identifier: MIT
#include "core/scheduler/current.h"

namespace rota::scheduler {

// Of external linkage, though nobody else names it: the gold linker gives a file-local variable of this model another's
// place in a shared library.
[[gnu::tls_model("initial-exec")]] constinit thread_local const Current* current = nullptr;

Current::Current(Scheduler& s, Worker* w, bool wait, TaskCounts* c)
    : scheduler(s), worker(w), may_wait(wait), counts(c), outer_(current) {
  current = this;
}
Current::~Current() { current = outer_; }

const Current* Current::get() { return current; }

bool Current::inside(const Scheduler& scheduler) {
  for (const Current* scope = current; scope != nullptr; scope = scope->outer_) {
    if (&scope->scheduler == &scheduler) return true;
  }
  return false;
}

}  // namespace rota::scheduler
