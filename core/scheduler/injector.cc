// SPDX-License-Identifier: MIT
#include "core/scheduler/injector.h"

#include "core/platform/thread.h"
#include "core/task/run.h"

namespace rota::scheduler {
namespace {

Injector::Queue make_queue(const platform::Memory& memory, size_t capacity) {
  platform::QueueMemoryScope scope(memory);
  return Injector::Queue(capacity);
}

moodycamel::ProducerToken make_producer(const platform::Memory& memory, Injector::Queue& queue) {
  platform::QueueMemoryScope scope(memory);
  return moodycamel::ProducerToken(queue);
}

}  // namespace

Injector::Injector(const platform::Memory& memory, size_t capacity)
    : memory_(memory), queue_(make_queue(memory, capacity)) {}

Injector::Port::Port(Injector& injector)
    : injector_(injector), producer_(make_producer(injector.memory_, injector.queue_)), consumer_(injector.queue_) {}

void Injector::push(task::Task& task) {
  // seq_cst: pairs with the parking worker, which announces its sleep before it reads pushed_ (see RunQueue::size).
  pushed_.fetch_add(1, base::memory_order_seq_cst);
  platform::QueueMemoryScope scope(memory_);
  if (!queue_.enqueue(&task)) push_spare(task);
}

void Injector::push_batch(task::Task* const* tasks, uint32_t count) {
  pushed_.fetch_add(count, base::memory_order_seq_cst);  // as in push
  platform::QueueMemoryScope scope(memory_);
  if (queue_.enqueue_bulk(tasks, count)) return;
  for (uint32_t i = 0; i < count; ++i) push_spare(*tasks[i]);
}

void Injector::Port::push_batch(task::Task* const* tasks, uint32_t count) {
  Injector& to = injector_;
  to.pushed_.fetch_add(count, base::memory_order_seq_cst);  // as in push
  platform::QueueMemoryScope scope(to.memory_);
  // A token that found no memory is not valid: the queue then finds a place without it.
  if (producer_.valid() ? to.queue_.enqueue_bulk(producer_, tasks, count) : to.queue_.enqueue_bulk(tasks, count))
    return;
  for (uint32_t i = 0; i < count; ++i) to.push_spare(*tasks[i]);
}

uint32_t Injector::pop_batch(task::Task** into, uint32_t count) {
  if (count == 0 || empty()) return 0;
  platform::QueueMemoryScope scope(memory_);
  return took(into, static_cast<uint32_t>(queue_.try_dequeue_bulk(into, count)), count);
}

uint32_t Injector::Port::pop_batch(task::Task** into, uint32_t count) {
  Injector& from = injector_;
  if (count == 0 || from.empty()) return 0;
  platform::QueueMemoryScope scope(from.memory_);
  return from.took(into, static_cast<uint32_t>(from.queue_.try_dequeue_bulk(consumer_, into, count)), count);
}

// The queue gave `taken` of `count`: what is left comes from the spare list.
uint32_t Injector::took(task::Task** into, uint32_t taken, uint32_t count) {
  while (taken < count && spare_.load(base::memory_order_relaxed) != nullptr) {
    task::Task* task = pop_spare();
    if (task == nullptr) break;
    into[taken++] = task;
  }
  if (taken == 0) return 0;
  (void)pushed_.load(base::memory_order_acquire);  // the edge described there
  popped_.fetch_add(taken, base::memory_order_release);
  return taken;
}

// Until nothing is counted, and not only until nothing is found: a producer that has counted its task but not enqueued
// it yet may not see that we closed.
void Injector::drain() {
  task::Task* batch[64];
  while (!empty()) {
    const uint32_t count = pop_batch(batch, 64);
    if (count == 0) platform::yield_thread();
    for (uint32_t i = 0; i < count; ++i) task::cancel_entry(*batch[i]);
  }
}

void Injector::push_spare(task::Task& task) {
  task.next = spare_.load(base::memory_order_relaxed);
  while (!spare_.compare_exchange_weak(task.next, &task, base::memory_order_acq_rel, base::memory_order_relaxed)) {
  }
}

// One task; the rest goes back, so that no two consumers ever walk the same links (no ABA).
task::Task* Injector::pop_spare() {
  task::Task* all = spare_.exchange(nullptr, base::memory_order_acq_rel);
  if (all == nullptr) return nullptr;
  task::Task* rest = all->next;
  while (rest != nullptr) {
    task::Task* next = rest->next;
    push_spare(*rest);
    rest = next;
  }
  return all;
}

}  // namespace rota::scheduler
