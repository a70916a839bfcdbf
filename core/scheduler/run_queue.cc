// SPDX-License-Identifier: MIT
#include "core/scheduler/run_queue.h"

namespace rota::scheduler {

uint32_t RunQueue::push(task::Task& task, Injector::Port& injector) {
  const uint32_t tail = tail_.load(base::memory_order_relaxed);
  for (;;) {
    const uint64_t head = head_.load(base::memory_order_acquire);
    if (tail - steal_of(head) < kCapacity) {
      slots_[tail & kMask].store(&task, base::memory_order_relaxed);
      tail_.store(tail + 1, base::memory_order_seq_cst);
      return 0;
    }
    if (steal_of(head) != real_of(head)) {
      // A thief is making room; not worth waiting for.
      task::Task* one = &task;
      injector.push_batch(&one, 1);
      return 1;
    }
    if (overflow(task, real_of(head), injector)) return kCapacity / 2 + 1;
  }
}

bool RunQueue::overflow(task::Task& task, uint32_t real, Injector::Port& injector) {
  constexpr uint32_t kHalf = kCapacity / 2;
  uint64_t expected = pack(real, real);
  if (!head_.compare_exchange_strong(expected, pack(real + kHalf, real + kHalf), base::memory_order_acq_rel,
                                     base::memory_order_relaxed)) {
    return false;  // somebody took some: there is room now
  }
  task::Task* batch[kHalf + 1];
  for (uint32_t i = 0; i < kHalf; ++i) batch[i] = slots_[(real + i) & kMask].load(base::memory_order_relaxed);
  batch[kHalf] = &task;
  injector.push_batch(batch, kHalf + 1);
  return true;
}

uint32_t RunQueue::push_batch(task::Task* const* tasks, uint32_t count) {
  const uint32_t tail = tail_.load(base::memory_order_relaxed);
  const uint32_t free = room();
  if (count > free) count = free;
  if (count == 0) return 0;
  for (uint32_t i = 0; i < count; ++i) slots_[(tail + i) & kMask].store(tasks[i], base::memory_order_relaxed);
  tail_.store(tail + count, base::memory_order_seq_cst);
  return count;
}

task::Task* RunQueue::pop() {
  uint64_t head = head_.load(base::memory_order_acquire);
  for (;;) {
    const uint32_t real = real_of(head);
    if (real == tail_.load(base::memory_order_relaxed)) return nullptr;
    const uint64_t next = steal_of(head) == real ? pack(real + 1, real + 1) : pack(steal_of(head), real + 1);
    task::Task* task = slots_[real & kMask].load(base::memory_order_relaxed);
    if (head_.compare_exchange_weak(head, next, base::memory_order_acq_rel, base::memory_order_acquire)) return task;
  }
}

task::Task* RunQueue::steal_into(RunQueue& into, uint64_t& stolen) {
  const uint32_t into_tail = into.tail_.load(base::memory_order_relaxed);
  if (into_tail - steal_of(into.head_.load(base::memory_order_acquire)) > kCapacity / 2) return nullptr;

  uint64_t head = head_.load(base::memory_order_acquire);
  uint32_t first, count;
  for (;;) {
    if (steal_of(head) != real_of(head)) return nullptr;
    first = real_of(head);
    // acquire: pairs with push, for the slots.
    const uint32_t available = tail_.load(base::memory_order_acquire) - first;
    count = available - available / 2;
    if (count == 0) return nullptr;
    if (count > kCapacity / 2) {
      // Head is older than tail: look again.
      head = head_.load(base::memory_order_acquire);
      continue;
    }
    if (head_.compare_exchange_weak(head, pack(first, first + count), base::memory_order_acq_rel,
                                    base::memory_order_acquire)) {
      break;
    }
  }
  for (uint32_t i = 0; i + 1 < count; ++i) {
    into.slots_[(into_tail + i) & kMask].store(slots_[(first + i) & kMask].load(base::memory_order_relaxed),
                                               base::memory_order_relaxed);
  }
  task::Task* last = slots_[(first + count - 1) & kMask].load(base::memory_order_relaxed);
  // The owner may go on popping meanwhile, which moves `real` but not `steal`.
  head = head_.load(base::memory_order_acquire);
  while (!head_.compare_exchange_weak(head, pack(real_of(head), real_of(head)), base::memory_order_acq_rel,
                                      base::memory_order_acquire)) {
  }
  if (count > 1) into.tail_.store(into_tail + count - 1, base::memory_order_seq_cst);
  stolen += count;
  return last;
}

}  // namespace rota::scheduler
