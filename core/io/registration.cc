// SPDX-License-Identifier: MIT
#include "core/io/registration.h"

namespace rota::io {

uint32_t Registration::open(intptr_t descriptor, uint32_t assumed) {
  const uint32_t generation = this->generation() + 1;
  descriptor_ = descriptor;
  word_.store(uint64_t{generation} << kGenerationShift | assumed, base::memory_order_release);
  return generation;
}

Status Registration::wait(Direction direction, task::Task& task, Seen& seen) {
  base::MutexLock lock(mutex_);
  seen.word_ = word_.fetch_or(waits(direction), base::memory_order_acq_rel);
  // On these returns the flag may stay without a waiter: an event then takes the lock once for nothing.
  if ((seen.word_ & kDown) != 0) return status_of(seen.word_);
  if ((seen.word_ & ready_for(direction)) != 0) return Status::kOk;
  task::WakerSet& waiters = direction == Direction::kRead ? readers_ : writers_;
  if (const Status added = waiters.add(task, arena_); !ok(added)) return added;
  // Under the lock, which whoever closes takes before the poller forgets the entry.
  poller_.want(entry_, used_up_by(direction));
  return Status::kPending;
}

void Registration::clear(uint32_t bits, Seen seen) {
  uint64_t now = word_.load(base::memory_order_relaxed);
  do {
    if (((now ^ seen.word_) & kTickMask) != 0) return;
  } while (
      !word_.compare_exchange_weak(now, now & ~uint64_t{bits}, base::memory_order_acq_rel, base::memory_order_relaxed));
}

void Registration::set_ready(uint32_t generation, uint32_t ready) {
  uint64_t waiting = 0;
  if ((ready & ready_for(Direction::kRead)) != 0) waiting |= kReadWaits;
  if ((ready & ready_for(Direction::kWrite)) != 0) waiting |= kWriteWaits;
  uint64_t now = word_.load(base::memory_order_relaxed);
  uint64_t next;
  do {
    if (generation_of(now) != generation) return;
    const uint64_t tick = (now + kTick) & kTickMask;
    next = (((now & ~kTickMask) | tick) & ~waiting) | ready;
  } while (!word_.compare_exchange_weak(now, next, base::memory_order_acq_rel, base::memory_order_relaxed));
  if ((now & waiting) != 0) wake(now & waiting);
}

bool Registration::bring_down(uint64_t how) {
  const uint64_t before = word_.fetch_or(how, base::memory_order_acq_rel);
  if ((before & how) != 0) return false;
  // All of them: whoever set a flag after this has seen the bit, and does not wait.
  wake(kReadWaits | kWriteWaits);
  return true;
}

void Registration::wake(uint64_t waiting) {
  task::WakerSet readers, writers;
  {
    base::MutexLock lock(mutex_);
    if ((waiting & kReadWaits) != 0) readers_.take(readers);
    if ((waiting & kWriteWaits) != 0) writers_.take(writers);
  }
  readers.wake_all(arena_);
  writers.wake_all(arena_);
}

}  // namespace rota::io
