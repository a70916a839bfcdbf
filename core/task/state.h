// SPDX-License-Identifier: MIT
//
// State: the one atomic word of a task. Flags below, a reference count above. Nobody touches the word but the named
// transitions here; what each returns is what its caller must do next.
//
//                       wake / cancel: submit                    to_running
//              IDLE -------------------------> NOTIFIED ------------------------> RUNNING
//               ^                                 ^                                | | |
//               |       to_idle: kIdle            |       to_idle: kNotified       | | |
//               +---------------------------------|--------------------------------+ | |
//                                                 +----------------------------------+ |
//                                                      (woken while it was polled)     | to_complete
//                                                                                      v
//   An operation has no NOTIFIED: claim takes IDLE to RUNNING, to_complete ends it.  COMPLETE
//
//   CANCELLED may be set at any time before COMPLETE; to_running and to_idle report it.
//   A queue entry owns one reference, and a task never has two. One exists exactly while NOTIFIED is set and RUNNING is
//   not, or TAKEN is set:
//
//     take takes NOTIFIED to RUNNING without the entry, which stays where it is: TAKEN. Whoever meets it throws it away
//     (kVoid, and TAKEN goes), unless the task has been woken and is not running: then the old entry is as good as a
//     new one. So while TAKEN is set, nobody who wakes the task submits it; but its home is poked, for whoever sleeps
//     there has slept since before the entry was good again.
//
// Who sees what: every transition is a read-modify-write with acquire and release on this one word, so each sees all
// that was done before the transitions that precede it. In particular a wake publishes the waker's writes even when it
// finds the task notified already (hence fetch_or and no early return on a plain load: that would lose the wake-up on
// any machine with a store buffer), and the producer of a task happens before its first poll without any help from the
// queue it went through.
//
// JOIN_LOCK protects the set of wakers of those who wait for this task. Completion never waits for it: who holds it
// when COMPLETE appears does the waking on unlock.
//
// Thread safety: any thread, within each transition's precondition.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/check.h"

namespace rota::task {

class State {
 public:
  explicit State(uint64_t references, bool notified) : word_(references * kReference | (notified ? kNotified : 0)) {}

  // --- polling. Precondition of each: the caller owns the queue entry, or is the one that is running the task.

  enum class [[nodiscard]] Running { kRun, kCancelled, kVoid };
  // Takes the task from its queue entry into RUNNING; the entry's reference becomes the runner's. kVoid: the task was
  // taken without this entry, whose reference is the caller's to drop.
  Running to_running() {
    uint64_t now = word_.load(base::memory_order_relaxed);
    for (;;) {
      const bool ready = (now & (kNotified | kRunning | kComplete)) == kNotified;
      ROTA_CHECK(ready || (now & kTaken) != 0);
      const uint64_t next = (ready ? now ^ (kNotified | kRunning) : now) & ~kTaken;
      if (!word_.compare_exchange_weak(now, next, base::memory_order_acq_rel, base::memory_order_relaxed)) continue;
      if (!ready) return Running::kVoid;
      return (now & kCancelled) != 0 ? Running::kCancelled : Running::kRun;
    }
  }

  enum class [[nodiscard]] Take { kNo, kRun, kCancelled };
  // Takes the task into RUNNING without its queue entry, when it is ready to be polled; with a reference of its own for
  // the runner. Precondition: the caller holds a reference.
  Take take() {
    uint64_t now = word_.load(base::memory_order_relaxed);
    for (;;) {
      if ((now & (kNotified | kRunning | kComplete)) != kNotified) return Take::kNo;
      const uint64_t next = ((now ^ (kNotified | kRunning)) | kTaken) + kReference;
      if (word_.compare_exchange_weak(now, next, base::memory_order_acq_rel, base::memory_order_relaxed)) {
        return (now & kCancelled) != 0 ? Take::kCancelled : Take::kRun;
      }
    }
  }

  enum class [[nodiscard]] Idle {
    kIdle,       // done with it; the runner's reference is gone (woken meanwhile, it may have its old entry still)
    kNotified,   // woken meanwhile: queue it again, the runner's reference becomes the entry's
    kCancelled,  // cancelled meanwhile: still RUNNING, the caller ends it
  };
  // Ends a poll that returned pending. `again`: as if it had been woken meanwhile. Precondition: when not, somebody
  // else holds a reference too (the owned set, or whoever waits for the task).
  Idle to_idle(bool again) {
    uint64_t now = word_.load(base::memory_order_relaxed);
    for (;;) {
      if ((now & kCancelled) != 0) {
        // The loads above are relaxed: take what the canceller wrote before acting on it.
        (void)word_.load(base::memory_order_acquire);
        return Idle::kCancelled;
      }
      const bool notified = again || (now & kNotified) != 0;
      const bool queue = notified && (now & kTaken) == 0;
      const uint64_t next = ((now & ~kRunning) | (notified ? kNotified : 0)) - (queue ? 0 : kReference);
      if (word_.compare_exchange_weak(now, next, base::memory_order_acq_rel, base::memory_order_relaxed)) {
        return queue ? Idle::kNotified : Idle::kIdle;
      }
    }
  }

