// SPDX-License-Identifier: MIT
#include "core/time/sleep.h"

#include <new>

#include "core/time/wheel.h"

namespace rota::time {

Sleep* Sleep::start(Timers& timers, task::Home& home, uint64_t now_ns, uint64_t deadline_ns) {
  void* block = home.arena().allocate(sizeof(Sleep));
  if (block == nullptr) return nullptr;
  auto* sleep = new (block) Sleep(timers, home);
  if (deadline_ns <= now_ns) {
    fire(*sleep, false);
  } else if (!timers.arm(*sleep, deadline_ns)) {
    fire(*sleep, true);
  }
  return sleep;
}

void Sleep::fire(Entry& entry, bool closed) {
  auto& self = static_cast<Sleep&>(entry);
  if (self.state.claim()) task::complete(self, closed ? Status::kCancelled : Status::kOk);
  task::unref(self);
}

Status Sleep::cancel(task::Header& header) {
  auto& self = static_cast<Sleep&>(header);
  if (!self.timers_.disarm(self)) return Status::kAlready;  // it fires, has fired, or was cancelled
  if (self.state.claim()) task::complete(self, Status::kCancelled);
  task::unref(self);
  return Status::kOk;
}

void Sleep::destroy(task::Header& header) {
  auto& self = static_cast<Sleep&>(header);
  task::Home& home = *self.home;
  self.~Sleep();
  task::free_block(home, &self, sizeof(Sleep));
}

}  // namespace rota::time
