// SPDX-License-Identifier: MIT
//
// What a worker does beside its own loop: a guest's turn, and helping inside a poll.
#include "core/platform/clock.h"
#include "core/scheduler/help.h"
#include "core/scheduler/multi_thread.h"
#include "core/scheduler/thread_home.h"
#include "core/scheduler/worker.h"

namespace rota::scheduler {

// --- guests

void Worker::interrupt() {
  interrupted_.store(true, base::memory_order_release);
  unpark();
}

void Worker::run_guest(GuestTurn& turn) {
  maintained_at_ns_ = platform::now_ns();
  const uint64_t before = stats_.polls.read();
  uint32_t jobs = 0;
  const auto ran = [&] { return static_cast<uint32_t>(stats_.polls.read() - before) + jobs; };
  maintain();
  while (!pool_.stopping()) {
    turn.ran = ran();
    if (turn.ran >= turn.most) break;
    if (turn.until_ns != platform::kForever && platform::now_ns() >= turn.until_ns) break;
    if (interrupted_.exchange(false, base::memory_order_acquire)) break;
    if (++tick_ % kMaintenanceInterval == 0) maintain();
    most_lifo_polls_ = turn.most - turn.ran > kMostLifoPolls ? kMostLifoPolls : turn.most - turn.ran - 1;
    task::Task* task = next_task();
    if (task == nullptr && deferred_ != nullptr) {
      poll_driver();
      fire_timers();
      release_deferred();
      continue;
    }
    if (task == nullptr) task = turn.sleeps ? search() : look_everywhere();
    if (task != nullptr) {
      run_task(task);
    } else if (pool_.side_work().any(pool_.side_work().user)) {
      // A job may take long: who searches keeps others asleep.
      if (searching_) stop_searching();
      jobs += pool_.side_work().run(pool_.side_work().user, 1);
    } else if (turn.sleeps) {
      sleep(turn.until_ns);
    } else {
      break;
    }
  }
  turn.ran = ran();
  if (searching_) stop_searching();
  give_away();
  turn.more = !pool_.stopping() && pool_.has_work();
}

void Worker::expose() {
  if (lifo_ == nullptr) return;
  push(*take_lifo());
  pool_.wake_one();
}

void Worker::give_away() {
  release_deferred();
  if (lifo_ != nullptr) push(*take_lifo());
  task::Task* batch[RunQueue::kCapacity / 2];
  for (;;) {
    uint32_t count = 0;
    while (count < RunQueue::kCapacity / 2 && (batch[count] = queue_.pop()) != nullptr) ++count;
    if (count == 0) break;
    injector_.push_batch(batch, count);
  }
  // Closed, before or in between: nobody may come for it, nor for what its end wakes here.
  if (pool_.injector().closed()) drain();
}

// --- helping

void Worker::help(Waiting& waiting) {
  waiting.begin([](void* self) { static_cast<Worker*>(self)->unpark(); }, this);
  task::Context context(index_);
  expose();
  while (!waiting.over()) {
    if (waiting.advance()) continue;
    if (pool_.stopping()) {
      // What is still awaited ends by itself.
      drain();
      if (!waiting.over() && !waiting.home.ready()) waiting.home.park(waiting.until());
      continue;
    }
    if (++tick_ % kMaintenanceInterval == 0) maintain();
    if (help_once(waiting.finder, context)) continue;
    poll_driver();
    fire_timers();
    fire_late_timers();
    release_deferred();
    if (help_once(waiting.finder, context)) continue;
    if (waiting.finder.jobs() && pool_.side_work().run(pool_.side_work().user, 1) != 0) continue;
    sleep_helping(waiting, context);
  }
}

bool Worker::help_once(Finder& finder, task::Context& context) {
  task::State::Take how;
  if (task::Task* task = finder.take(how)) {
    stats_.polls.add();
    after_poll(*task, task::run_taken(*task, how, context));
    return true;
  }
  task::Task* task = next_for(finder);
  if (task == nullptr) return false;
  stats_.polls.add();
  after_poll(*task, task::run(*task, context));
  return true;
}

task::Task* Worker::next_for(const Finder& finder) {
  if (!finder.queues()) return nullptr;
  if (task::Task* task = next_of(Priority::kHigh)) return task;
  if (finder.floor() == Priority::kHigh) return nullptr;
  if (task::Task* task = next_normal()) return task;
  if (task::Task* task = look_for_normal()) return task;
  return finder.floor() == Priority::kLow ? next_of(Priority::kLow) : nullptr;
}

// As sleep(), but at the bottom of the pile: it may not take everything, so it is woken last, and passes on.
void Worker::sleep_helping(Waiting& waiting, task::Context& context) {
  if (lifo_ != nullptr) push(*take_lifo());
  if (!queue_.empty()) pool_.wake_one();
  pool_.idle().fall_asleep(index_, false, true);
  // After the announcement: see Idle. has_work first: what it reads (seq_cst) was written after a member of the group
  // became ready, so take sees that too.
  const bool work = (pool_.has_work(waiting.finder.floor()) && waiting.finder.queues()) ||
                    (waiting.finder.jobs() && pool_.side_work().any(pool_.side_work().user));
  task::State::Take how;
  task::Task* task = work ? nullptr : waiting.finder.take(how);
  if (!work && task == nullptr && !waiting.over() && !waiting.home.ready() && !pool_.stopping()) {
    stats_.parks.add();
    quiet_ = true;
    const uint64_t next = wheel_.next_deadline();
    const uint64_t own = next < waiting.until() ? next : waiting.until();
    const uint64_t late = pool_.deadline_of_others(index_);
    park_.park(pool_.role(), own, late < own ? late : own);
    quiet_ = false;
  }
  // Picked by wake_one, it counts as searching, for something it may not be allowed to take.
  if (!pool_.idle().wake_self(index_)) stop_searching();
  maintained_at_ns_ = platform::now_ns();
  if (task == nullptr) return;
  stats_.polls.add();
  after_poll(*task, task::run_taken(*task, how, context));
}

}  // namespace rota::scheduler
