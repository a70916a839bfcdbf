// SPDX-License-Identifier: MIT
//
// Runtime: the one handle. It wires the rooms together and is the only place that does.
//
// Thread safety: any thread, unless said otherwise.
//
// Lifetime, in three steps:
//   1. the last handle gone, or shut_down: work is refused, tasks are cancelled, threads are asked to leave;
//   2. the last thread gone: it lets go of its place in the arena;
//   3. the last block gone (a task, a socket, a waker somebody still holds): the memory goes, this object with it.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/counted.h"
#include "core/base/result.h"
#include "core/blocking/pool.h"
#include "core/platform/arena.h"
#include "core/scheduler/current_thread.h"
#include "core/scheduler/multi_thread.h"
#include "core/scheduler/services.h"
#include "core/scheduler/thread_home.h"

namespace rota::runtime {

// Called on each thread of the engine, first and last thing. `room`: 0 workers, 1 blocking.
struct Hooks {
  void (*start)(void* user, uint32_t room, uint32_t index) = nullptr;
  void (*stop)(void* user, uint32_t room, uint32_t index) = nullptr;
  size_t (*name)(void* user, uint32_t room, uint32_t index, char* buffer, size_t capacity) = nullptr;
  size_t (*affinity)(void* user, uint32_t room, uint32_t index, uint32_t* cores, size_t capacity) = nullptr;
  void* user = nullptr;
};

// Functions of the C interface, for those who call them.
struct Profiler {
  using Function = void (*)();
  Function begin = nullptr;
  Function end = nullptr;
  void* user = nullptr;

  bool present() const { return begin != nullptr || end != nullptr; }
};

struct Options {
  uint32_t workers = 0;       // threads of ours; with none and no guests: hosted
  uint32_t guests = 0;        // seats for threads of the host
  uint32_t blocking_max = 0;  // 0: no blocking threads; when hosted, the host's own calls run the jobs
  uint64_t blocking_keep_alive_ns = 0;
  size_t stack_size = 0;   // 0: the system's default
  char name[16] = "rota";  // begins every thread's name; terminated
  platform::Memory memory;
  Hooks hooks;
  Profiler profiler;
};

struct Metrics {
  scheduler::Counters scheduler;
  blocking::Pool::Metrics blocking;
  uint64_t io_registrations = 0;
  uint64_t io_events = 0;
};

class Runtime final : public base::Counted<Runtime> {
 public:
  static constexpr uint32_t kTag = 0x72756e74;

  static Result<Runtime*> create(const Options& options);

  // Stops everything; see rota_runtime_shutdown.
  Status shut_down(uint64_t timeout_ns);
  // Work is refused from now on.
  bool closed() const { return scheduler_->closed(); }
  // Counted: the last handle is gone.
  void last_reference();

  uint32_t workers() const { return options_.workers; }
  scheduler::Services& services() { return *services_; }  // NOLINT(bugprone-unchecked-optional-access): open() made it
  scheduler::Scheduler& scheduler() { return *scheduler_; }
  // nullptr when there are workers.
  scheduler::CurrentThread* hosted() { return current_thread_; }
  // nullptr when hosted.
  scheduler::MultiThread* multi_thread() { return multi_thread_; }
  // Where tasks go whose polls may block; kNotSupported when there is no blocking pool.
  Result<task::Home*> blocking_home();
  blocking::Pool& blocking() { return pool_; }
  const Profiler& profiler() const { return options_.profiler; }
  // A number that no other task of this runtime has.
  uint64_t next_task_id() { return task_ids_.fetch_add(1, base::memory_order_relaxed) + 1; }
  platform::Arena& arena() { return arena_; }
  Metrics metrics() const;

  // A home for one task on the calling thread, with one reference. `owned`: shutdown cancels the task (a block_on), or
  // leaves it (a wait, which ends with what it waits for). nullptr: no memory.
  scheduler::ThreadHome* make_thread_home(bool owned);

  // The runtime a task belongs to.
  static Runtime& of(const task::Home& home) { return *static_cast<Runtime*>(home.arena().user()); }

 private:
  explicit Runtime(const Options& options);
  ~Runtime() = default;

  Status open();
  bool on_own_thread() const;
  void thread_starts(uint32_t room, char letter, uint32_t index) const;
  void stop_work();
  static void arena_empty(void* self);
  static void worker_started(void* self, uint32_t index);
  static void worker_stops(void* self, uint32_t index);
  static void blocking_thread(void* self, uint32_t index, void (*body)(void*), void* arg);
  static void disturb(void* self);

  base::Atomic<uint64_t> task_ids_{0};
  // Constant once open() has succeeded.
  const Options options_;
  platform::Arena arena_;
  blocking::Pool pool_;
  scheduler::MultiThread* multi_thread_ = nullptr;  // one of the two
  scheduler::CurrentThread* current_thread_ = nullptr;
  scheduler::Scheduler* scheduler_ = nullptr;
  std::optional<blocking::BlockingHome> blocking_home_;
  std::optional<scheduler::Services> services_;
};

}  // namespace rota::runtime