  struct [[nodiscard]] Completed {
    bool wake_joiners;  // take the join wakers and wake them
  };
  // RUNNING to COMPLETE. The result and everything else about the task is written before.
  Completed to_complete() {
    const uint64_t before = word_.fetch_xor(kRunning | kComplete, base::memory_order_acq_rel);
    ROTA_CHECK((before & (kRunning | kComplete)) == kRunning);
    return {.wake_joiners = (before & (kJoinWakers | kJoinLock)) == kJoinWakers};
  }

  // --- waking and stopping. Precondition: the caller holds a reference.

  struct [[nodiscard]] Woken {
    bool submit;  // submit the task to its home, with a reference for the queue entry
    bool poke;    // its old entry is good again: poke its home
  };
  Woken wake() {
    const uint64_t before = word_.fetch_or(kNotified, base::memory_order_acq_rel);
    const uint64_t busy = before & (kNotified | kRunning | kComplete | kTaken);
    return {.submit = busy == 0, .poke = busy == kTaken};
  }

  struct [[nodiscard]] Cancelled {
    bool taken;   // false: complete, or cancelled before
    bool submit;  // as above
    bool poke;    // as above
  };
  Cancelled cancel() {
    const uint64_t before = word_.fetch_or(kCancelled | kNotified, base::memory_order_acq_rel);
    const bool taken = (before & (kComplete | kCancelled)) == 0;
    const uint64_t busy = before & (kNotified | kRunning | kComplete | kTaken);
    return {.taken = taken, .submit = busy == 0, .poke = busy == kTaken};
  }

  // For operations, which several may want to end (a timer that fires, a canceller): true for the one who may.
  [[nodiscard]] bool claim() {
    return (word_.fetch_or(kRunning, base::memory_order_acq_rel) & (kRunning | kComplete)) == 0;
  }

  // --- waiting for completion.

  // Whether somebody has cancelled it, or begun to run or end it.
  bool touched() const { return (word_.load(base::memory_order_acquire) & (kRunning | kComplete | kCancelled)) != 0; }

  bool complete() const { return (word_.load(base::memory_order_acquire) & kComplete) != 0; }

  // False: it is complete, nothing is locked. Waits only for another joiner, which holds it for a few stores, now and
  // then for a sweep of its wakers.
  [[nodiscard]] bool lock_joiners();

  // `any`: whether the set of wakers is non-empty. True: it completed meanwhile; take the wakers and wake them.
  [[nodiscard]] bool unlock_joiners(bool any) {
    uint64_t now = word_.load(base::memory_order_relaxed);
    for (;;) {
      const bool completed = (now & kComplete) != 0;
      const uint64_t next = (now & ~(kJoinLock | kJoinWakers)) | (any && !completed ? kJoinWakers : 0);
      if (word_.compare_exchange_weak(now, next, base::memory_order_acq_rel, base::memory_order_relaxed)) {
        return completed && any;
      }
    }
  }

  // --- references.

  // relaxed: whoever clones holds one already.
  void ref() {
    const uint64_t before = word_.fetch_add(kReference, base::memory_order_relaxed);
    ROTA_CHECK(before >= kReference && before < kMost);
  }
  // True: that was the last of them; destroy the task. acq_rel: all that others did with it happens before.
  [[nodiscard]] bool unref(uint64_t count = 1) {
    const uint64_t before = word_.fetch_sub(count * kReference, base::memory_order_acq_rel);
    ROTA_CHECK(before / kReference >= count);
    return before / kReference == count;
  }
  uint64_t references() const { return word_.load(base::memory_order_relaxed) / kReference; }

 private:
  static constexpr uint64_t kRunning = 1, kNotified = 2, kComplete = 4, kCancelled = 8, kJoinWakers = 16,
                            kJoinLock = 32, kTaken = 64, kReference = 128, kMost = uint64_t{1} << 62;

  base::Atomic<uint64_t> word_;
};

}  // namespace rota::task
