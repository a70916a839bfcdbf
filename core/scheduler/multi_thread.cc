// SPDX-License-Identifier: MIT
#include "core/scheduler/multi_thread.h"

#include <new>

#include "core/scheduler/thread_home.h"
#include "core/time/entry.h"

namespace rota::scheduler {

Result<MultiThread*> MultiThread::create(platform::Arena& arena, uint32_t workers, const WorkerHooks& hooks) {
  const platform::Memory& memory = arena.memory();
  void* self = memory.allocate(sizeof(MultiThread), alignof(MultiThread));
  void* worker_block = memory.allocate(sizeof(Worker) * workers, alignof(Worker));
  void* sleepers = memory.allocate(sizeof(uint32_t) * workers);
  if (self == nullptr || worker_block == nullptr || sleepers == nullptr) {
    memory.free(self, sizeof(MultiThread), alignof(MultiThread));
    memory.free(worker_block, sizeof(Worker) * workers, alignof(Worker));
    memory.free(sleepers, sizeof(uint32_t) * workers);
    return Status::kNoMemory;
  }
  auto* pool = new (self)
      MultiThread(arena, workers, static_cast<Worker*>(worker_block), static_cast<uint32_t*>(sleepers), hooks);
  for (uint32_t i = 0; i < workers; ++i) new (&pool->workers_[i]) Worker(*pool, i);
  if (const Status status = pool->io_.open(); !ok(status)) {
    pool->destroy();
    return status;
  }
  return pool;
}

MultiThread::MultiThread(platform::Arena& arena, uint32_t count, Worker* workers, uint32_t* sleepers,
                         const WorkerHooks& hooks)
    : Scheduler(arena),
      count_(count),
      workers_(workers),
      sleepers_(sleepers),
      hooks_(hooks),
      injector_(arena.memory()),
      idle_(count, sleepers),
      role_{{}, io_} {}

void MultiThread::destroy() {
  const platform::Memory memory = arena().memory();
  const uint32_t count = count_;
  Worker* workers = workers_;
  uint32_t* sleepers = sleepers_;
  for (uint32_t i = 0; i < count; ++i) {
    workers[i].thread.join();
    workers[i].~Worker();
  }
  this->~MultiThread();
  memory.free(workers, sizeof(Worker) * count, alignof(Worker));
  memory.free(sleepers, sizeof(uint32_t) * count);
  memory.free(this, sizeof(MultiThread), alignof(MultiThread));
}

namespace {

struct WorkerStart {
  MultiThread* pool;
  uint32_t index;
};

}  // namespace

Status MultiThread::start(size_t stack_size) {
  for (uint32_t i = 0; i < count_; ++i) {
    {
      base::MutexLock lock(threads_mutex_);
      ++threads_;
    }
    const Status status = start_worker(i, stack_size);
    if (ok(status)) continue;
    thread_left();
    close();
    (void)wait_until_stopped(platform::kForever);
    return status;
  }
  return Status::kOk;
}

Status MultiThread::start_worker(uint32_t index, size_t stack_size) {
  auto* start = arena().make<WorkerStart>(WorkerStart{this, index});
  if (start == nullptr) return Status::kNoMemory;
  arena().reserve_thread();
  const Status status = workers_[index].thread.start(thread_main, start, stack_size);
  if (!ok(status)) {
    arena().unreserve_thread();
    arena().destroy(start);
  }
  return status;
}

void* MultiThread::thread_main(void* raw) {
  auto* start = static_cast<WorkerStart*>(raw);
  MultiThread& pool = *start->pool;
  const uint32_t index = start->index;
  platform::Arena::Thread inside(pool.arena());
  pool.arena().destroy(start);
  pool.hooks_.start(pool.hooks_.user, index);
  {
    Worker& worker = pool.workers_[index];
    Current current(pool, &worker, false, &worker.counts());
    worker.run();
  }
  pool.hooks_.stop(pool.hooks_.user, index);
  pool.thread_left();
  return nullptr;
}

void MultiThread::thread_left() {
  {
    base::MutexLock lock(threads_mutex_);
    if (--threads_ != 0) return;
  }
  // The last one: nobody will look at timers and descriptors any more.
  for (uint32_t i = 0; i < count_; ++i) workers_[i].wheel().close();
  io_.shut_down();
  base::MutexLock lock(threads_mutex_);
  stopped_ = true;
  for (StopWaiter* waiter = stop_waiters_; waiter != nullptr; waiter = waiter->next) waiter->parker.unpark();
}

void MultiThread::submit(task::Task& task) {
  const Current* current = Current::get();
  if (current != nullptr && current->worker != nullptr && &current->scheduler == this) {
    current->worker->submit_local(task);
    return;
  }
  injector_.push(task);
  if (injector_.closed()) {
    injector_.drain();
    return;
  }
  wake_one();
}

bool MultiThread::has_work() {
  if (!injector_.empty()) return true;
  for (uint32_t i = 0; i < count_; ++i) {
    if (!workers_[i].queue().empty()) return true;
  }
  return false;
}

uint64_t MultiThread::deadline_of_others(uint32_t index) const {
  constexpr uint64_t kLateNs = 4'000'000;
  uint64_t earliest = platform::kForever;
  for (uint32_t i = 0; i < count_; ++i) {
    const uint64_t next = workers_[i].wheel().next_deadline();
    if (i != index && next < earliest) earliest = next;
  }
  return platform::deadline_after(earliest, kLateNs);
}

bool MultiThread::arm(time::Entry& entry, uint64_t deadline_ns) {
  const Current* current = Current::get();
  if (current != nullptr && current->worker != nullptr && &current->scheduler == this) {
    bool earliest = false;
    return current->worker->wheel().insert(entry, deadline_ns, earliest);
  }
  Worker& worker = workers_[next_wheel_.fetch_add(1, base::memory_order_relaxed) % count_];
  bool earliest = false;
  if (!worker.wheel().insert(entry, deadline_ns, earliest)) return false;
  // It may sleep past the new deadline. When it is awake this costs it one sleep that ends at once.
  if (earliest) worker.unpark();
  return true;
}

bool MultiThread::disarm(time::Entry& entry) { return time::Wheel::remove(entry); }

void MultiThread::run_until_complete(ThreadHome& home, task::Task& task, uint64_t deadline_ns) {
  Current current(*this, nullptr, false);
  bool cancelled = false;
  while (!task.state.complete()) {
    if (home.run_ready()) continue;
    if (!cancelled && deadline_ns != platform::kForever && platform::now_ns() >= deadline_ns) {
      cancelled = true;
      (void)task::cancel(task);
      continue;
    }
    home.park(cancelled ? platform::kForever : deadline_ns);
  }
}

void MultiThread::close() {
  injector_.close();
  owned_set().close_and_cancel_all();
  injector_.drain();
  stopping_.store(true, base::memory_order_release);
  for (uint32_t i = 0; i < count_; ++i) workers_[i].unpark();
}

bool MultiThread::wait_until_stopped(uint64_t deadline_ns) {
  StopWaiter waiter{};
  {
    base::MutexLock lock(threads_mutex_);
    waiter.next = stop_waiters_;
    stop_waiters_ = &waiter;
  }
  for (bool woken = true;;) {
    {
      base::MutexLock lock(threads_mutex_);
      const bool stopped = stopped_;
      if (stopped || !woken) {
        StopWaiter** link = &stop_waiters_;
        while (*link != &waiter) link = &(*link)->next;
        *link = waiter.next;
        return stopped;
      }
    }
    woken = waiter.parker.park(deadline_ns);
  }
}

Counters MultiThread::counters() const {
  Counters sum;
  // Those that ended first: more can have begun since, never fewer.
  sum.tasks_ended = ended_elsewhere_.load(base::memory_order_relaxed);
  for (uint32_t i = 0; i < count_; ++i) sum.tasks_ended += workers_[i].counts().ended.read();
  for (uint32_t i = 0; i < count_; ++i) {
    const Worker::Stats& stats = workers_[i].stats();
    sum.polls += stats.polls.read();
    sum.steals += stats.steals_seen.read();
    sum.overflows += stats.overflows.read();
    sum.parks += stats.parks.read();
    sum.unparks += stats.unparks.load(base::memory_order_relaxed);
    sum.timers += workers_[i].wheel().armed();
    sum.tasks_spawned += workers_[i].counts().spawned.read();
  }
  sum.tasks_spawned += spawned_elsewhere_.load(base::memory_order_relaxed);
  sum.injector_depth = injector_.size();
  base::MutexLock lock(threads_mutex_);
  sum.workers = threads_;
  sum.workers_parked = threads_ == 0 ? 0 : idle_.asleep();
  return sum;
}

}  // namespace rota::scheduler
