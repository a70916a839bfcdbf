// SPDX-License-Identifier: MIT
#include "core/time/interval.h"

#include "core/platform/clock.h"

namespace rota::time {

Result<Interval*> Interval::create(task::Home& home, Timers& timers, uint64_t period_ns, Missed missed) {
  Timer* timer = Timer::create(home.arena(), timers);
  if (timer == nullptr) return Status::kNoMemory;
  const uint64_t first = platform::deadline_after(platform::now_ns(), period_ns);
  auto* interval = home.arena().make<Interval>(home, *timer, period_ns, missed, first);
  if (interval == nullptr) {
    timer->unref();
    return Status::kNoMemory;
  }
  if (const Status status = timer->start(first); !ok(status)) {
    interval->unref();
    return status;
  }
  return interval;
}

Status Interval::poll(task::Context& context, uint64_t& due_ns) {
  base::MutexLock lock(mutex_);
  if (const Status status = timer_.poll(context); !ok(status)) return status;
  due_ns = due_ns_;
  due_ns_ = following(due_ns_, platform::now_ns());
  (void)timer_.start(due_ns_);  // shut down: the next poll says so
  return Status::kOk;
}

uint64_t Interval::following(uint64_t due_ns, uint64_t now_ns) const {
  switch (missed_) {
    case Missed::kBurst:
      break;
    case Missed::kSkip:
      // The next multiple of the period that still lies ahead.
      due_ns += (now_ns - due_ns) / period_ns_ * period_ns_;
      break;
    case Missed::kDelay:
      due_ns = now_ns;
      break;
  }
  return platform::deadline_after(due_ns, period_ns_);
}

void Interval::last_reference() {
  timer_.unref();
  home_.arena().destroy(this);
}

}  // namespace rota::time
