// SPDX-License-Identifier: MIT
//
// Guest: a thread of the host that works for a runtime. See rota_thread in rota.h.
//
// Thread safety: one thread at a time, others get kBusy; interrupt from any.
// Lifetime: its block keeps the runtime's memory.
#pragma once

#include <cstdint>

#include "core/base/counted.h"
#include "core/base/result.h"
#include "core/scheduler/multi_thread.h"

namespace rota::runtime {

class Guest final : public base::Counted<Guest> {
 public:
  static constexpr uint32_t kTag = 0x67756573;

  // kAgain: all seats are taken; kNotSupported: there are none; kShutdown; kNoMemory.
  static Result<Guest*> create(scheduler::MultiThread& pool);

  // Works for a while. kOk: nothing is left to do, or the time is up; kPending: more; kBusy; kDeadlock; kShutdown.
  Status work(scheduler::GuestTurn& turn);
  void interrupt() { seat_.interrupt(); }
  // Gives the seat back and the object up. kBusy: somebody works.
  Status leave();

  void last_reference();

 private:
  friend class platform::Arena;
  Guest(scheduler::MultiThread& pool, scheduler::Worker& seat) : pool_(pool), seat_(seat) {}
  ~Guest() = default;

  scheduler::MultiThread& pool_;
  scheduler::Worker& seat_;
  base::Atomic<bool> busy_{false};  // acquire/release: hands the seat over
};

}  // namespace rota::runtime
