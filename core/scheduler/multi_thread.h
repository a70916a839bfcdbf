// SPDX-License-Identifier: MIT
//
// MultiThread: the scheduler with worker threads. Owns the workers, the injectors, the idle word and the driver's role.
//
// Seats: a Worker is a seat. The first `workers` belong to threads of ours, for good; the others to guests, threads of
// the host, each while it is inside serve or help. `reach_` is one more than the highest seat ever taken: loops over
// seats end there, so that seats nobody takes cost nothing.
//
// Thread safety: any thread, unless said otherwise.
#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/platform/parker.h"
#include "core/scheduler/classes.h"
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
  static Result<MultiThread*> create(platform::Arena& arena, uint32_t workers, uint32_t guests,
                                     const WorkerHooks& hooks, const SideWork& side_work);
  void destroy();

  // Starts the threads, `stack_size` as in platform::Thread. On failure those that run are stopped again.
  Status start(size_t stack_size);

  // --- Home, Timers, Scheduler
  void submit(task::Task& task) override;
  void poke() override;
  bool arm(time::Entry& entry, uint64_t deadline_ns) override;
  bool disarm(time::Entry& entry) override;
  void run_until_complete(ThreadHome& home, task::Task& task, uint64_t deadline_ns) override;
  void help(Waiting& waiting) override;
  void submit_batch(task::Task* const* tasks, uint32_t count) override;
  uint32_t parallelism() const override { return attended_.load(base::memory_order_relaxed); }
  void close() override;
  bool closed() const override { return injector_.closed(); }
  bool wait_until_stopped(uint64_t deadline_ns) override;
  Counters counters() const override;

  // --- for guests

  // A seat for a guest, until it is given back. kAgain: all are taken; kNotSupported: there are none; kShutdown.
  Result<Worker*> take_seat();
  void leave_seat(Worker& worker);
  // Works on the guest's seat for a while, on this thread. kShutdown.
  Status serve(Worker& worker, GuestTurn& turn);
  // Guests do it, when they have nothing else to do.
  const SideWork& side_work() const { return side_work_; }
  // Side work came.
  void disturb() { wake_some(1); }

  // --- for the workers
  uint32_t workers() const { return reach_.load(base::memory_order_acquire); }
  Worker& worker(uint32_t index) { return workers_[index]; }
  Injector& injector() { return injector_; }
  Idle& idle() { return idle_; }
  DriverRole& role() { return role_; }
  bool stopping() const { return stopping_.load(base::memory_order_acquire); }
  // Whether any queue a worker could take from holds something of at least this priority.
  bool has_work(Priority floor = Priority::kLow);
  // High and low tasks have a queue each. Nobody looks there before something has been there.
  bool uses_classes() const { return uses_classes_.load(base::memory_order_relaxed); }
  Injector& of_class(Priority priority) { return priority == Priority::kHigh ? high_ : low_; }
  // Takes over a task that is not normal; wakes nobody.
  void push_class(task::Task& task);
  // Cancels what is in the shared queues, which are closed.
  void drain_shared();
  // When timers of workers other than `index` are so late that somebody else must fire them.
  uint64_t deadline_of_others(uint32_t index) const;
  // Wakes a worker if that is called for.
  void wake_one() {
    const uint32_t index = idle_.wake_one();
    if (index != Idle::kNobody) workers_[index].unpark();
  }
  // The same for several, whoever searches.
  void wake_some(uint32_t count);

 private:
  MultiThread(platform::Arena& arena, uint32_t count, uint32_t seats, Worker* workers, uint32_t* sleepers,
              const WorkerHooks& hooks, const SideWork& side_work);
  ~MultiThread() override = default;

  Status start_worker(uint32_t index, size_t stack_size);
  static void* thread_main(void* worker_start);
  void thread_left();
  // Counts a guest that comes in; false: too late.
  bool thread_came();
  template <class F>
  Status as_worker(Worker& worker, F f);

  const uint32_t count_;  // threads of ours
  const uint32_t seats_;
  Worker* const workers_;
  uint32_t* const sleepers_;
  const WorkerHooks hooks_;
  const SideWork side_work_;
  Injector injector_;
  Injector high_, low_;
  Idle idle_;
  DriverRole role_;

  // Read by every worker at every turn, hardly ever written: a line of their own.
  alignas(base::kCacheLine) base::Atomic<bool> stopping_{false};  // release in close, acquire in stopping(): the queues
                                                                  // are closed before
  base::Atomic<uint32_t> reach_;                                  // only grows; release: the seat is ready before
  base::Atomic<uint32_t> attended_;                               // seats where somebody works now
  base::Atomic<bool> uses_classes_{false};  // set before the first push; a sleeper looks at the queues themselves
  alignas(base::kCacheLine) base::Atomic<uint32_t> next_wheel_{0};

  base::Mutex seats_mutex_;

  // Threads that run. Under the mutex so that who waits for zero cannot miss it.
  mutable base::Mutex threads_mutex_;
  uint32_t threads_ ABSL_GUARDED_BY(threads_mutex_) = 0;  // guests too, while they work
  bool ending_ ABSL_GUARDED_BY(threads_mutex_) = false;   // somebody is the last one
  bool stopped_ ABSL_GUARDED_BY(threads_mutex_) = false;  // threads_ is zero for good
  struct StopWaiter {
    platform::Parker parker;
    StopWaiter* next;
  };
  StopWaiter* stop_waiters_ ABSL_GUARDED_BY(threads_mutex_) = nullptr;
};

}  // namespace rota::scheduler
