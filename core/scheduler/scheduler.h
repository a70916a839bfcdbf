// SPDX-License-Identifier: MIT
//
// Scheduler: what the rest of the engine knows of the two schedulers, multi_thread.h (workers) and current_thread.h
// (the host's own calls do the work).
//
// Thread safety: any thread, unless said otherwise.
#pragma once

#include <cstdint>

#include "core/base/status.h"
#include "core/io/driver.h"
#include "core/scheduler/current.h"
#include "core/task/header.h"
#include "core/task/owned_set.h"
#include "core/time/timers.h"

namespace rota::scheduler {

class ThreadHome;
struct Waiting;

struct Counters {
  uint64_t polls = 0;
  uint64_t steals = 0;
  uint64_t overflows = 0;
  uint64_t parks = 0;
  uint64_t unparks = 0;
  uint64_t injector_depth = 0;
  uint64_t timers = 0;
  uint64_t tasks_spawned = 0;
  uint64_t tasks_ended = 0;
  uint32_t workers = 0;  // threads
  uint32_t workers_parked = 0;
};

// Work of the engine that is not a task: jobs of a blocking pool without threads.
struct SideWork {
  bool (*any)(void* user);
  // Does at most `most` items; how many it did.
  uint32_t (*run)(void* user, uint32_t most);
  void* user;
};

class Scheduler : public task::Home, public time::Timers {
 public:
  // Owner of nothing, home of tasks that shutdown must not cancel: they are submitted when what they wait for is
  // complete.
  class Unowned final : public task::Home {
   public:
    Unowned(platform::Arena& arena, Scheduler& scheduler) : Home(arena, nullptr), scheduler_(scheduler) {}
    void submit(task::Task& task) override { scheduler_.submit(task); }

   private:
    Scheduler& scheduler_;
  };

  explicit Scheduler(platform::Arena& arena) : Home(arena, &owned_set_), unowned_(arena, *this) {}
  virtual ~Scheduler() = default;

  // Runs the task of `home` on this thread until it is complete, or until the deadline has passed: then it is
  // cancelled. The caller has submitted it and keeps a reference. Precondition: this thread may wait.
  virtual void run_until_complete(ThreadHome& home, task::Task& task, uint64_t deadline_ns) = 0;

  // The same, and runs meanwhile what the wait allows (help.h); may also be called from inside a poll. Submits the
  // waiter.
  virtual void help(Waiting& waiting) = 0;

  // Takes over `count` tasks of one priority as submit does, and wakes as many sleepers.
  virtual void submit_batch(task::Task* const* tasks, uint32_t count) = 0;
  // How many threads run tasks now, beside those that wait; none when hosted.
  virtual uint32_t parallelism() const = 0;

  // Refuses and cancels work from now on; does not wait.
  virtual void close() = 0;
  virtual bool closed() const = 0;
  // After close: whether all threads have left, waiting until the deadline. Not on one of them.
  virtual bool wait_until_stopped(uint64_t deadline_ns) = 0;

  virtual Counters counters() const = 0;

  // A task of the host began or ended; on a worker this is no shared write.
  void count_spawned() {
    const Current* current = Current::get();
    if (current != nullptr && current->counts != nullptr && &current->scheduler == this) {
      current->counts->spawned.add();
    } else {
      spawned_elsewhere_.fetch_add(1, base::memory_order_relaxed);
    }
  }
  void count_ended() {
    const Current* current = Current::get();
    if (current != nullptr && current->counts != nullptr && &current->scheduler == this) {
      current->counts->ended.add();
    } else {
      ended_elsewhere_.fetch_add(1, base::memory_order_relaxed);
    }
  }

  io::Driver& io() { return io_; }
  const io::Driver& io() const { return io_; }
  Unowned& unowned() { return unowned_; }
  task::OwnedSet& owned_set() { return owned_set_; }

  // Whether the calling thread works for this scheduler and must not wait.
  static bool must_not_wait() {
    const Current* current = Current::get();
    return current != nullptr && !current->may_wait;
  }

 protected:
  io::Driver io_{arena()};
  base::Atomic<uint64_t> spawned_elsewhere_{0};
  base::Atomic<uint64_t> ended_elsewhere_{0};

 private:
  task::OwnedSet owned_set_;
  Unowned unowned_;
};

}  // namespace rota::scheduler
