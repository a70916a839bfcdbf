// SPDX-License-Identifier: MIT
//
// Timer: a deadline that can be set again and again, and the tasks that wait for it.
//
//              start                          fire, deadline passed
//   UNSET ---------------> SET ------------------------------------------> FIRED
//     ^  ^                 | ^ \__ fire, but set anew meanwhile: arm again    |
//     |  +---- stop -------+ +------------------ start ----------------------+
//     |
//   any --- the runtime shuts down ---> CLOSED
//
// The wheel may be calling fire() on another thread while start() or stop() run here. Whoever comes second finds the
// state as the first left it: fire() arms again when the deadline has moved, and does nothing when it is gone.
//
// Thread safety: any thread. Lifetime: handles are counted by Counted; the memory by `uses_`: one for all the handles,
// one while the entry is armed or firing.
#pragma once

#include <cstdint>

#include "core/base/counted.h"
#include "core/base/mutex.h"
#include "core/platform/arena.h"
#include "core/task/context.h"
#include "core/task/waker_set.h"
#include "core/time/entry.h"
#include "core/time/timers.h"

namespace rota::time {

class Timer final : public base::Counted<Timer>, private Entry {
 public:
  static constexpr uint32_t kTag = 0x74696d72;

  // One reference is the caller's; nullptr: no memory.
  static Timer* create(platform::Arena& arena, Timers& timers) { return arena.make<Timer>(arena, timers); }
  Timer(platform::Arena& arena, Timers& timers) : Entry(fire), arena_(arena), timers_(timers) {}

  // Sets it, in place of what it was set to. kShutdown: timers are shut down.
  Status start(uint64_t deadline_ns);
  // kAlready: it was not set.
  Status stop();
  // kOk: it has fired; kPending: the task is woken when it does; kShutdown; kNoMemory: not registered.
  Status poll(task::Context& context);

  // Counted: the last handle is gone.
  void last_reference();

 private:
  enum class State : uint8_t { kUnset, kSet, kFired, kClosed };

  static void fire(Entry& entry, bool closed);
  void drop_use();
  bool arm() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  platform::Arena& arena_;
  Timers& timers_;
  base::Atomic<uint32_t> uses_{1};

  base::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kUnset;
  bool armed_ ABSL_GUARDED_BY(mutex_) = false;  // in the wheel, or on its way into fire()
  uint64_t deadline_ns_ ABSL_GUARDED_BY(mutex_) = 0;
  task::WakerSet wakers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rota::time
