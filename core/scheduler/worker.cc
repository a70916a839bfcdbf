// SPDX-License-Identifier: MIT
#include "core/scheduler/worker.h"

#include "core/platform/clock.h"
#include "core/platform/spin.h"
#include "core/scheduler/multi_thread.h"

namespace rota::scheduler {

Worker::Worker(MultiThread& pool, uint32_t index, bool guest)
    : pool_(pool),
      index_(index),
      random_(index + 1),
      context_(index),
      attended_(!guest),
      injector_(pool.injector()),
      wheel_(platform::now_ns()) {}

void Worker::unpark() {
  stats_.unparks.fetch_add(1, base::memory_order_relaxed);
  park_.unpark(pool_.io());
}

void Worker::run() {
  maintained_at_ns_ = platform::now_ns();
  while (!pool_.stopping()) {
    if (++tick_ % kMaintenanceInterval == 0) maintain();
    task::Task* task = next_task();
    if (task == nullptr && deferred_ != nullptr) {
      poll_driver();
      fire_timers();
      release_deferred();
      continue;
    }
    if (task == nullptr) task = search();
    if (task != nullptr) {
      run_task(task);
    } else {
      sleep();
    }
  }
  drain();
}

void Worker::submit_local(task::Task& task) {
  if (task.priority != Priority::kNormal) {
    pool_.push_class(task);
    pool_.wake_one();
    return;
  }
  if (quiet_) {
    push(task);
    return;
  }
  task::Task* before = lifo_;
  lifo_ = &task;
  if (before == nullptr) return;
  push(*before);
  pool_.wake_one();
}

void Worker::push(task::Task& task) {
  if (task.priority != Priority::kNormal) {
    pool_.push_class(task);
    return;
  }
  if (const uint32_t moved = queue_.push(task, injector_)) stats_.overflows.add(moved);
}

void Worker::push_batch(task::Task* const* tasks, uint32_t count) {
  const uint32_t here = queue_.push_batch(tasks, count);
  if (here != count) injector_.push_batch(tasks + here, count - here);
}

task::Task* Worker::take_lifo() {
  task::Task* task = lifo_;
  lifo_ = nullptr;
  return task;
}

task::Task* Worker::next_task() {
  if (!pool_.uses_classes()) return next_normal();
  const ClassOrder order = order_of_turn(class_turn_++);
  for (const Priority priority : order.at) {
    if (task::Task* task = next_of(priority)) return task;
  }
  return nullptr;
}

task::Task* Worker::next_of(Priority priority) {
  if (priority == Priority::kNormal) return next_normal();
  task::Task* task = nullptr;
  return pool_.of_class(priority).pop_batch(&task, 1) == 0 ? nullptr : task;
}

task::Task* Worker::next_normal() {
  if (tick_ % injector_interval_ == 0) {
    if (task::Task* task = from_injector(1)) return task;
  }
  if (task::Task* task = take_lifo()) return task;
  if (task::Task* task = queue_.pop()) return task;
  const size_t waiting = pool_.injector().size();
  if (waiting == 0 || (gathers_ && waiting < kFew)) return nullptr;  // search() gathers them
  return share_of_injector();
}

task::Task* Worker::share_of_injector() {
  const size_t share = pool_.injector().size() / pool_.workers() + 1;
  return from_injector(share < RunQueue::kCapacity / 2 ? static_cast<uint32_t>(share) : RunQueue::kCapacity / 2);
}

task::Task* Worker::from_injector(uint32_t most) {
  task::Task* batch[RunQueue::kCapacity / 2];
  const uint32_t room = queue_.room();
  const uint32_t count = injector_.pop_batch(batch, most <= room ? most : (room == 0 ? 1 : room));
  if (count == 0) return nullptr;
  few_in_a_row_ = count < kFew ? few_in_a_row_ + 1 : 0;
  if (few_in_a_row_ > kFew) gathers_ = true;
  if (count > 1) queue_.push_batch(batch + 1, count - 1);
  return batch[0];
}

void Worker::run_task(task::Task* task) {
  if (searching_) stop_searching();
  uint32_t budget = task::Context::kBudget;
  for (uint32_t lifo_polls = 0;; ++lifo_polls) {
    stats_.polls.add();
    after_poll(*task, task::run(*task, context_, budget));
    if (lifo_ == nullptr) return;
    budget = context_.budget_left();
    if (lifo_polls == most_lifo_polls_ || budget == 0) {
      // Two tasks that wake each other must not keep the others out.
      push(*take_lifo());
      return;
    }
    task = take_lifo();
  }
}

// More may be where this came from: the next searcher takes over. Who brings work while somebody searches wakes nobody;
// it is in a queue before we stop, and we look after that (both seq_cst, as in Idle).
void Worker::stop_searching() {
  searching_ = false;
  if (pool_.idle().stop_searching() && pool_.idle().should_wake() && pool_.has_work()) pool_.wake_one();
}

void Worker::after_poll(task::Task& task, task::After after) {
  switch (after) {
    case task::After::kDone:
      return;
    case task::After::kAgain:
      push(task);
      return;
    case task::After::kYielded:
      task.next = nullptr;
      *deferred_end_ = &task;
      deferred_end_ = &task.next;
      return;
  }
}

void Worker::release_deferred() {
  task::Task* task = deferred_;
  deferred_ = nullptr;
  deferred_end_ = &deferred_;
  while (task != nullptr) {
    task::Task* next = task->next;
    push(*task);
    task = next;
  }
  if (queue_.size() > 1) pool_.wake_one();
}

task::Task* Worker::search() {
  if (!searching_ && !pool_.idle().try_search(pool_.parallelism())) return gathers_ ? share_of_injector() : nullptr;
  searching_ = true;
  if (gathers_) gather();
  // A little patience before sleep: work that arrives now costs nobody a system call.
  constexpr uint32_t kRounds = 12, kPauses = 32;
  for (uint32_t round = 0; round < kRounds; ++round) {
    if (task::Task* task = look_everywhere()) return task;
    for (uint32_t i = 0; i < kPauses; ++i) platform::spin_pause();
  }
  return nullptr;
}

task::Task* Worker::look_everywhere() {
  if (task::Task* task = look_for_normal()) return task;
  if (!pool_.uses_classes()) return nullptr;
  if (task::Task* task = next_of(Priority::kHigh)) return task;
  return next_of(Priority::kLow);
}

task::Task* Worker::look_for_normal() {
  const uint32_t workers = pool_.workers();
  const uint32_t start = random_.below(workers);
  for (uint32_t i = 0; i < workers; ++i) {
    const uint32_t victim = (start + i) % workers;
    if (victim == index_) continue;
    if (task::Task* task = pool_.worker(victim).queue().steal_into(queue_, stats_.steals)) {
      stats_.steals_seen.add(stats_.steals - stats_.steals_seen.read());
      return task;
    }
  }
  return pool_.injector().empty() ? nullptr : share_of_injector();
}

// Somebody hands in one task after the other, about as fast as we take them. Taking each alone makes both of us wait
// for the same cache lines every time; a moment's patience, and a handful comes at the price of one.
void Worker::gather() {
  constexpr uint64_t kPatienceNs = 1500;
  constexpr uint32_t kPauses = 16;
  const size_t before = pool_.injector().size();
  if (before >= kFew) return;
  const uint64_t until = platform::now_ns() + kPatienceNs;
  do {
    for (uint32_t i = 0; i < kPauses; ++i) platform::spin_pause();
  } while (platform::now_ns() < until);
  if (pool_.injector().size() <= before) gathers_ = false;
}

void Worker::maintain() {
  tune_injector_interval();
  poll_driver();
  fire_timers();
  fire_late_timers();
}

// The injector is looked at first every so many polls that it waits about kInjectorTargetNs at the pace polls go now.
void Worker::tune_injector_interval() {
  const uint64_t now = platform::now_ns();
  const double mean = static_cast<double>(now - maintained_at_ns_) / kMaintenanceInterval;
  maintained_at_ns_ = now;
  constexpr double kWeight = 0.1;
  poll_ns_ = poll_ns_ == 0 ? mean : poll_ns_ + kWeight * (mean - poll_ns_);
  const double interval = kInjectorTargetNs / (poll_ns_ + 1);
  injector_interval_ = interval < 2 ? 2 : interval > 127 ? 127 : static_cast<uint32_t>(interval);
}

void Worker::poll_driver() {
  if (pool_.io().registrations() == 0 || !pool_.role().mutex.try_lock()) return;
  quiet_ = true;
  (void)pool_.io().poll(0);
  quiet_ = false;
  pool_.role().mutex.unlock();
  if (queue_.size() > 1) pool_.wake_one();
}

void Worker::fire_timers() {
  const uint64_t next = wheel_.next_deadline();
  if (next == platform::kForever) return;
  const uint64_t now = platform::now_ns();
  if (now < next) return;
  quiet_ = true;
  wheel_.advance(now);
  quiet_ = false;
  if (queue_.size() > 1) pool_.wake_one();
}

void Worker::sleep(uint64_t until_ns) {
  const bool was_searching = searching_;
  searching_ = false;
  pool_.idle().fall_asleep(index_, was_searching);
  // After the announcement, and not before: see Idle. Whoever sees work here need not have been searching.
  if (pool_.has_work() || pool_.stopping()) {
    searching_ = !pool_.idle().wake_self(index_);
    return;
  }
  stats_.parks.add();
  quiet_ = true;
  const uint64_t next = wheel_.next_deadline();
  const uint64_t own = next < until_ns ? next : until_ns;
  const uint64_t late = pool_.deadline_of_others(index_);
  park_.park(pool_.role(), own, late < own ? late : own);
  quiet_ = false;
  searching_ = !pool_.idle().wake_self(index_);
  maintained_at_ns_ = platform::now_ns();  // sleep is not poll time
  fire_timers();
  fire_late_timers();
  if (queue_.size() > 1) pool_.wake_one();
}

// Those of workers that do not get to it: stuck in a poll, perhaps.
void Worker::fire_late_timers() {
  const uint64_t late = pool_.deadline_of_others(index_);
  if (late == platform::kForever) return;
  const uint64_t now = platform::now_ns();
  if (now < late) return;
  const bool quiet = quiet_;
  quiet_ = true;
  const uint32_t workers = pool_.workers();
  for (uint32_t i = 0; i < workers; ++i) pool_.worker(i).wheel().advance(now);
  quiet_ = quiet;
  if (queue_.size() > 1) pool_.wake_one();
}

// The scheduler has closed: nothing is polled any more, and what this worker still holds is cancelled.
void Worker::drain() {
  quiet_ = true;  // what is woken from here on goes to the ring
  release_deferred();
  for (;;) {
    task::Task* task = take_lifo();
    if (task == nullptr) task = queue_.pop();
    if (task == nullptr) {
      pool_.drain_shared();  // which may wake others of this worker
      if (lifo_ == nullptr && queue_.empty()) return;
      continue;
    }
    task::cancel_entry(*task);
  }
}

}  // namespace rota::scheduler
