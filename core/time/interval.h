// SPDX-License-Identifier: MIT
//
// Interval: ticks, one every period, and what to do about those that nobody took in time.
//
// Thread safety: any thread, but meant for one task at a time: each tick is taken once.
#pragma once

#include <cstdint>

#include "core/base/counted.h"
#include "core/base/mutex.h"
#include "core/base/result.h"
#include "core/task/header.h"
#include "core/time/timer.h"

namespace rota::time {

class Interval final : public base::Counted<Interval> {
 public:
  static constexpr uint32_t kTag = 0x696e7476;

  enum class Missed : uint32_t { kBurst = 0, kSkip = 1, kDelay = 2 };

  // One reference is the caller's. kNoMemory, kShutdown.
  static Result<Interval*> create(task::Home& home, Timers& timers, uint64_t period_ns, Missed missed);
  Interval(task::Home& home, Timer& timer, uint64_t period_ns, Missed missed, uint64_t first_ns)
      : home_(home), timer_(timer), period_ns_(period_ns), missed_(missed), due_ns_(first_ns) {}

  // kOk takes a tick: `due_ns` is when it was due. Else as Timer::poll.
  Status poll(task::Context& context, uint64_t& due_ns);

  // Where the tasks run that wait for a tick.
  task::Home& home() const { return home_; }

  void last_reference();

 private:
  uint64_t following(uint64_t due_ns, uint64_t now_ns) const;

  task::Home& home_;
  Timer& timer_;
  const uint64_t period_ns_;
  const Missed missed_;

  base::Mutex mutex_;
  uint64_t due_ns_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rota::time
