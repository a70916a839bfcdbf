// SPDX-License-Identifier: MIT
#include "core/blocking/pool.h"

#include <new>

#include "core/platform/clock.h"
#include "core/platform/spin.h"
#include "core/task/run.h"

namespace rota::blocking {
namespace {

Status start_for_real(platform::Thread& thread, platform::Thread::Main main, void* arg, size_t stack_size) {
  return thread.start(main, arg, stack_size);
}

PoolOptions complete(PoolOptions options) {
  if (options.start == nullptr) options.start = start_for_real;
  return options;
}

template <class Queue>
Queue make_queue(const platform::Memory& memory) {
  platform::QueueMemoryScope scope(memory);
  return Queue(64);
}

}  // namespace

Pool::Pool(platform::Arena& arena, const PoolOptions& options)
    : arena_(arena), options_(complete(options)), queue_(make_queue<Queue>(arena.memory())) {}

// All threads have left: the arena, which outlives this, counts them.
Pool::~Pool() {
  base::MutexLock lock(mutex_);
  join(left_);
}

// --- handing over

bool Pool::full() const {
  return idle_.load(base::memory_order_relaxed) == 0 &&
         threads_.load(base::memory_order_seq_cst) >= options_.max_threads;
}

Status Pool::submit(task::Header& item) {
  if (closed()) return Status::kShutdown;
  if (options_.max_threads == 0 && !options_.inline_jobs) return Status::kNotSupported;
  // The first thread comes before the job, so that a failure leaves nothing behind.
  if (options_.max_threads != 0 && threads_.load(base::memory_order_relaxed) == 0) {
    base::MutexLock lock(mutex_);
    if (threads_.load(base::memory_order_relaxed) == 0) {
      if (const Status status = start_thread(); !ok(status)) return status;
    }
  }
  const task::Header* nobody = nullptr;
  if (sampled_.load(base::memory_order_relaxed) == nullptr &&
      sampled_.compare_exchange_strong(nobody, &item, base::memory_order_acq_rel)) {
    sampled_at_ns_.store(platform::now_ns(), base::memory_order_relaxed);
  }
  {
    queued_.fetch_add(1, base::memory_order_seq_cst);
    platform::QueueMemoryScope scope(arena_.memory());
    if (!queue_.enqueue(&item)) {
      if (sampled_.load(base::memory_order_relaxed) == &item) sampled_.store(nullptr, base::memory_order_release);
      queued_.fetch_sub(1, base::memory_order_seq_cst);
      return Status::kNoMemory;
    }
  }
  if (closed()) {
    drain();
  } else if (options_.max_threads == 0) {
    options_.disturb(options_.user);
  } else if (lookers_.load(base::memory_order_seq_cst) == 0 && !full()) {
    add_lookers(1);
  }
  return Status::kOk;
}

task::Header* Pool::take() {
  if (queued_.load(base::memory_order_seq_cst) <= 0) return nullptr;
  task::Header* item = nullptr;
  {
    platform::QueueMemoryScope scope(arena_.memory());
    if (!queue_.try_dequeue(item)) return nullptr;
  }
  queued_.fetch_sub(1, base::memory_order_acq_rel);
  taken_.fetch_add(1, base::memory_order_relaxed);
  if (sampled_.load(base::memory_order_acquire) == item) {
    wait_ns_.fetch_add(platform::now_ns() - sampled_at_ns_.load(base::memory_order_relaxed),
                       base::memory_order_relaxed);
    sampled_.store(nullptr, base::memory_order_release);
  }
  return item;
}

uint32_t Pool::add_lookers(uint32_t count) {
  uint32_t added = 0;
  while (added < count) {
    base::MutexLock lock(mutex_);
    if (Seat* seat = idle_seats_) {
      idle_seats_ = seat->next;
      seat->idle = false;
      idle_.fetch_sub(1, base::memory_order_relaxed);
      lookers_.fetch_add(1, base::memory_order_seq_cst);
      seat->parker.unpark();
    } else if (!ok(start_thread())) {
      break;
    }
    ++added;
  }
  return added;
}

Status Pool::start_thread() {
  if (closed()) return Status::kShutdown;
  const uint32_t threads = threads_.load(base::memory_order_relaxed);
  if (threads >= options_.max_threads) return Status::kAgain;
  if (threads + leaving_ >= options_.max_threads) {
    // Those that have left are still the system's threads. They take no lock on their way out.
    join(left_);
    left_ = nullptr;
    leaving_ = 0;
  }
  void* block = arena_.memory().allocate(sizeof(Start));
  if (block == nullptr) return Status::kNoMemory;
  auto* start = new (block) Start{this, next_index_, {}, nullptr};
  threads_.fetch_add(1, base::memory_order_relaxed);
  lookers_.fetch_add(1, base::memory_order_seq_cst);
  arena_.reserve_thread();
  const Status status = options_.start(start->thread, thread_main, start, options_.stack_size);
  if (!ok(status)) {
    arena_.unreserve_thread();
    threads_.fetch_sub(1, base::memory_order_relaxed);
    lookers_.fetch_sub(1, base::memory_order_seq_cst);
    arena_.memory().free(start, sizeof(Start));
    return Status::kAgain;
  }
  ++next_index_;
  return Status::kOk;
}

// --- a thread's life

void* Pool::thread_main(void* raw) {
  auto* start = static_cast<Start*>(raw);
  Pool& pool = *start->pool;
  platform::Arena::Thread inside(pool.arena_);
  do {
    pool.options_.thread(pool.options_.user, start->index, [](void* arg) { static_cast<Pool*>(arg)->serve(); }, &pool);
  } while (!pool.leave(*start));
  return nullptr;
}

// Arrives as a looker.
void Pool::serve() {
  Seat seat;
  while (look(seat)) {
  }
}

// From LOOKING on until LOOKING again. False: the thread leaves, and is no looker any more.
bool Pool::look(Seat& seat) {
  if (queued_.load(base::memory_order_seq_cst) > 1 && lookers_.load(base::memory_order_relaxed) == 1) watch(seat);
  task::Header* item = take();
  if (item == nullptr) return sleep(seat);
  stop_looking();
  task::Context context(0);
  running_.fetch_add(1, base::memory_order_relaxed);
  while (item != nullptr) {
    (void)run_item(*item, context);
    item = take();
  }
  running_.fetch_sub(1, base::memory_order_relaxed);
  lookers_.fetch_add(1, base::memory_order_seq_cst);
  return true;
}

// Whoever looks last leaves another to look, when there is something to see.
void Pool::stop_looking() {
  if (lookers_.fetch_sub(1, base::memory_order_seq_cst) == 1 && queued_.load(base::memory_order_seq_cst) > 0 &&
      !full()) {
    add_lookers(1);
  }
}

void Pool::watch(Seat& seat) {
  if (running_.load(base::memory_order_relaxed) == 0) {
    add_lookers(1);  // nothing runs yet: no pace to go by
    return;
  }
  uint64_t before = taken_.load(base::memory_order_relaxed);
  for (uint32_t step = 1; queued_.load(base::memory_order_seq_cst) > 1 && !closed();) {
    seat.parker.park(platform::now_ns() + kWatchNs);
    const uint64_t taken = taken_.load(base::memory_order_relaxed);
    const uint64_t within_patience = (taken - before) * (kPatienceNs / kWatchNs);
    before = taken;
    const int64_t waiting = queued_.load(base::memory_order_seq_cst);
    if (waiting <= 1 || within_patience >= static_cast<uint64_t>(waiting)) continue;
    const uint32_t wanted = static_cast<int64_t>(step) < waiting ? step : static_cast<uint32_t>(waiting);
    if (add_lookers(wanted) < wanted) return;  // no more to be had: take part
    step *= 2;
  }
}

// False: a job that was cancelled while it was queued.
bool Pool::run_item(task::Header& item, task::Context& context) {
  if (item.vtable->poll == nullptr) return static_cast<Job&>(item).run();
  auto& task = static_cast<task::Task&>(item);
  switch (task::run(task, context)) {
    case task::After::kDone:
      break;
    case task::After::kAgain:
    case task::After::kYielded:
      task.home->submit(task);
      break;
  }
  return true;
}

// A looker that found nothing. True: it looks again.
bool Pool::sleep(Seat& seat) {
  // A little patience first: a job that comes now costs nobody a system call.
  constexpr uint32_t kRounds = 40, kPauses = 32;
  for (uint32_t round = 0; round < kRounds && !closed(); ++round) {
    if (queued_.load(base::memory_order_relaxed) > 0) return true;
    for (uint32_t i = 0; i < kPauses; ++i) platform::spin_pause();
  }
  {
    base::MutexLock lock(mutex_);
    seat.idle = true;
    seat.next = idle_seats_;
    idle_seats_ = &seat;
    idle_.fetch_add(1, base::memory_order_relaxed);
  }
  lookers_.fetch_sub(1, base::memory_order_seq_cst);
  const uint64_t deadline = platform::deadline_after(platform::now_ns(), options_.keep_alive_ns);
  for (bool patient = true;;) {
    if (!patient || queued_.load(base::memory_order_seq_cst) > 0 || closed()) return wake_up(seat, patient);
    patient = seat.parker.park(deadline);
    base::MutexLock lock(mutex_);
    if (!seat.idle) return true;  // woken: whoever did it has counted us as a looker
  }
}

// Gets off the idle stack by itself. True: as a looker. False: to leave. `patient`: its time is not up.
bool Pool::wake_up(Seat& seat, bool patient) {
  base::MutexLock lock(mutex_);
  if (!seat.idle) return true;
  Seat** link = &idle_seats_;
  while (*link != &seat) link = &(*link)->next;
  *link = seat.next;
  seat.idle = false;
  idle_.fetch_sub(1, base::memory_order_relaxed);
  if (closed() || (!patient && queued_.load(base::memory_order_seq_cst) <= 0)) return false;
  lookers_.fetch_add(1, base::memory_order_seq_cst);
  return true;
}

// False: there is something to do after all; it serves on, as a looker.
bool Pool::leave(Start& start) {
  Start* before;
  {
    base::MutexLock lock(mutex_);
    const bool last = threads_.fetch_sub(1, base::memory_order_seq_cst) == 1;
    // A job that came while we were counted, but no longer looked, found the pool full. (seq_cst: submit counts its job
    // and then reads threads_; nobody starts a thread meanwhile, for that takes the mutex.)
    if (queued_.load(base::memory_order_seq_cst) > 0 && lookers_.load(base::memory_order_seq_cst) == 0 && !closed()) {
      threads_.fetch_add(1, base::memory_order_relaxed);
      lookers_.fetch_add(1, base::memory_order_seq_cst);
      return false;
    }
    before = left_;
    start.next = nullptr;
    left_ = &start;
    ++leaving_;
    if (last) {
      for (StopWaiter* waiter = stop_waiters_; waiter != nullptr; waiter = waiter->next) waiter->parker.unpark();
    }
  }
  join(before);
  return true;
}

// Each thread joins those that left before it; the last ones are joined by whoever needs their place, or the
// destructor.
void Pool::join(Start* left) {
  while (left != nullptr) {
    Start* next = left->next;
    left->thread.join();
    arena_.memory().free(left, sizeof(Start));
    left = next;
  }
}

// --- the end

// Until nothing is counted: as Injector::drain.
void Pool::drain() {
  while (queued_.load(base::memory_order_seq_cst) > 0) {
    task::Header* item = take();
    if (item == nullptr) {
      platform::yield_thread();
      continue;
    }
    if (item->vtable->poll == nullptr) {
      (void)static_cast<Job*>(item)->abandon(Status::kCancelled);
      task::unref(*item);
    } else {
      task::cancel_entry(static_cast<task::Task&>(*item));
    }
  }
}

void Pool::close() {
  closed_.store(true, base::memory_order_seq_cst);
  {
    base::MutexLock lock(mutex_);
    for (Seat* seat = idle_seats_; seat != nullptr; seat = seat->next) seat->parker.unpark();
  }
  drain();
}

bool Pool::wait_until_stopped(uint64_t deadline_ns) {
  StopWaiter waiter{};
  {
    base::MutexLock lock(mutex_);
    waiter.next = stop_waiters_;
    stop_waiters_ = &waiter;
  }
  for (bool woken = true;;) {
    {
      base::MutexLock lock(mutex_);
      const bool stopped = threads_.load(base::memory_order_relaxed) == 0;
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

uint32_t Pool::run_queued(uint32_t most) {
  task::Context context(0);
  uint32_t ran = 0;
  while (ran < most) {
    task::Header* item = take();
    if (item == nullptr) break;
    if (run_item(*item, context)) ++ran;
  }
  return ran;
}

Pool::Metrics Pool::metrics() const {
  const int64_t queued = queued_.load(base::memory_order_relaxed);
  return {.threads = threads_.load(base::memory_order_relaxed),
          .idle = idle_.load(base::memory_order_relaxed),
          .running = running_.load(base::memory_order_relaxed),
          .queued = queued > 0 ? static_cast<uint64_t>(queued) : 0,
          .jobs = taken_.load(base::memory_order_relaxed),
          .wait_ns = wait_ns_.load(base::memory_order_relaxed)};
}

void BlockingHome::submit(task::Task& task) {
  // No thread to be had, or shut down: it ends here.
  if (!ok(pool_.submit(task))) task::cancel_entry(task);
}

}  // namespace rota::blocking
