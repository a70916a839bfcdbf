// SPDX-License-Identifier: MIT
#include "core/scheduler/current_thread.h"

#include <new>

#include "core/platform/clock.h"
#include "core/scheduler/thread_home.h"
#include "core/time/entry.h"

namespace rota::scheduler {
namespace {

// A driver looks at descriptors and timers at least every so many tasks.
constexpr uint32_t kMaintenanceInterval = 61;

}  // namespace

Result<CurrentThread*> CurrentThread::create(platform::Arena& arena, const SideWork& side_work) {
  const platform::Memory& memory = arena.memory();
  void* block = memory.allocate(sizeof(CurrentThread), alignof(CurrentThread));
  if (block == nullptr) return Status::kNoMemory;
  auto* scheduler = new (block) CurrentThread(arena, side_work);
  if (const Status status = scheduler->open(); !ok(status)) {
    scheduler->destroy();
    return status;
  }
  return scheduler;
}

Status CurrentThread::open() {
  if (const Status status = io_.open(); !ok(status)) return status;
  if (const Status status = bell_.open(); !ok(status)) return status;
  if (const Status status = set_.open(); !ok(status)) return status;
  if (const Status status = bell_.join(set_); !ok(status)) return status;
  if (const Status status = io_.join(set_); !ok(status)) return status;
  base::MutexLock lock(alarm_mutex_);
  if (const Status status = alarm_.open(); !ok(status)) return status;
  return set_.add(alarm_);
}

void CurrentThread::destroy() {
  const platform::Memory memory = arena().memory();
  this->~CurrentThread();
  memory.free(this, sizeof(CurrentThread), alignof(CurrentThread));
}

// --- who drives

namespace {

// Its address tells threads apart.
thread_local char this_thread;

}  // namespace

bool CurrentThread::begin_drive() {
  const void* nobody = nullptr;
  return driver_.compare_exchange_strong(nobody, &this_thread, base::memory_order_seq_cst);
}

bool CurrentThread::driving_here() const { return driver_.load(base::memory_order_relaxed) == &this_thread; }

CurrentThread::Drive::Drive(CurrentThread& scheduler) : scheduler_(scheduler), mine_(scheduler.begin_drive()) {}

CurrentThread::Drive::~Drive() {
  if (mine_) scheduler_.leave_drive();
}

void CurrentThread::leave_drive() {
  for (;;) {
    const bool was_closed = closed();
    if (was_closed) end_everything();
    if (watched_.load(base::memory_order_seq_cst)) arm_signals();
    driver_.store(nullptr, base::memory_order_seq_cst);
    // Closed in between, by somebody who saw that we drive: the draining is ours.
    if (was_closed || !closed() || !begin_drive()) break;
  }
  // Who waits to drive put itself on the list before it looked at driver_.
  base::MutexLock lock(waiters_mutex_);
  if (waiters_ != nullptr) waiters_->parker->unpark();
}

bool CurrentThread::wait_for_drive(platform::Parker& parker, uint64_t deadline_ns) {
  Waiter self{&parker, nullptr};
  {
    base::MutexLock lock(waiters_mutex_);
    self.next = waiters_;
    waiters_ = &self;
  }
  bool woken = true;
  if (driver_.load(base::memory_order_seq_cst) != nullptr) woken = parker.park(deadline_ns);
  base::MutexLock lock(waiters_mutex_);
  Waiter** link = &waiters_;
  while (*link != &self) link = &(*link)->next;
  *link = self.next;
  return woken;
}

// --- bringing work

void CurrentThread::submit(task::Task& task) {
  if (driving_here() && !closed()) {
    push_local(task);
    return;
  }
  injector_.push(task);
  if (injector_.closed()) {
    injector_.drain();
  } else {
    disturb();
  }
}

void CurrentThread::disturb() {
  if (sleeping_.load(base::memory_order_seq_cst)) io_.wake();
  if (watched_.load(base::memory_order_seq_cst)) bell_.ring();
}

platform::SignalSet& CurrentThread::watch_signals() {
  watched_.store(true, base::memory_order_seq_cst);
  // Leaving sets the signals. Somebody else drives, and may have looked at watched_ already: the host looks once for
  // nothing.
  Drive drive(*this);
  if (!drive.mine()) disturb();
  return set_;
}

void CurrentThread::push_local(task::Task& task) {
  task.next = nullptr;
  *end_ = &task;
  end_ = &task.next;
}

task::Task* CurrentThread::pop_local() {
  task::Task* task = first_;
  if (task == nullptr) return nullptr;
  first_ = task->next;
  if (first_ == nullptr) end_ = &first_;
  return task;
}

bool CurrentThread::arm(time::Entry& entry, uint64_t deadline_ns) {
  bool earliest = false;
  if (!wheel_.insert(entry, deadline_ns, earliest)) return false;
  if (!earliest || driving_here()) return true;  // a driver looks before it sleeps or leaves
  if (sleeping_.load(base::memory_order_seq_cst)) io_.wake();
  if (watched_.load(base::memory_order_seq_cst)) arm_alarm();
  return true;
}

bool CurrentThread::disarm(time::Entry& entry) { return time::Wheel::remove(entry); }

// --- doing it

bool CurrentThread::has_work() const {
  return first_ != nullptr || deferred_ != nullptr || !injector_.empty() || side_work_.any(side_work_.user);
}

void CurrentThread::run_one(task::Task& task) {
  polls_.add();
  switch (task::run(task, context_)) {
    case task::After::kDone:
      return;
    case task::After::kAgain:
      push_local(task);
      return;
    case task::After::kYielded:
      task.next = nullptr;
      *deferred_end_ = &task;
      deferred_end_ = &task.next;
      return;
  }
}

uint32_t CurrentThread::turn(uint32_t most, uint64_t deadline_ns) {
  if (closed()) {
    end_everything();
    return 0;
  }
  (void)io_.poll(0);
  wheel_.advance(platform::now_ns());
  if (deferred_ != nullptr) {
    *end_ = deferred_;
    end_ = deferred_end_;
    deferred_ = nullptr;
    deferred_end_ = &deferred_;
  }
  task::Task* batch[64];
  while (const uint32_t count = injector_.pop_batch(batch, 64)) {
    for (uint32_t i = 0; i < count; ++i) push_local(*batch[i]);
  }
  uint32_t ran = 0;
  // Every other turn a job goes first: tasks that are always ready do not keep it out, nor jobs the tasks.
  job_first_ = !job_first_;
  if (job_first_ && most != 0 && side_work_.any(side_work_.user)) ran += side_work_.run(side_work_.user, 1);
  while (ran < most && ran < kMaintenanceInterval) {
    task::Task* task = pop_local();
    if (task == nullptr) break;
    run_one(*task);
    ++ran;
    if (deadline_ns != platform::kForever && platform::now_ns() >= deadline_ns) return ran;
  }
  if (!job_first_ && ran < most && side_work_.any(side_work_.user)) ran += side_work_.run(side_work_.user, 1);
  return ran;
}

// Answer first, look second: work that comes in between rings again.
void CurrentThread::arm_signals() {
  bell_.answer();
  arm_alarm();
  if (has_work()) bell_.ring();
  set_.settle();
}

void CurrentThread::arm_alarm() {
  base::MutexLock lock(alarm_mutex_);
  alarm_.set(wheel_.next_deadline());
}

void CurrentThread::sleep(ThreadHome& home, uint64_t deadline_ns) {
  sleeping_.store(true, base::memory_order_seq_cst);
  if (!home.ready() && !has_work()) {
    const uint64_t next = wheel_.next_deadline();
    const uint64_t until = next < deadline_ns ? next : deadline_ns;
    uint64_t timeout = platform::kForever;
    if (until != platform::kForever) {
      const uint64_t now = platform::now_ns();
      timeout = until > now ? until - now : 0;
    }
    parks_.add();
    (void)io_.poll(timeout);
  }
  sleeping_.store(false, base::memory_order_relaxed);
}

void CurrentThread::run_until_complete(ThreadHome& home, task::Task& task, uint64_t deadline_ns) {
  Current current(*this, nullptr, false);
  bool cancelled = false;
  while (!task.state.complete()) {
    if (closed()) {
      // Not ours to drive any more: shutdown waits for us to let go. What this thread still waits for ends by itself (a
      // blocking call that runs).
      {
        const Drive drive(*this);
      }
      if (home.run_ready()) continue;
      if (!cancelled && deadline_ns != platform::kForever && platform::now_ns() >= deadline_ns) {
        cancelled = true;
        (void)task::cancel(task);
      } else {
        home.park(cancelled ? platform::kForever : deadline_ns);
      }
      continue;
    }
    Drive drive(*this);
    do {
      // The root task and the engine take turns, so that a root that yields lets the others run.
      const bool polled = home.run_ready();
      if (task.state.complete()) break;
      const uint64_t until = cancelled ? platform::kForever : deadline_ns;
      if (until != platform::kForever && platform::now_ns() >= until) {
        cancelled = true;
        (void)task::cancel(task);
      } else if (!drive.mine()) {
        if (!polled) (void)wait_for_drive(home.parker(), until);
        break;
      } else if (turn(kMaintenanceInterval, until) == 0 && !polled) {
        sleep(home, until);
      }
    } while (!task.state.complete() && !closed());
  }
}

// --- the end

void CurrentThread::close() {
  injector_.close();
  owned_set().close_and_cancel_all();
  injector_.drain();
  disturb();
  // Drains on leaving. Somebody else drives: it does, when it leaves.
  Drive drive(*this);
}

bool CurrentThread::wait_until_stopped(uint64_t deadline_ns) {
  platform::Parker parker;
  while (driver_.load(base::memory_order_seq_cst) != nullptr) {
    if (!wait_for_drive(parker, deadline_ns)) return false;
  }
  wheel_.close();
  io_.shut_down();
  return true;
}

// Driver, once closed; again and again: what comes in late ends too.
void CurrentThread::end_everything() {
  drain();
  wheel_.close();
  io_.shut_down();
  (void)io_.poll(0);  // events nobody is left for would keep the handle readable
  drain();            // what that has woken
}

void CurrentThread::drain() {
  for (;;) {
    task::Task* task = pop_local();
    if (task == nullptr && deferred_ != nullptr) {
      task = deferred_;
      deferred_ = task->next;
      if (deferred_ == nullptr) deferred_end_ = &deferred_;
    }
    if (task == nullptr) break;
    task::cancel_entry(*task);
  }
  injector_.drain();
}

Counters CurrentThread::counters() const {
  Counters sum;
  sum.tasks_ended = ended_elsewhere_.load(base::memory_order_relaxed);  // first, as in MultiThread
  sum.tasks_spawned = spawned_elsewhere_.load(base::memory_order_relaxed);
  sum.polls = polls_.read();
  sum.parks = parks_.read();
  sum.injector_depth = injector_.size();
  sum.timers = wheel_.armed();
  return sum;
}

}  // namespace rota::scheduler
