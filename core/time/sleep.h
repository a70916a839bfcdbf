// SPDX-License-Identifier: MIT
//
// Sleep: the operation behind rota_sleep: complete once its deadline has passed. What a million sleepers cost is the
// size of this block.
//
// Thread safety: any thread. References: the caller's, and the timer's as long as it is armed.
#pragma once

#include "core/task/header.h"
#include "core/time/entry.h"
#include "core/time/timers.h"

namespace rota::time {

class Sleep final : public task::Operation, private Entry {
 public:
  // Starts one, at `now_ns`; the reference is the caller's. nullptr: no memory.
  static Sleep* start(Timers& timers, task::Home& home, uint64_t now_ns, uint64_t deadline_ns);

 private:
  Sleep(Timers& timers, task::Home& home) : Operation(kVTable, home, 2), Entry(fire), timers_(timers) {}

  static void fire(Entry& entry, bool closed);
  static Status cancel(task::Header& header);
  static void destroy(task::Header& header);

  static constexpr task::VTable kVTable{.poll = nullptr, .drop_state = nullptr, .cancel = cancel, .destroy = destroy};

  Timers& timers_;
};

}  // namespace rota::time
