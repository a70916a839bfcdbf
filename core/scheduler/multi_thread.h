// SPDX-License-Identifier: MIT
//
// MultiThread: the scheduler with worker threads. Owns the workers, the injector, the idle word and the driver's role.
//
// Thread safety: any thread, unless said otherwise.
#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/platform/parker.h"
#include "core/scheduler/idle.h"
#include "core/scheduler/injector.h"
#include "core/scheduler/park.h"
#include "core/scheduler/scheduler.h"
#include "core/scheduler/worker.h"

namespace rota::scheduler {

// What a worker thread does first and last; both on that thread.
struct WorkerHooks {
  void (*start)(void* user, uint32_t index);
  void (*stop)(void* user, uint32_t index);
  void* user;
};

class MultiThread final : public Scheduler {
 public:
  // Memory of the object and of its workers comes from `arena.memory()`. The threads do not run yet.
  static Result<MultiThread*> create(platform::Arena& arena, uint32_t workers, const WorkerHooks& hooks);
  void destroy();

  // Starts the threads, `stack_size` as in platform::Thread. On failure those that run are stopped again.
  Status start(size_t stack_size);

  // --- Home, Timers, Scheduler
  void submit(task::Task& task) override;
  bool arm(time::Entry& entry, uint64_t deadline_ns) override;
  bool disarm(time::Entry& entry) override;
  void run_until_complete(ThreadHome& home, task::Task& task, uint64_t deadline_ns) override;
  void close() override;
  bool closed() const override { return injector_.closed(); }
  bool wait_until_stopped(uint64_t deadline_ns) override;
  Counters counters() const override;

  // --- for the workers
  uint32_t workers() const { return count_; }
  Worker& worker(uint32_t index) { return workers_[index]; }
  Injector& injector() { return injector_; }
  Idle& idle() { return idle_; }
  DriverRole& role() { return role_; }
  bool stopping() const { return stopping_.load(base::memory_order_acquire); }
  // Whether any queue a worker could take from holds something.
  bool has_work();
  // When timers of workers other than `index` are so late that somebody else must fire them.
  uint64_t deadline_of_others(uint32_t index) const;
  // Wakes a worker if that is called for.
  void wake_one() {
    const uint32_t index = idle_.wake_one();
    if (index != Idle::kNobody) workers_[index].unpark();
  }

 private:
  MultiThread(platform::Arena& arena, uint32_t count, Worker* workers, uint32_t* sleepers, const WorkerHooks& hooks);
  ~MultiThread() override = default;

  Status start_worker(uint32_t index, size_t stack_size);
  static void* thread_main(void* worker_start);
  void thread_left();

  const uint32_t count_;
  Worker* const workers_;
  uint32_t* const sleepers_;
  const WorkerHooks hooks_;
  Injector injector_;
  Idle idle_;
  DriverRole role_;

  base::Atomic<bool> stopping_{false};  // release in close, acquire in stopping(): the queues are closed before
  base::Atomic<uint32_t> next_wheel_{0};

  // Threads that run. Under the mutex so that who waits for zero cannot miss it.
  mutable base::Mutex threads_mutex_;
  uint32_t threads_ ABSL_GUARDED_BY(threads_mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(threads_mutex_) = false;  // threads_ is zero for good
  struct StopWaiter {
    platform::Parker parker;
    StopWaiter* next;
  };
  StopWaiter* stop_waiters_ ABSL_GUARDED_BY(threads_mutex_) = nullptr;
};

}  // namespace rota::scheduler
