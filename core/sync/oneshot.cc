// SPDX-License-Identifier: MIT
#include "core/sync/oneshot.h"

namespace rota::sync {

void Oneshot::abandon() {
  (void)close();
  void* value;
  if (ok(try_recv(value))) drop_(value);
}

Status Oneshot::outlook(uint64_t word) {
  if ((word & kTaken) != 0) return Status::kAlready;
  if ((word & kSent) != 0) return Status::kOk;
  return (word & kClosed) != 0 ? Status::kClosed : Status::kAgain;
}

// After the lock is gone, nothing of the object is touched here and in close: who was woken may be
// the last to hold it.
Status Oneshot::send(void* value) {
  const uint64_t seen = word_.lock();
  if ((seen & (kSent | kClosed)) != 0) {
    word_.unlock(seen);
    return (seen & kSent) != 0 ? Status::kAlready : Status::kClosed;
  }
  if ((seen & kWanted) == 0) {
    value_ = value;
    word_.unlock(kSent);
    return Status::kOk;
  }
  platform::Arena& arena = home->arena();
  Line<Oneshot> ended;
  Waiter<Oneshot>* first = claim_first(line_);
  if (first != nullptr) {
    *first->wish = value;
    first->publish(Status::kOk);
    ended.push_back(*first);
  } else {
    value_ = value;
  }
  end_all(line_, Status::kAlready, ended);
  task::WakerSet pollers;
  pollers_.take(pollers);
  word_.unlock(first == nullptr ? kSent : kSent | kTaken);
  tell_all(ended);
  pollers.wake_all(arena);
  return Status::kOk;
}

Status Oneshot::try_recv(void*& value) {
  uint64_t word = word_.read();
  if ((word & (LockWord::kLocked | kSent)) == 0) return outlook(word);
  word = word_.lock();
  const Status status = outlook(word);
  if (ok(status)) value = value_;
  word_.unlock(ok(status) ? word | kTaken : word);
  return status;
}

Status Oneshot::poll_recv(task::Context& context, void*& value) {
  if (!context.spend()) return Status::kPending;
  const uint64_t word = word_.lock();
  const Status status = outlook(word);
  if (status != Status::kAgain) {
    if (ok(status)) value = value_;
    word_.unlock(ok(status) ? word | kTaken : word);
    return status;
  }
  const Status added = pollers_.add(context.task(), home->arena());
  word_.unlock(word | kWanted);
  return context.spent(ok(added) ? Status::kPending : added);
}

Result<task::Header*> Oneshot::recv(void** out) {
  if (ok(try_recv(*out))) return granted();
  auto* waiter = Waiter<Oneshot>::make(*this, out);
  if (waiter == nullptr) return Status::kNoMemory;
  const uint64_t word = word_.lock();
  const Status status = outlook(word);
  if (status == Status::kAgain) {
    line_.push_back(*waiter);
    word_.unlock(word | kWanted);
    return waiter->waits();
  }
  if (ok(status)) *out = value_;
  word_.unlock(ok(status) ? word | kTaken : word);
  return waiter->ended(status);
}

Status Oneshot::close() {
  platform::Arena& arena = home->arena();
  Line<Oneshot> ended;
  task::WakerSet pollers;
  const uint64_t seen = word_.lock();
  end_all(line_, Status::kClosed, ended);
  pollers_.take(pollers);
  word_.unlock((seen | kClosed) & ~kWanted);
  tell_all(ended);
  pollers.wake_all(arena);
  return (seen & kClosed) != 0 ? Status::kAlready : Status::kOk;
}

void Oneshot::leave(Waiter<Oneshot>& waiter) {
  const uint64_t word = word_.lock();
  if (waiter.in_line()) line_.remove(waiter);
  word_.unlock(line_.empty() && pollers_.empty() ? word & ~kWanted : word);
}

}  // namespace rota::sync
