// SPDX-License-Identifier: MIT
#include "core/runtime/guest.h"

#include <new>

#include "core/scheduler/current.h"

namespace rota::runtime {

Result<Guest*> Guest::create(scheduler::MultiThread& pool) {
  Result<scheduler::Worker*> seat = pool.take_seat();
  if (!seat.ok()) return seat.status();
  void* block = pool.arena().allocate(sizeof(Guest));
  if (block != nullptr) return new (block) Guest(pool, *seat.value());
  pool.leave_seat(*seat.value());
  return Status::kNoMemory;
}

Status Guest::work(scheduler::GuestTurn& turn) {
  const scheduler::Current* current = scheduler::Current::get();
  if (current != nullptr && !current->may_wait) return Status::kDeadlock;
  if (busy_.exchange(true, base::memory_order_acquire)) return Status::kBusy;
  Status status = pool_.serve(seat_, turn);
  if (ok(status) && pool_.stopping()) status = Status::kShutdown;
  busy_.store(false, base::memory_order_release);
  if (!ok(status)) return status;
  return turn.more && !turn.sleeps ? Status::kPending : Status::kOk;
}

Status Guest::leave() {
  if (busy_.exchange(true, base::memory_order_acquire)) return Status::kBusy;
  pool_.leave_seat(seat_);
  unref();
  return Status::kOk;
}

void Guest::last_reference() { pool_.arena().destroy(this); }

}  // namespace rota::runtime
