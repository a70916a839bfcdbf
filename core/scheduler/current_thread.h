// SPDX-License-Identifier: MIT
//
// CurrentThread: the scheduler without threads. Tasks run while a thread of the host is inside one of its calls
// (block_on, wait, running a queue); one at a time drives, and what it submits meanwhile costs no atomic operation.
//
// Between calls, `signals()` is readable whenever turn() has something to do: a task from another thread, a descriptor,
// a timer.
//
// Thread safety: any thread, unless said otherwise.
#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/platform/doorbell.h"
#include "core/platform/parker.h"
#include "core/platform/signal.h"
#include "core/scheduler/injector.h"
#include "core/scheduler/scheduler.h"
#include "core/task/context.h"
#include "core/task/run.h"
#include "core/time/wheel.h"

namespace rota::scheduler {

// Work of the engine that is not a task: jobs of a blocking pool without threads.
struct SideWork {
  bool (*any)(void* user);
  // Does at most `most` items; how many it did.
  uint32_t (*run)(void* user, uint32_t most);
  void* user;
};

class CurrentThread final : public Scheduler {
 public:
  static Result<CurrentThread*> create(platform::Arena& arena, const SideWork& side_work);
  void destroy();

  // --- Home, Timers, Scheduler
  void submit(task::Task& task) override;
  bool arm(time::Entry& entry, uint64_t deadline_ns) override;
  bool disarm(time::Entry& entry) override;
  void run_until_complete(ThreadHome& home, task::Task& task, uint64_t deadline_ns) override;
  void close() override;
  bool closed() const override { return injector_.closed(); }
  bool wait_until_stopped(uint64_t deadline_ns) override;
  Counters counters() const override;

  // --- for the host's queues

  // The right to drive, while it lives. Check `mine()`: somebody else may have it.
  class Drive {
   public:
    explicit Drive(CurrentThread& scheduler);
    ~Drive();
    Drive(const Drive&) = delete;
    Drive& operator=(const Drive&) = delete;
    bool mine() const { return mine_; }

   private:
    CurrentThread& scheduler_;
    const bool mine_;
  };

  // Driver: looks at descriptors and timers, then runs up to `most` items, until the deadline. How many it ran.
  uint32_t turn(uint32_t most, uint64_t deadline_ns);
  // Driver: whether a turn would find something at once.
  bool has_work() const;

  // From now on the set returned is readable when there is something to do.
  platform::SignalSet& watch_signals();
  // Something outside of this scheduler needs a turn: jobs, a queue.
  void disturb();

 private:
  CurrentThread(platform::Arena& arena, const SideWork& side_work)
      : Scheduler(arena), side_work_(side_work), injector_(arena.memory()), wheel_(platform::now_ns()) {}
  ~CurrentThread() override = default;

  struct Waiter {
    platform::Parker* parker;
    Waiter* next;
  };

  Status open();
  bool begin_drive();
  bool driving_here() const;
  void arm_signals();
  void arm_alarm();
  void push_local(task::Task& task);
  task::Task* pop_local();
  void run_one(task::Task& task);
  void sleep(ThreadHome& home, uint64_t deadline_ns);
  // Waits on the parker until nobody drives, or something else unparks it. False: the deadline has passed.
  bool wait_for_drive(platform::Parker& parker, uint64_t deadline_ns);
  void leave_drive();
  void end_everything();
  void drain();

  const SideWork side_work_;
  Injector injector_;
  time::Wheel wheel_;
  platform::Doorbell bell_;
  platform::SignalSet set_;

  // Driver only.
  task::Context context_{0};
  task::Task* first_ = nullptr;  // ready, in order
  task::Task** end_ = &first_;
  task::Task* deferred_ = nullptr;  // yielded, in order
  task::Task** deferred_end_ = &deferred_;
  bool job_first_ = false;
  base::OwnedCounter polls_, parks_;

  // Who drives: an address that only that thread has; nullptr: nobody. acquire on taking and release on leaving hand
  // the driver's fields over; seq_cst, because leaving is followed by a look at closed(), and close by a look at this.
  base::Atomic<const void*> driver_{nullptr};
  // Set by the driver before it sleeps in the kernel, read by whoever brings work. seq_cst on both sides, with the
  // injector's size (or the work itself): either the sleeper sees the work, or the bringer sees the sleeper.
  base::Atomic<bool> sleeping_{false};
  // A host polls; set once. seq_cst, as the counts that are looked at afterwards: whoever does not see it has brought
  // its work before the first look.
  base::Atomic<bool> watched_{false};

  // Who sets the alarm looks at the wheel under the lock: the last one has seen every timer armed before it.
  base::Mutex alarm_mutex_;
  platform::Alarm alarm_ ABSL_GUARDED_BY(alarm_mutex_);

  base::Mutex waiters_mutex_;
  Waiter* waiters_ ABSL_GUARDED_BY(waiters_mutex_) = nullptr;
};

}  // namespace rota::scheduler
