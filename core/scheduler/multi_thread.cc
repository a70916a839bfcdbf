// SPDX-License-Identifier: MIT
#include "core/scheduler/multi_thread.h"

#include <new>

#include "core/scheduler/thread_home.h"
#include "core/time/entry.h"

namespace rota::scheduler {
namespace {

constexpr size_t kClassCapacity = 64;
constexpr uint32_t kMostWoken = 64;

}  // namespace

Result<MultiThread*> MultiThread::create(platform::Arena& arena, uint32_t workers, uint32_t guests,
                                         const WorkerHooks& hooks, const SideWork& side_work) {
  const platform::Memory& memory = arena.memory();
  const uint32_t seats = workers + guests;
  void* self = memory.allocate(sizeof(MultiThread), alignof(MultiThread));
  void* worker_block = memory.allocate(sizeof(Worker) * seats, alignof(Worker));
  void* sleepers = memory.allocate(sizeof(uint32_t) * seats);
  if (self == nullptr || worker_block == nullptr || sleepers == nullptr) {
    memory.free(self, sizeof(MultiThread), alignof(MultiThread));
    memory.free(worker_block, sizeof(Worker) * seats, alignof(Worker));
    memory.free(sleepers, sizeof(uint32_t) * seats);
    return Status::kNoMemory;
  }
  auto* pool = new (self) MultiThread(arena, workers, seats, static_cast<Worker*>(worker_block),
                                      static_cast<uint32_t*>(sleepers), hooks, side_work);
  for (uint32_t i = 0; i < seats; ++i) new (&pool->workers_[i]) Worker(*pool, i, i >= workers);
  if (const Status status = pool->io_.open(); !ok(status)) {
    pool->destroy();
    return status;
  }
  return pool;
}

MultiThread::MultiThread(platform::Arena& arena, uint32_t count, uint32_t seats, Worker* workers, uint32_t* sleepers,
                         const WorkerHooks& hooks, const SideWork& side_work)
    : Scheduler(arena),
      count_(count),
      seats_(seats),
      workers_(workers),
      sleepers_(sleepers),
      hooks_(hooks),
      side_work_(side_work),
      injector_(arena.memory()),
      high_(arena.memory(), kClassCapacity),
      low_(arena.memory(), kClassCapacity),
      idle_(seats, sleepers),
      role_{{}, io_},
      reach_(count == 0 ? 1 : count),
      attended_(count) {}

void MultiThread::destroy() {
  const platform::Memory memory = arena().memory();
  const uint32_t count = seats_;
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
    if (--threads_ != 0 || !stopping() || ending_) return;
    ending_ = true;
  }
  // The last one: nobody will look at timers and descriptors any more.
  for (uint32_t i = 0; i < seats_; ++i) workers_[i].wheel().close();
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
  if (task.priority != Priority::kNormal) {
    push_class(task);
    wake_one();
    return;
  }
  injector_.push(task);
  if (injector_.closed()) {
    injector_.drain();
    return;
  }
  wake_one();
}

// As a push: touch pairs with the sleeper's has_work, after which it looks for the task.
void MultiThread::poke() {
  injector_.touch();
  wake_one();
}

void MultiThread::push_class(task::Task& task) {
  uses_classes_.store(true, base::memory_order_relaxed);
  Injector& injector = of_class(task.priority);
  injector.push(task);
  if (injector.closed()) injector.drain();
}

void MultiThread::submit_batch(task::Task* const* tasks, uint32_t count) {
  if (count == 0) return;
  const Current* current = Current::get();
  Injector* injector = &injector_;
  if (tasks[0]->priority != Priority::kNormal) {
    uses_classes_.store(true, base::memory_order_relaxed);
    injector = &of_class(tasks[0]->priority);
    injector->push_batch(tasks, count);
  } else if (current != nullptr && current->worker != nullptr && &current->scheduler == this) {
    current->worker->push_batch(tasks, count);
  } else {
    injector->push_batch(tasks, count);
  }
  if (injector->closed()) {
    injector->drain();
    return;
  }
  wake_some(count);
}

void MultiThread::wake_some(uint32_t count) {
  uint32_t woken[kMostWoken];
  const uint32_t some = idle_.wake_some(count < kMostWoken ? count : kMostWoken, woken);
  for (uint32_t i = 0; i < some; ++i) workers_[woken[i]].unpark();
}

bool MultiThread::has_work(Priority floor) {
  if (!high_.empty()) return true;
  if (floor == Priority::kHigh) return false;
  if (!injector_.empty() || (floor == Priority::kLow && !low_.empty())) return true;
  if (count_ == 0 && side_work_.any(side_work_.user)) return true;
  const uint32_t reach = workers();
  for (uint32_t i = 0; i < reach; ++i) {
    if (!workers_[i].queue().empty()) return true;
  }
  return false;
}

void MultiThread::drain_shared() {
  injector_.drain();
  high_.drain();
  low_.drain();
}

uint64_t MultiThread::deadline_of_others(uint32_t index) const {
  constexpr uint64_t kLateNs = 4'000'000;
  uint64_t earliest = platform::kForever;
  const uint32_t reach = workers();
  for (uint32_t i = 0; i < reach; ++i) {
    if (i == index) continue;
    // Where nobody works, timers are everybody's at once.
    const uint64_t next = workers_[i].wheel().next_deadline();
    const uint64_t late = workers_[i].attended() ? platform::deadline_after(next, kLateNs) : next;
    if (late < earliest) earliest = late;
  }
  return earliest;
}

bool MultiThread::arm(time::Entry& entry, uint64_t deadline_ns) {
  const Current* current = Current::get();
  if (current != nullptr && current->worker != nullptr && &current->scheduler == this) {
    bool earliest = false;
    return current->worker->wheel().insert(entry, deadline_ns, earliest);
  }
  // Without threads of ours: the first guest's wheel.
  Worker& worker = workers_[count_ == 0 ? 0 : next_wheel_.fetch_add(1, base::memory_order_relaxed) % count_];
  bool earliest = false;
  if (!worker.wheel().insert(entry, deadline_ns, earliest)) return false;
  // It may sleep past the new deadline. When it is awake this costs it one sleep that ends at once.
  if (earliest) worker.unpark();
  // Nobody there: somebody else must look again.
  if (earliest && !worker.attended()) wake_some(1);
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
  {
    // Counted meanwhile: without threads of ours and guests inside, this call is the last one.
    base::MutexLock lock(threads_mutex_);
    ++threads_;
  }
  injector_.close();
  high_.close();
  low_.close();
  owned_set().close_and_cancel_all();
  drain_shared();
  stopping_.store(true, base::memory_order_release);
  for (uint32_t i = 0; i < seats_; ++i) workers_[i].unpark();
  thread_left();
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
  for (uint32_t i = 0; i < seats_; ++i) sum.tasks_ended += workers_[i].counts().ended.read();
  for (uint32_t i = 0; i < seats_; ++i) {
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
  sum.injector_depth = injector_.size() + high_.size() + low_.size();
  base::MutexLock lock(threads_mutex_);
  sum.workers = threads_;
  sum.workers_parked = threads_ == 0 ? 0 : idle_.asleep();
  return sum;
}

}  // namespace rota::scheduler
