// SPDX-License-Identifier: MIT
#include "core/sync/mutex.h"

namespace rota::sync {

Status Mutex::try_lock() {
  uint64_t seen = word_.read();
  Backoff backoff;
  for (;;) {
    if ((seen & kHeld) != 0) return Status::kBusy;
    if ((seen & LockWord::kLocked) == 0 && word_.change(seen, kHeld)) return Status::kOk;
    if ((seen & LockWord::kLocked) != 0) {
      backoff.wait();
      seen = word_.read();
    }
  }
}

Status Mutex::unlock() {
  uint64_t seen = kHeld;
  if (word_.change(seen, 0)) return Status::kOk;
  seen = word_.lock();
  if ((seen & kHeld) == 0) {
    word_.unlock(seen);
    return Status::kNotPermitted;
  }
  Waiter<Mutex>* next = claim_first(line_);
  if (next != nullptr) next->publish(Status::kOk);
  word_.unlock(next == nullptr ? 0 : line_.empty() ? kHeld : kHeld | kWanted);
  if (next != nullptr) next->tell();
  return Status::kOk;
}

Result<task::Header*> Mutex::lock() {
  if (ok(try_lock())) return granted();
  auto* waiter = Waiter<Mutex>::make(*this, {});
  if (waiter == nullptr) return Status::kNoMemory;
  const uint64_t seen = word_.lock();
  if ((seen & kHeld) == 0) {
    word_.unlock(kHeld);
    waiter->discard();
    return granted();
  }
  line_.push_back(*waiter);
  word_.unlock(kHeld | kWanted);
  return waiter->waits();
}

void Mutex::leave(Waiter<Mutex>& waiter) {
  const uint64_t seen = word_.lock();
  if (!waiter.in_line()) {
    word_.unlock(seen);
    return;
  }
  line_.remove(waiter);
  word_.unlock(line_.empty() ? kHeld : kHeld | kWanted);
}

void Mutex::abandon() {
  Line<Mutex> ended;
  const uint64_t seen = word_.lock();
  end_all(line_, Status::kClosed, ended);
  word_.unlock(seen & ~kWanted);
  tell_all(ended);
}

}  // namespace rota::sync
