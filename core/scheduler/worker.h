// SPDX-License-Identifier: MIT
//
// Worker: one thread of the multi-thread scheduler and what belongs to it: its ring, its LIFO slot, its timers.
//
// A turn, in this order:
//   every 61st: look at the driver without waiting, fire timers (others' too, when those are late), tune the injector's
//   share every Nth:  the injector first (N is tuned so that it waits no longer than kInjectorTarget) LIFO slot (at
//   most 3 in a row), ring, a fair share of the injector tasks that yielded, behind a look at the driver search: steal
//   from another worker, starting at a random one; the injector again sleep
//
// Thread safety: run() on the worker's thread. submit_local, owner's calls on it too. What other threads touch says so.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/random.h"
#include "core/platform/thread.h"
#include "core/scheduler/current.h"
#include "core/scheduler/injector.h"
#include "core/scheduler/park.h"
#include "core/scheduler/run_queue.h"
#include "core/task/context.h"
#include "core/task/run.h"
#include "core/time/wheel.h"

namespace rota::scheduler {

class MultiThread;

class alignas(base::kCacheLine) Worker {
 public:
  Worker(MultiThread& pool, uint32_t index);

  void run();

  // Owner: a task became ready.
  void submit_local(task::Task& task);

  // Any thread.
  void unpark();
  RunQueue& queue() { return queue_; }
  time::Wheel& wheel() { return wheel_; }

  struct Stats {
    base::OwnedCounter polls, overflows, parks;
    base::Atomic<uint64_t> unparks{0};  // by other threads
    uint64_t steals = 0;                // owner
    base::OwnedCounter steals_seen;     // the same, for others
  };
  const Stats& stats() const { return stats_; }
  TaskCounts& counts() { return counts_; }

  platform::Thread thread;  // the pool's

 private:
  static constexpr uint32_t kMaintenanceInterval = 61;
  static constexpr uint32_t kMostLifoPolls = 3;
  static constexpr size_t kFew = 4;
  static constexpr uint64_t kInjectorTargetNs = 200'000;

  task::Task* next_task();
  task::Task* take_lifo();
  task::Task* from_injector(uint32_t most);
  task::Task* share_of_injector();
  void gather();
  task::Task* search();
  task::Task* look_everywhere();
  void run_task(task::Task* task);
  void after_poll(task::Task& task, task::After after);
  void push(task::Task& task);
  void maintain();
  void tune_injector_interval();
  void poll_driver();
  void fire_timers();
  void fire_late_timers();
  void release_deferred();
  void sleep();
  void drain();

  MultiThread& pool_;
  const uint32_t index_;
  base::Random random_;
  task::Context context_;

  // Owner only.
  uint32_t tick_ = 0;
  uint32_t injector_interval_ = kMaintenanceInterval;
  uint64_t maintained_at_ns_ = 0;
  double poll_ns_ = 0;  // moving average
  bool searching_ = false;
  // Tasks come out of the injector a few at a time, again and again: see gather().
  bool gathers_ = false;
  uint32_t few_in_a_row_ = 0;
  bool quiet_ = false;  // do not wake others for what is pushed now: it is done once, afterwards
  task::Task* lifo_ = nullptr;
  task::Task* deferred_ = nullptr;  // yielded, in order
  task::Task** deferred_end_ = &deferred_;

  Injector::Port injector_;
  Park park_;
  RunQueue queue_;
  time::Wheel wheel_;
  Stats stats_;
  TaskCounts counts_;
};

}  // namespace rota::scheduler
