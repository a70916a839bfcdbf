// SPDX-License-Identifier: MIT
//
// HostQueue: where completions, and polls of tasks spawned on it, wait for a host's thread. See rota_queue in rota.h.
//
// Waiting tasks form a stack that any thread pushes to with one compare-and-swap; who runs the queue takes it whole,
// turns it round, and keeps what it does not get to in lists of its own, one a priority. The first push onto an empty
// stack raises the signal: any number of completions wake the host once.
//
//   open:   push -> stack -> (run) list -> polled
//   closed: (last handle gone) what is there is run by who closes; later pushes go to the workers
//
// Thread safety: submit from any thread; run and pop by one thread at a time, others get kBusy.
// Lifetime: handles are counted by Counted; the memory by `uses_`: one for the handles, one for each task at home here.
#pragma once

#include <cstdint>

#include "core/base/counted.h"
#include "core/base/result.h"
#include "core/platform/doorbell.h"
#include "core/platform/signal.h"
#include "core/runtime/delivery.h"
#include "core/scheduler/classes.h"
#include "core/scheduler/current_thread.h"
#include "core/task/context.h"

namespace rota::runtime {

class HostQueue final : public task::Home, public base::Counted<HostQueue> {
 public:
  static constexpr uint32_t kTag = 0x71756575;

  // `hosted`: the scheduler to drive, nullptr when there are workers.
  static Result<HostQueue*> create(scheduler::Scheduler& scheduler, scheduler::CurrentThread* hosted);

  void submit(task::Task& task) override;
  void ref_home() override { uses_.fetch_add(1, base::memory_order_relaxed); }
  void unref_home() override;
  void last_reference();

  // See rota_queue_handle.
  intptr_t handle();

  // See rota_queue_run_until. kOk: nothing is left; kPending: more; kBusy.
  Status run(scheduler::Priority floor, uint32_t most, uint64_t deadline_ns, uint32_t& ran);
  // See rota_queue_pop: gives up to `capacity` completions to `take(user, completion)`.
  using Take = void (*)(void* user, const Delivery::Completion& completion);
  Status pop(Take take, void* user, uint32_t capacity, uint32_t& count);

 private:
  HostQueue(scheduler::Scheduler& scheduler, scheduler::CurrentThread* hosted)
      : Home(scheduler.arena(), &scheduler.owned_set(), true), scheduler_(scheduler), hosted_(hosted) {}
  ~HostQueue() = default;
  friend class platform::Arena;

  Status open();
  // By who runs.
  void collect();
  template <class Each>
  bool pass(scheduler::Priority floor, Each each);
  void run_one(task::Task& task);
  bool begin_run();
  bool look_at_engine(scheduler::Priority floor);
  Status end_run(bool engine_has_more, scheduler::Priority floor);

  scheduler::Scheduler& scheduler_;
  scheduler::CurrentThread* const hosted_;
  platform::Doorbell bell_;
  platform::SignalSet set_;  // hosted: bell_ and the scheduler's

  // Top of the stack; closed_mark() when closed. acq_rel: links and tasks are written before they are pushed.
  base::Atomic<task::Task*> stack_{nullptr};
  base::Atomic<bool> running_{false};  // acquire/release: hands the list over
  base::Atomic<uint32_t> uses_{1};

  // Who runs.
  scheduler::ClassLists ready_;
  bool engine_is_owed_ = false;  // hosted: the last call ended before the engine's turn
  task::Context context_{0};
};

}  // namespace rota::runtime
