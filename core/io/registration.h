// SPDX-License-Identifier: MIT
//
// Registration: one descriptor in the driver: its readiness as far as events told, and the tasks that wait for more.
// One atomic word answers for all of it; the lock is taken only by an operation that must wait, and by an event that
// finds such waiters.
//
//   word:  | generation : 32 | tick : 20 | waits : 2 | down : 2 | (2) | ready : 6 |
//
//   generation  of the slot's use; part of the event's token, so that an event for an earlier use changes nothing: it
//   is
//               checked by the same compare-exchange that sets the bits, and a slot may be used again at once
//   tick        counts events; clear_ready does nothing when one came in since the caller saw the word
//   waits       a set of waiters is, or may be, not empty
//   down        closed (by its owner), shut down (by the runtime)
//
//                    set_ready (event)                      poll_ready: kOk
//     NOT READY --------------------------> READY -------------------------------> try the system call
//       |   ^                                 ^  ^                                     |
//       |   | clear_ready, same tick          |  | clear_ready, tick changed           | EAGAIN, or moved less than
//       |   +---------------------------------|--+-------------------------------------+ asked for
//       | poll_ready: kPending                |
//       +----> waits --- set_ready: take waiters, wake (after the lock) ---> their tasks poll again
//
// No edge is lost: a poll_ready that must wait sets its flag and adds its task under the lock, with the readiness
// checked by the read-modify-write that sets the flag. An event's read-modify-write comes before it (then its bits are
// seen and nobody waits) or after (then the event sees the flag, and takes the lock behind the one who waits).
//
// One word, so its modification order decides everything, and acq_rel is enough: release on each change, acquire on
// what acts on it; no other variable is compared with it.
//
// Thread safety: poll_ready, clear_ready, forget: any thread, while its owner keeps it. The rest is the driver's.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/mutex.h"
#include "core/io/poller.h"
#include "core/io/ready.h"
#include "core/platform/arena.h"
#include "core/task/context.h"
#include "core/task/waker_set.h"

namespace rota::io {

class alignas(base::kCacheLine) Registration {
 public:
  // A look at the word.
  class Seen {
   public:
    uint32_t ready() const { return static_cast<uint32_t>(word_) & kReadyBits; }

   private:
    friend class Registration;
    uint64_t word_ = 0;
  };

  Registration(platform::Arena& arena, Poller& poller, uint32_t index)
      : arena_(arena), poller_(poller), index_(index) {}

  // kOk: an operation of this direction may try; `seen` is for clear_ready. kPending: the task is woken when it may.
  // kClosed, kShutdown: it never will. kNoMemory: it may not, and is not woken.
  Status poll_ready(Direction direction, task::Context& context, Seen& seen) {
    // acquire: pairs with set_ready; the system call that follows comes after the event.
    seen.word_ = word_.load(base::memory_order_acquire);
    if ((seen.word_ & kDown) == 0 && (seen.word_ & ready_for(direction)) != 0) return Status::kOk;
    return wait(direction, context.task(), seen);
  }

  // The try found nothing more: waits for the next event, unless one came in since. The closed bits stay.
  void clear_ready(Direction direction, Seen seen) { clear(used_up_by(direction), seen); }
  // The same for owners who ask the system itself each time, and know that not even a closed bit holds now.
  void forget(Direction direction, Seen seen) { clear(ready_for(direction) | kError, seen); }

  // What there is, without waiting. kOk, kClosed, kShutdown.
  Status look(Seen& seen) const {
    seen.word_ = word_.load(base::memory_order_acquire);
    return status_of(seen.word_);
  }

  // --- for the driver

  // Takes the slot into use: `assumed` ready bits until the system says otherwise. Returns the new generation.
  uint32_t open(intptr_t descriptor, uint32_t assumed);
  // An event. Wakes.
  void set_ready(uint32_t generation, uint32_t ready);
  // False: it was closed. Wakes.
  bool close() { return bring_down(kClosed); }
  void shut_down() { bring_down(kShutdown); }

  uint32_t index() const { return index_; }
  uint32_t generation() const { return generation_of(word_.load(base::memory_order_relaxed)); }
  bool closed() const { return (word_.load(base::memory_order_relaxed) & kClosed) != 0; }
  intptr_t descriptor() const { return descriptor_; }
  Poller::Entry& entry() { return entry_; }

  Registration* next_free = nullptr;  // the slab's lock

 private:
  static constexpr uint64_t kClosed = 1u << 8, kShutdown = 1u << 9, kDown = kClosed | kShutdown;
  static constexpr uint64_t kReadWaits = 1u << 10, kWriteWaits = 1u << 11;
  static constexpr uint64_t kTick = 1u << 12, kTickMask = 0xfffff000u;
  static constexpr uint32_t kGenerationShift = 32;
  static_assert((kReadyBits & (kDown | kReadWaits | kWriteWaits | kTickMask)) == 0);

  static uint32_t generation_of(uint64_t word) { return static_cast<uint32_t>(word >> kGenerationShift); }
  static uint64_t waits(Direction direction) { return direction == Direction::kRead ? kReadWaits : kWriteWaits; }
  static Status status_of(uint64_t word) {
    if ((word & kClosed) != 0) return Status::kClosed;
    return (word & kShutdown) != 0 ? Status::kShutdown : Status::kOk;
  }

  Status wait(Direction direction, task::Task& task, Seen& seen);
  void clear(uint32_t bits, Seen seen);
  bool bring_down(uint64_t how);
  void wake(uint64_t waiting);

  // Written by events, operations and the driver, read by operations. A slot starts out closed.
  base::Atomic<uint64_t> word_{kClosed};
  platform::Arena& arena_;
  Poller& poller_;
  const uint32_t index_;
  intptr_t descriptor_ = -1;  // written by open, before the word that says so

  // The poller's. Adding and deleting come before the first wait and after the last; waits hold the lock.
  Poller::Entry entry_;

  base::Mutex mutex_;
  task::WakerSet readers_ ABSL_GUARDED_BY(mutex_);
  task::WakerSet writers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rota::io
