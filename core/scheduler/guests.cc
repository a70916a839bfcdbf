// SPDX-License-Identifier: MIT
//
// MultiThread's seats, and who comes in from outside.
#include "core/platform/clock.h"
#include "core/scheduler/help.h"
#include "core/scheduler/multi_thread.h"
#include "core/scheduler/thread_home.h"

namespace rota::scheduler {

Result<Worker*> MultiThread::take_seat() {
  if (seats_ == count_) return Status::kNotSupported;
  if (closed()) return Status::kShutdown;
  base::MutexLock lock(seats_mutex_);
  for (uint32_t i = count_; i < seats_; ++i) {
    Worker& worker = workers_[i];
    if (worker.taken) continue;
    worker.taken = true;
    worker.forget_interrupt();
    if (reach_.load(base::memory_order_relaxed) <= i) reach_.store(i + 1, base::memory_order_release);
    return &worker;
  }
  return Status::kAgain;
}

void MultiThread::leave_seat(Worker& worker) {
  base::MutexLock lock(seats_mutex_);
  worker.taken = false;
}

bool MultiThread::thread_came() {
  base::MutexLock lock(threads_mutex_);
  if (stopping()) return false;
  ++threads_;
  return true;
}

// Runs f() as the worker whose seat it is. kShutdown: it did not.
template <class F>
Status MultiThread::as_worker(Worker& worker, F f) {
  if (!thread_came()) return Status::kShutdown;
  arena().reserve_thread();
  const platform::Arena::Thread inside(arena());
  {
    const Current current(*this, &worker, false, &worker.counts());
    worker.attend(true);
    attended_.fetch_add(1, base::memory_order_relaxed);
    f();
    attended_.fetch_sub(1, base::memory_order_relaxed);
    worker.attend(false);
  }
  // Timers it leaves here, and the driver that it may have slept in, need somebody: one sleeper looks again.
  if (!stopping() && (worker.wheel().next_deadline() != platform::kForever || io_.registrations() != 0 || has_work())) {
    wake_some(1);
  }
  thread_left();
  return Status::kOk;
}

Status MultiThread::serve(Worker& worker, GuestTurn& turn) {
  return as_worker(worker, [&] { worker.run_guest(turn); });
}

void MultiThread::help(Waiting& waiting) {
  const Current* current = Current::get();
  if (current != nullptr && current->worker != nullptr && &current->scheduler == this) {
    current->worker->help(waiting);
    return;
  }
  Result<Worker*> seat = take_seat();
  if (seat.ok()) {
    Worker& worker = *seat.value();
    const Status status = as_worker(worker, [&] {
      worker.help(waiting);
      worker.give_away();
    });
    leave_seat(worker);
    if (ok(status)) return;
  }
  // No seat is free: the workers do it without us.
  waiting.begin(nullptr, nullptr);
  run_until_complete(waiting.home, waiting.waiter, waiting.deadline_ns);
}

}  // namespace rota::scheduler
