// SPDX-License-Identifier: MIT
//
// Runtime: the one handle. It wires the rooms together and is the only place that does.
//
// Thread safety: any thread, unless said otherwise.
//
// Lifetime, in three steps. The last handle gone, or shut_down: work stops (scheduler closed, tasks cancelled, threads
// asked to leave). The last thread gone: the arena's thread biases are folded. The last block gone (a task, a socket, a
// waker somebody still holds): the memory itself goes.
#pragma once

#include <cstdint>

#include "core/base/counted.h"
#include "core/base/result.h"
#include "core/platform/memory.h"
#include "core/scheduler/services.h"

namespace rota::scheduler {
class Scheduler;
}

namespace rota::runtime {

struct Hooks {
  void (*start)(void* user, uint32_t room, uint32_t index) = nullptr;
  void (*stop)(void* user, uint32_t room, uint32_t index) = nullptr;
  void* user = nullptr;
};

struct Options {
  uint32_t workers = 0;       // 0: hosted
  uint32_t blocking_max = 0;  // 0: no blocking threads
  uint64_t blocking_keep_alive_ns = 0;
  size_t stack_size = 0;  // 0: the system's default
  char name[16] = "rota"; // begins every thread's name; terminated
  platform::Memory memory;
  Hooks hooks;
};

class Runtime final : public base::Counted<Runtime> {
 public:
  static constexpr uint32_t kTag = 0x72756e74;

  static Result<Runtime*> create(const Options& options);

  // Stops everything; see rota_runtime_shutdown.
  Status shut_down(uint64_t timeout_ns);

  // Work is refused from now on.
  bool closed() const;

  uint32_t workers() const { return workers_; }
  bool hosted() const { return workers_ == 0; }

  scheduler::Services& services() { return *services_; }
  scheduler::Scheduler& scheduler() { return *scheduler_; }
  platform::Arena& arena() { return services_->arena; }

  // Counted: the last handle is gone.
  void last_reference();

  // The runtime a task belongs to.
  static Runtime& of(const task::Home& home) { return *static_cast<Runtime*>(home.arena().user()); }

 private:
  Runtime() = default;
  ~Runtime() = default;

  uint32_t workers_ = 0;
  scheduler::Services* services_ = nullptr;
  scheduler::Scheduler* scheduler_ = nullptr;
};

}  // namespace rota::runtime
