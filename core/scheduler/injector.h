// SPDX-License-Identifier: MIT
//
// Injector: the queue all workers share. Tasks from other threads come in here, and what overflows a worker's ring. It
// is a moodycamel::ConcurrentQueue: producers do not meet; tasks of one producer stay in order. Each worker has a port
// of its own, with the queue's tokens, so that it finds its place there without a search.
//
// Closing: a producer counts its task, enqueues it, and asks whether it is closed; shutdown closes, and drains until
// nothing is counted. Count and close are seq_cst: either shutdown sees the count and waits for the task, or the
// producer sees that it is closed and drains itself. No task is left behind.
//
// Thread safety: any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/atomic.h"
#include "core/platform/queue_traits.h"
#include "core/task/header.h"

namespace rota::scheduler {

class Injector {
 public:
  using Queue = moodycamel::ConcurrentQueue<task::Task*, platform::QueueTraits>;

  // `capacity`: tasks it has room for from the beginning.
  explicit Injector(const platform::Memory& memory, size_t capacity = 1024);

  // Takes over a task's queue entry. Never fails: out of memory, the task goes to an intrusive list instead.
  void push(task::Task& task);
  void push_batch(task::Task* const* tasks, uint32_t count);

  // What the caller did before is seen by whoever finds this queue's size afterwards, as if it had pushed.
  void touch() { pushed_.fetch_add(0, base::memory_order_seq_cst); }

  // Takes up to `count` tasks.
  uint32_t pop_batch(task::Task** into, uint32_t count);

  // One worker's way in and out; its thread alone uses it. The injector outlives it.
  class Port {
   public:
    explicit Port(Injector& injector);
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    // As above.
    void push_batch(task::Task* const* tasks, uint32_t count);
    uint32_t pop_batch(task::Task** into, uint32_t count);

   private:
    Injector& injector_;
    moodycamel::ProducerToken producer_;
    moodycamel::ConsumerToken consumer_;
  };

  // Never less than there is for somebody whom a producer has told.
  size_t size() const {
    // First (hence acquire): what is popped in between makes the answer larger, never smaller.
    const uint64_t popped = popped_.load(base::memory_order_acquire);
    return static_cast<size_t>(pushed_.load(base::memory_order_seq_cst) - popped);
  }
  bool empty() const { return size() == 0; }

  // From now on whoever pushes finds closed() and must drain().
  void close() { closed_.store(true, base::memory_order_seq_cst); }
  // seq_cst with close and the push before it: one of them sees the other (store, then load, on both sides).
  bool closed() const { return closed_.load(base::memory_order_seq_cst); }
  // Cancels all that is inside. Any thread, any number of times.
  void drain();

 private:
  uint32_t took(task::Task** into, uint32_t taken, uint32_t count);
  void push_spare(task::Task& task);
  task::Task* pop_spare();

  const platform::Memory& memory_;
  // Tasks pushed and popped, ever: two lines, so that who pops does not disturb who pushes. pushed_ is raised before
  // the enqueue, popped_ after the dequeue: the difference is never below what is inside. Raising pushed_, and reading
  // it after a dequeue, also carries the happens-before edge from producer to consumer in a form that thread sanitizers
  // follow; the queue's own is made of fences, which they do not.
  alignas(base::kCacheLine) base::Atomic<uint64_t> pushed_{0};
  alignas(base::kCacheLine) base::Atomic<uint64_t> popped_{0};
  alignas(base::kCacheLine) base::Atomic<bool> closed_{false};
  // Tasks for which the queue had no memory; a stack. release/acquire on the head: links.
  base::Atomic<task::Task*> spare_{nullptr};
  Queue queue_;
};

}  // namespace rota::scheduler
