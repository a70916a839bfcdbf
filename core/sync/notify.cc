// SPDX-License-Identifier: MIT
#include "core/sync/notify.h"

namespace rota::sync {

void Notify::notify_one() {
  uint64_t seen = word_.read();
  while ((seen & (LockWord::kLocked | kWaiting)) == 0) {
    if (word_.change(seen, kStored)) return;
  }
  (void)word_.lock();
  Waiter<Notify>* first = claim_first(line_);
  if (first != nullptr) first->publish(Status::kOk);
  word_.unlock(first == nullptr ? kStored : line_.empty() ? 0 : kWaiting);
  if (first != nullptr) first->tell();
}

void Notify::notify_all() {
  // Under the lock even when nobody waits: whoever gets in line after us then sees what was done before this call.
  end_everyone(Status::kOk);
}

Result<task::Header*> Notify::wait() {
  uint64_t seen = kStored;
  if (word_.change(seen, 0)) return granted();
  auto* waiter = Waiter<Notify>::make(*this, {});
  if (waiter == nullptr) return Status::kNoMemory;
  seen = word_.lock();
  if ((seen & kStored) != 0) {
    word_.unlock(0);
    waiter->discard();
    return granted();
  }
  line_.push_back(*waiter);
  word_.unlock(kWaiting);
  return waiter->waits();
}

void Notify::end_everyone(Status status) {
  Line<Notify> ended;
  const uint64_t seen = word_.lock();
  end_all(line_, status, ended);
  word_.unlock(seen & ~kWaiting);
  tell_all(ended);
}

void Notify::leave(Waiter<Notify>& waiter) {
  const uint64_t seen = word_.lock();
  if (waiter.in_line()) line_.remove(waiter);
  word_.unlock(line_.empty() ? seen & ~kWaiting : seen);
}

}  // namespace rota::sync
