// SPDX-License-Identifier: MIT
//
// RunQueue: a worker's ring of 256 ready tasks. One producer, its owner, for its whole life; the owner and thieves
// take. A full ring moves half of itself to the injector; a thief takes half of what it finds. Idea: the bounded
// work-stealing queues of Go's and Tokio's schedulers.
//
// `head_` packs two positions, each counting up for ever modulo 2^32:
//
//      steal            real              tail
//        |  being copied  |    ready        |
//   -----+----------------+-----------------+-----   steal == real: no thief is at work
//
//   pop          real + 1 (and steal with it, when no thief is at work)
//   steal        1. real + n, steal stays: the tasks in between are the thief's to copy; 2. steal = real
//   push         slots from tail; the ring is full when tail - steal == 256, so a thief's slots are never overwritten
//
// Packing both in one word is what keeps a slow thief from taking a range twice (ABA): a thief's first step succeeds
// only if nobody moved either position since it looked.
//
// Thread safety: push, pop by the owner; steal_into, size from any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/atomic.h"
#include "core/scheduler/injector.h"
#include "core/task/header.h"

namespace rota::scheduler {

class RunQueue {
 public:
  static constexpr uint32_t kCapacity = 256;

  // Owner: adds a task at the end. `injector` takes over when the ring is full. Returns how many tasks went there.
  uint32_t push(task::Task& task, Injector::Port& injector);
  // Owner: adds as many of `tasks` as there is room for, and returns how many that were.
  uint32_t push_batch(task::Task* const* tasks, uint32_t count);

  // Owner: the first task, or nullptr.
  task::Task* pop();

  // Owner of `into`, any thread for this: moves half of what is here, at most half a ring, to `into`, and returns one
  // of them to run at once. nullptr: nothing here, another thief is at work, or `into` is more than half full.
  task::Task* steal_into(RunQueue& into, uint64_t& stolen);

  // Any thread; exact for the owner when nobody steals.
  uint32_t size() const {
    // seq_cst: pairs with push's store. A worker that announced its sleep in Idle and then looks here must see a task
    // whose producer looked at Idle before that announcement.
    const uint64_t head = head_.load(base::memory_order_seq_cst);
    const uint32_t tail = tail_.load(base::memory_order_seq_cst);
    const uint32_t size = tail - real_of(head);
    return size > kCapacity ? 0 : size;  // the two loads are not one
  }
  bool empty() const { return size() == 0; }
  // Owner: room left.
  uint32_t room() const {
    return kCapacity - (tail_.load(base::memory_order_relaxed) - steal_of(head_.load(base::memory_order_acquire)));
  }

 private:
  static constexpr uint32_t kMask = kCapacity - 1;

  static uint32_t steal_of(uint64_t head) { return static_cast<uint32_t>(head >> 32); }
  static uint32_t real_of(uint64_t head) { return static_cast<uint32_t>(head); }
  static uint64_t pack(uint32_t steal, uint32_t real) { return uint64_t{steal} << 32 | real; }

  bool overflow(task::Task& task, uint32_t real, Injector::Port& injector);

  // Written by whoever takes. acquire/release: a slot is read before it is given back to the owner (pairs with push's
  // load), and a thief's copy is finished before `steal` moves.
  alignas(base::kCacheLine) base::Atomic<uint64_t> head_{0};
  // Written by the owner. release (here seq_cst, see size): the slot, and what it points to, is written before.
  alignas(base::kCacheLine) base::Atomic<uint32_t> tail_{0};
  // Written by the owner; atomic because a thief that lost its race may still be reading.
  base::Atomic<task::Task*> slots_[kCapacity] = {};
};

}  // namespace rota::scheduler
