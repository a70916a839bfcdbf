// SPDX-License-Identifier: MIT
//
// Waits that help: what a thread may run while it waits for a task. See rota_task_help in rota.h, and ADR 21.
//
// Thread safety: a Finder belongs to the thread that waits.
#pragma once

#include <cstdint>

#include "core/platform/clock.h"
#include "core/scheduler/classes.h"
#include "core/task/group.h"
#include "core/task/header.h"

namespace rota::scheduler {

class Scheduler;
class ThreadHome;

struct HelpOptions {
  task::Group* group = nullptr;        // its members may be run, and those of groups below; may be null
  bool queues = false;                 // anything ready may be run,
  Priority floor = Priority::kNormal;  // that has this priority or a higher one
};

class Finder {
 public:
  Finder(task::Header& target, const HelpOptions& options, const task::Home& home);
  ~Finder();
  Finder(const Finder&) = delete;
  Finder& operator=(const Finder&) = delete;

  // The task that is waited for, or a member of the group, when it is ready: taken out of line.
  task::Task* take(task::State::Take& how);
  // Whether tasks from the queues may be run, and down to which priority.
  bool queues() const { return queues_; }
  Priority floor() const { return floor_; }
  // Whether what is waited for may be a blocking call, which has no thread of its own on a hosted runtime.
  bool jobs() const { return jobs_; }

 private:
  task::Header& target_;
  const task::Home& home_;
  task::Group* group_;
  bool queues_;
  const Priority floor_;
  const bool jobs_;
};

// One wait under way, on its thread's stack. The scheduler that helps submits the waiter, once it has told its home
// whom to disturb, and returns when the waiter is complete.
struct Waiting {
  ThreadHome& home;
  task::Task& waiter;
  Finder& finder;
  const uint64_t deadline_ns;
  bool cancelled = false;

  void begin(void (*disturb)(void* user), void* user);
  bool over() const { return waiter.state.complete(); }
  // Something for the waiter itself to do: polled, or given up because its time has passed.
  bool advance();
  // Until when to sleep.
  uint64_t until() const { return cancelled ? platform::kForever : deadline_ns; }
};

// Waits until `target` is complete or the deadline has passed, and runs meanwhile what `options` allow. kOk: look at
// the target's result. kTimedOut. kDeadlock: this thread is a worker of another runtime. kNoMemory.
Status help(Scheduler& scheduler, task::Header& target, const HelpOptions& options, uint64_t deadline_ns);

}  // namespace rota::scheduler
