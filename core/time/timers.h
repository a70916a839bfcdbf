// SPDX-License-Identifier: MIT
//
// Timers: what rooms that need a timer are given. The scheduler implements it with a wheel per worker.
//
// Thread safety: any thread.
#pragma once

#include <cstdint>

namespace rota::time {

class Entry;

class Timers {
 public:
  // Arms `entry`, which is not armed, to fire once `deadline_ns` (platform::now_ns' clock) has passed. False: timers
  // are shut down; nothing was armed.
  [[nodiscard]] virtual bool arm(Entry& entry, uint64_t deadline_ns) = 0;
  // True: it was armed, and will not fire any more. False: it was not, or it fires right now on another thread; that
  // call may still be going on.
  [[nodiscard]] virtual bool disarm(Entry& entry) = 0;

 protected:
  ~Timers() = default;
};

}  // namespace rota::time
