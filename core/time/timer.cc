// SPDX-License-Identifier: MIT
#include "core/time/timer.h"

#include "core/platform/clock.h"

namespace rota::time {

// False: timers are shut down.
bool Timer::arm() {
  uses_.fetch_add(1, base::memory_order_relaxed);
  armed_ = timers_.arm(*this, deadline_ns_);
  if (!armed_) uses_.fetch_sub(1, base::memory_order_relaxed);  // never the last: who arms holds another
  return armed_;
}

Status Timer::start(uint64_t deadline_ns) {
  base::MutexLock lock(mutex_);
  if (state_ == State::kClosed) return Status::kShutdown;
  state_ = State::kSet;
  deadline_ns_ = deadline_ns;
  if (armed_) {
    if (!timers_.disarm(*this)) return Status::kOk;  // fire() comes next, and arms it again
    uses_.fetch_sub(1, base::memory_order_relaxed);
  }
  if (arm()) return Status::kOk;
  state_ = State::kClosed;
  return Status::kShutdown;
}

Status Timer::stop() {
  base::MutexLock lock(mutex_);
  if (state_ != State::kSet) return Status::kAlready;
  state_ = State::kUnset;
  if (armed_ && timers_.disarm(*this)) {
    armed_ = false;
    uses_.fetch_sub(1, base::memory_order_relaxed);
  }
  return Status::kOk;
}

Status Timer::poll(task::Context& context) {
  if (!context.spend()) return Status::kPending;
  base::MutexLock lock(mutex_);
  if (state_ == State::kFired) return Status::kOk;
  if (state_ == State::kClosed) return Status::kShutdown;
  const Status added = wakers_.add(context.task(), arena_);
  return context.spent(ok(added) ? Status::kPending : added);
}

void Timer::fire(Entry& entry, bool closed) {
  auto& self = static_cast<Timer&>(entry);
  task::WakerSet wakers;
  {
    base::MutexLock lock(self.mutex_);
    self.armed_ = false;
    if (closed) {
      self.state_ = State::kClosed;
    } else if (self.state_ == State::kSet) {
      if (platform::now_ns() >= self.deadline_ns_) {
        self.state_ = State::kFired;
      } else if (!self.arm()) {
        self.state_ = State::kClosed;
      }
    }
    if (self.state_ == State::kFired || self.state_ == State::kClosed) self.wakers_.take(wakers);
  }
  wakers.wake_all(self.arena_);
  self.drop_use();
}

void Timer::last_reference() {
  (void)stop();
  task::WakerSet wakers;
  {
    base::MutexLock lock(mutex_);
    wakers_.take(wakers);
  }
  wakers.clear(arena_);
  drop_use();
}

void Timer::drop_use() {
  // acq_rel: what others did with it happens before it is freed.
  if (uses_.fetch_sub(1, base::memory_order_acq_rel) == 1) arena_.destroy(this);
}

}  // namespace rota::time
