// SPDX-License-Identifier: MIT
//
// Pool: the threads for blocking code. They are started when jobs would wait, up to a limit, and leave when idle for
// long.
//
// The queue is a moodycamel::ConcurrentQueue: handing a job over takes no lock. A thread of the pool is in one of four
// modes:
//
//                    takes a job
//   start -> LOOKING ------------------------------------> RUNNING --+ next job
//             ^ | ^ |                                        |  ^----+
//             | | | +-- nothing there --> IDLE (asleep)      |
//             | | +------- woken -----------+                |
//             | +-- jobs wait, nobody else looks --> WATCHING|
//             |                                          |   |
//             +------ few left, or all threads run ------+---+ no next job
//
// `lookers_` counts LOOKING, WATCHING, and threads started or woken that have not arrived yet. Invariant: while the
// queue holds something, there is a looker, or every thread the pool may have is RUNNING. So a submit that sees a
// looker has nothing to do: under load it costs no system call.
//
// One looker watches instead of running, because how many threads are right depends on what the jobs do: 100,000 that
// take 100 ns each want one, 500 that sleep want 500. Every kWatchNs it looks how many jobs were taken; if at that pace
// the queue would last longer than kPatienceNs, threads are added, twice as many each time.
//
// No lost wake-up: submit raises queued_ (seq_cst), then reads lookers_ (seq_cst); who stops looking lowers lookers_
// (seq_cst), then reads queued_ (seq_cst). One of them sees the other.
//
// Thread safety: any thread. Lifetime: the runtime's; its threads are counted in the arena.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/mutex.h"
#include "core/blocking/job.h"
#include "core/platform/parker.h"
#include "core/platform/queue_traits.h"
#include "core/platform/thread.h"
#include "core/task/context.h"

namespace rota::blocking {

struct PoolOptions {
  uint32_t max_threads = 0;  // 0: the host's own calls run the jobs, if `inline_jobs`; else there is no pool
  bool inline_jobs = false;
  uint64_t keep_alive_ns = 0;
  size_t stack_size = 0;
  // The body of a new thread runs inside this: names it, calls hooks.
  void (*thread)(void* user, uint32_t index, void (*body)(void* arg), void* arg) = nullptr;
  // inline_jobs: called when a job was queued.
  void (*disturb)(void* user) = nullptr;
  void* user = nullptr;
  // Starts a thread; tests put a failing one here.
  Status (*start)(platform::Thread& thread, platform::Thread::Main main, void* arg, size_t stack_size) = nullptr;
};

class Pool {
 public:
  Pool(platform::Arena& arena, const PoolOptions& options);
  ~Pool();

  // Queues a job or a task (to be polled there), with its queue entry's reference. kOk: taken over. kNotSupported: no
  // pool. kShutdown. kAgain: no thread lives and none can be started. On an error the entry is still the caller's.
  Status submit(task::Header& item);

  // Refuses new jobs and cancels those queued. Any thread, again and again.
  void close();
  bool closed() const { return closed_.load(base::memory_order_seq_cst); }
  // After close: whether all threads have left. Not on one of them.
  bool wait_until_stopped(uint64_t deadline_ns);

  // Without threads: what waits, and doing it on this thread.
  bool has_queued() const { return queued_.load(base::memory_order_seq_cst) > 0; }
  uint32_t run_queued(uint32_t most);

  struct Metrics {
    uint32_t threads, idle, running;
    uint64_t queued, jobs, wait_ns;
  };
  Metrics metrics() const;

 private:
  using Queue = moodycamel::ConcurrentQueue<task::Header*, platform::QueueTraits>;
  static constexpr uint64_t kWatchNs = 50'000;
  static constexpr uint64_t kPatienceNs = 10'000'000;

  // One thread's place; on its stack.
  struct Seat {
    platform::Parker parker;
    Seat* next = nullptr;  // the idle stack
    bool idle = false;     // on it
  };

  struct Start {
    Pool* pool;
    uint32_t index;
    platform::Thread thread;
    Start* next;
  };

  static void* thread_main(void* start);
  void serve();
  bool look(Seat& seat);
  void watch(Seat& seat);
  bool sleep(Seat& seat);
  bool wake_up(Seat& seat, bool patient);
  bool leave(Start& start);
  void join(Start* left);

  task::Header* take();
  bool run_item(task::Header& item, task::Context& context);
  void stop_looking();
  // Wakes or starts `count` threads as lookers, as far as possible; how many.
  uint32_t add_lookers(uint32_t count);
  // The new thread is a looker from here on.
  Status start_thread() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void drain();
  bool full() const;

  platform::Arena& arena_;
  const PoolOptions options_;
  Queue queue_;
  // Raised before the enqueue, lowered after the dequeue. Its read-modify-writes also carry the happens-before edge
  // from submit to run in a form sanitizers follow.
  alignas(base::kCacheLine) base::Atomic<int64_t> queued_{0};
  alignas(base::kCacheLine) base::Atomic<uint32_t> lookers_{0};
  base::Atomic<uint32_t> threads_{0};  // written under the mutex
  base::Atomic<uint32_t> idle_{0};     // written under the mutex
  base::Atomic<bool> closed_{false};
  alignas(base::kCacheLine) base::Atomic<uint64_t> taken_{0};
  base::Atomic<uint32_t> running_{0};
  // The wait of one job at a time is measured: who it is, and since when. acq_rel hands sampled_at_ns_ over.
  base::Atomic<const task::Header*> sampled_{nullptr};
  base::Atomic<uint64_t> sampled_at_ns_{0};
  base::Atomic<uint64_t> wait_ns_{0};

  mutable base::Mutex mutex_;
  Seat* idle_seats_ ABSL_GUARDED_BY(mutex_) = nullptr;
  uint32_t next_index_ ABSL_GUARDED_BY(mutex_) = 0;
  // Threads that have left, to be joined; and how many may be on their way out, these and those they join themselves.
  Start* left_ ABSL_GUARDED_BY(mutex_) = nullptr;
  uint32_t leaving_ ABSL_GUARDED_BY(mutex_) = 0;
  struct StopWaiter {
    platform::Parker parker;
    StopWaiter* next;
  };
  StopWaiter* stop_waiters_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

// Home of tasks whose polls may block (ROTA_ROOM_BLOCKING).
class BlockingHome final : public task::Home {
 public:
  BlockingHome(platform::Arena& arena, task::OwnedSet* owned, Pool& pool) : Home(arena, owned), pool_(pool) {}
  void submit(task::Task& task) override;

 private:
  Pool& pool_;
};

}  // namespace rota::blocking
