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
// Once somebody has used another priority than normal, the queues of those come before and after the second line, in
// the order of classes.h.
//
// A worker may be a guest's seat (multi_thread.h): then run_guest() is its loop, and nobody is there between two calls.
//
// Thread safety: run() on the worker's thread. submit_local, owner's calls on it too. What other threads touch says so.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/random.h"
#include "core/platform/thread.h"
#include "core/scheduler/classes.h"
#include "core/scheduler/current.h"
#include "core/scheduler/injector.h"
#include "core/scheduler/park.h"
#include "core/scheduler/run_queue.h"
#include "core/task/context.h"
#include "core/task/run.h"
#include "core/time/wheel.h"

namespace rota::scheduler {

class Finder;
class MultiThread;
struct Waiting;

// What a guest's call may do, and did.
struct GuestTurn {
  uint32_t most;      // polls
  uint64_t until_ns;  // kForever: no limit
  bool sleeps;        // waits for work until then, or until it is interrupted; else it returns when there is none
  uint32_t ran = 0;
  bool more = false;  // work was left
};

class alignas(base::kCacheLine) Worker {
 public:
  Worker(MultiThread& pool, uint32_t index, bool guest);

  void run();
  // The same for a guest: until one of its limits is reached. Leaves nothing here that others could not take.
  void run_guest(GuestTurn& turn);
  // Inside a poll, or on a guest's seat: runs what the wait allows, until it is over.
  void help(Waiting& waiting);
  // Puts where others find it what only this thread could run: what it is about to do may take long. Owner.
  void expose();
  // Gives what waits here to the others, or ends it when there will be none. Owner.
  void give_away();

  // Owner: a task became ready.
  void submit_local(task::Task& task);
  // Owner: several did, all of normal priority. Wakes nobody.
  void push_batch(task::Task* const* tasks, uint32_t count);

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

  // Whether somebody works here. A hint, but for whoever clears it: it wakes somebody who sees that.
  bool attended() const { return attended_.load(base::memory_order_seq_cst); }
  void attend(bool here) { attended_.store(here, base::memory_order_seq_cst); }
  // Ends the guest's call that is under way, or the next one. Any thread.
  void interrupt();
  // A new guest: what the last one was told is over.
  void forget_interrupt() { interrupted_.store(false, base::memory_order_relaxed); }

  platform::Thread thread;  // the pool's
  bool taken = false;       // the pool's: by a guest

 private:
  static constexpr uint32_t kMaintenanceInterval = 61;
  static constexpr uint32_t kMostLifoPolls = 3;
  static constexpr size_t kFew = 4;
  static constexpr uint64_t kInjectorTargetNs = 200'000;

  task::Task* next_task();
  task::Task* next_normal();
  task::Task* next_of(Priority priority);
  task::Task* next_for(const Finder& finder);
  bool help_once(Finder& finder, task::Context& context);
  void sleep_helping(Waiting& waiting, task::Context& context);
  void stop_searching();
  task::Task* take_lifo();
  task::Task* from_injector(uint32_t most);
  task::Task* share_of_injector();
  void gather();
  task::Task* search();
  task::Task* look_everywhere();
  task::Task* look_for_normal();
  void run_task(task::Task* task);
  void after_poll(task::Task& task, task::After after);
  void push(task::Task& task);
  void maintain();
  void tune_injector_interval();
  void poll_driver();
  void fire_timers();
  void fire_late_timers();
  void release_deferred();
  void sleep(uint64_t until_ns = platform::kForever);
  void drain();

  MultiThread& pool_;
  const uint32_t index_;
  base::Random random_;
  task::Context context_;

  // Owner only.
  uint32_t tick_ = 0;
  uint32_t class_turn_ = 0;
  uint32_t most_lifo_polls_ = kMostLifoPolls;
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

  base::Atomic<bool> attended_;
  base::Atomic<bool> interrupted_{false};  // release/acquire

  Injector::Port injector_;
  Park park_;
  RunQueue queue_;
  time::Wheel wheel_;
  Stats stats_;
  TaskCounts counts_;
};

}  // namespace rota::scheduler
