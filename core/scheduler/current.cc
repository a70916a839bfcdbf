// SPDX-License-Identifier: MIT
#include "core/scheduler/current.h"

namespace rota::scheduler {
namespace {

[[gnu::tls_model("initial-exec")]] constinit thread_local const Current* current = nullptr;

}  // namespace

Current::Current(Scheduler& s, Worker* w, bool wait, TaskCounts* c)
    : scheduler(s), worker(w), may_wait(wait), counts(c), outer_(current) {
  current = this;
}
Current::~Current() { current = outer_; }

const Current* Current::get() { return current; }

}  // namespace rota::scheduler
