// SPDX-License-Identifier: MIT
#include "core/sync/semaphore.h"

namespace rota::sync {

Status Semaphore::try_acquire(uint32_t permits) {
  uint64_t seen = word_.read();
  Backoff backoff;
  for (;;) {
    if ((seen & LockWord::kLocked) != 0) {
      backoff.wait();
      seen = word_.read();
      continue;
    }
    if ((seen & kClosed) != 0) return Status::kClosed;
    if (permits == 0) return Status::kOk;
    if ((seen & kWanted) != 0 || permits_in(seen) < permits) return Status::kAgain;
    if (word_.change(seen, seen - permits * kOne)) return Status::kOk;
  }
}

Result<task::Header*> Semaphore::acquire(uint32_t permits) {
  if (ok(try_acquire(permits))) return granted();
  auto* waiter = Waiter<Semaphore>::make(*this, permits);
  if (waiter == nullptr) return Status::kNoMemory;
  const uint64_t seen = word_.lock();
  if ((seen & kClosed) != 0) {
    word_.unlock(seen);
    return waiter->ended(Status::kClosed);
  }
  if ((seen & kWanted) == 0 && permits_in(seen) >= permits) {
    word_.unlock(seen - permits * kOne);
    waiter->discard();
    return granted();
  }
  line_.push_back(*waiter);
  word_.unlock(seen | kWanted);
  return waiter->waits();
}

Status Semaphore::add(uint32_t permits) {
  uint64_t seen = word_.read();
  while ((seen & (LockWord::kLocked | kWanted)) == 0) {
    if (UINT32_MAX - permits_in(seen) < permits) return Status::kOverflow;
    if (word_.change(seen, seen + permits * kOne)) return Status::kOk;
  }
  seen = word_.lock();
  if (UINT32_MAX - permits_in(seen) < permits) {
    word_.unlock(seen);
    return Status::kOverflow;
  }
  Line<Semaphore> granted;
  word_.unlock(grant(seen + permits * kOne, granted));
  tell_all(granted);
  return Status::kOk;
}

uint64_t Semaphore::grant(uint64_t word, Line<Semaphore>& granted) {
  while (!line_.empty() && permits_in(word) >= line_.front().wish) {
    Waiter<Semaphore>& first = line_.front();
    line_.remove(first);
    if (!first.state.claim()) continue;  // being cancelled
    first.publish(Status::kOk);
    word -= first.wish * kOne;
    granted.push_back(first);
  }
  return line_.empty() ? word & ~kWanted : word;
}

// Those behind it may have waited for it alone.
void Semaphore::leave(Waiter<Semaphore>& waiter) {
  Line<Semaphore> granted;
  const uint64_t seen = word_.lock();
  if (waiter.in_line()) line_.remove(waiter);
  word_.unlock(grant(seen, granted));
  tell_all(granted);
}

Status Semaphore::close() {
  Line<Semaphore> ended;
  const uint64_t seen = word_.lock();
  end_all(line_, Status::kClosed, ended);
  word_.unlock((seen | kClosed) & ~kWanted);
  tell_all(ended);
  return (seen & kClosed) != 0 ? Status::kAlready : Status::kOk;
}

}  // namespace rota::sync
