// SPDX-License-Identifier: MIT
#include "core/runtime/host_queue.h"

#include "core/platform/clock.h"
#include "core/task/run.h"

namespace rota::runtime {
namespace {

// Not the address of any task.
task::Task* closed_mark() { return reinterpret_cast<task::Task*>(uintptr_t{1}); }

}  // namespace

Result<HostQueue*> HostQueue::create(scheduler::Scheduler& scheduler, scheduler::CurrentThread* hosted) {
  void* block = scheduler.arena().allocate(sizeof(HostQueue));
  if (block == nullptr) return Status::kNoMemory;
  auto* queue = new (block) HostQueue(scheduler, hosted);
  if (const Status status = queue->open(); !ok(status)) {
    scheduler.arena().destroy(queue);
    return status;
  }
  return queue;
}

Status HostQueue::open() {
  if (const Status status = bell_.open(); !ok(status)) return status;
  if (hosted_ == nullptr) return Status::kOk;
  if (const Status status = set_.open(); !ok(status)) return status;
  if (const Status status = bell_.join(set_); !ok(status)) return status;
  return set_.add(hosted_->watch_signals());
}

intptr_t HostQueue::handle() { return hosted_ == nullptr ? bell_.handle() : set_.handle(); }

void HostQueue::submit(task::Task& task) {
  task::Task* top = stack_.load(base::memory_order_relaxed);
  // Once pushed, the task may be run and gone, and the queue with it.
  ref_home();
  do {
    if (top == closed_mark()) {
      scheduler_.submit(task);
      unref_home();
      return;
    }
    task.next = top;
  } while (!stack_.compare_exchange_weak(top, &task, base::memory_order_acq_rel, base::memory_order_relaxed));
  if (top == nullptr) bell_.ring();
  unref_home();
}

// Moves what has come to the end of the list.
void HostQueue::collect() {
  bell_.answer();  // first; then look
  task::Task* newest = stack_.load(base::memory_order_seq_cst);
  do {
    if (newest == nullptr || newest == closed_mark()) return;
  } while (!stack_.compare_exchange_weak(newest, nullptr, base::memory_order_acq_rel, base::memory_order_relaxed));
  task::Task** end = &newest->next;
  task::Task* oldest = nullptr;
  while (newest != nullptr) {
    task::Task* below = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = below;
  }
  *end_ = oldest;
  end_ = end;
}

// Gives each task that is here now to each(task), until that answers false. What comes or is put back meanwhile is for
// the next pass, so a pass ends. Whether there was any.
template <class Each>
bool HostQueue::pass(Each each) {
  collect();
  task::Task* left = first_;
  task::Task** left_end = end_;
  first_ = nullptr;
  end_ = &first_;
  const bool any = left != nullptr;
  for (bool go_on = true; left != nullptr && go_on;) {
    task::Task& task = *left;
    left = task.next;
    go_on = each(task);
  }
  if (left != nullptr) {
    // In front of what was put back.
    *left_end = first_;
    if (first_ == nullptr) end_ = left_end;
    first_ = left;
  }
  return any;
}

void HostQueue::put_back(task::Task& task) {
  task.next = nullptr;
  *end_ = &task;
  end_ = &task.next;
}

void HostQueue::run_one(task::Task& task) {
  if (scheduler_.closed() && Delivery::from(task) == nullptr) {
    task::cancel_entry(task);
    return;
  }
  switch (task::run(task, context_)) {
    case task::After::kDone:
      return;
    case task::After::kAgain:
    case task::After::kYielded:
      put_back(task);
      return;
  }
}

bool HostQueue::begin_run() { return !running_.exchange(true, base::memory_order_acq_rel); }

Status HostQueue::end_run(bool engine_has_more) {
  if (first_ == nullptr) bell_.answer();
  const task::Task* top = stack_.load(base::memory_order_seq_cst);
  if (top == closed_mark()) {
    // Released by a callback: what is left goes where later ones go.
    while (task::Task* task = first_) {
      first_ = task->next;
      scheduler_.submit(*task);
    }
    end_ = &first_;
    top = nullptr;
  }
  const bool more = first_ != nullptr || top != nullptr;
  // Level-triggered: what is left in the list is not seen by any push.
  if (more) bell_.ring();
  if (hosted_ != nullptr) set_.settle();
  running_.store(false, base::memory_order_release);
  return more || engine_has_more ? Status::kPending : Status::kOk;
}

Status HostQueue::run(uint32_t most, uint64_t budget_ns, uint32_t& ran) {
  ran = 0;
  if (!begin_run()) return Status::kBusy;
  ref_home();  // a callback may release the queue
  const uint32_t limit = most == 0 ? UINT32_MAX : most;
  const uint64_t deadline =
      budget_ns == platform::kForever ? budget_ns : platform::deadline_after(platform::now_ns(), budget_ns);
  Status status;
  {
    scheduler::Current current(scheduler_, nullptr, false);
    // What is here, then a turn of the engine, and so on. When the call ends before the engine has had its turn, the
    // next one begins with it: neither starves the other, whatever the limits.
    bool over = false;
    const auto look_at_limits = [&] {
      over = ran >= limit || (deadline != platform::kForever && platform::now_ns() >= deadline);
      return !over;
    };
    const auto engine_turn = [&] {
      engine_is_owed_ = false;
      if (hosted_ == nullptr) return false;
      scheduler::CurrentThread::Drive drive(*hosted_);
      const uint32_t did = drive.mine() ? hosted_->turn(limit - ran, deadline) : 0;
      ran += did;
      (void)look_at_limits();
      return did != 0;
    };
    if (engine_is_owed_) (void)engine_turn();
    for (bool again = true; again && !over;) {
      again = pass([&](task::Task& task) {
        run_one(task);
        ++ran;
        return look_at_limits();
      });
      if (over) {
        engine_is_owed_ = true;
      } else {
        again = engine_turn() || again;
      }
    }
    status = end_run(look_at_engine());
  }
  unref_home();
  return status;
}

// Whether the engine has more to do; leaving the drive also sets its signals to what is so now.
bool HostQueue::look_at_engine() {
  if (hosted_ == nullptr) return false;
  scheduler::CurrentThread::Drive drive(*hosted_);
  return drive.mine() && hosted_->has_work();
}

Status HostQueue::pop(Take take, void* user, uint32_t capacity, uint32_t& count) {
  count = 0;
  if (!begin_run()) return Status::kBusy;
  ref_home();
  Status status;
  {
    scheduler::Current current(scheduler_, nullptr, false);
    // Tasks polled on the way wake others of this queue: bounded, so that a busy queue still returns.
    constexpr uint32_t kMostPolls = 1024;
    uint32_t polls = 0;
    for (bool again = true; again && count < capacity && polls < kMostPolls;) {
      again = false;
      if (hosted_ != nullptr) {
        scheduler::CurrentThread::Drive drive(*hosted_);
        const uint32_t did = drive.mine() ? hosted_->turn(kMostPolls, platform::kForever) : 0;
        polls += did;
        again = did != 0;
      }
      const bool any = pass([&](task::Task& task) {
        if (Delivery* delivery = Delivery::from(task)) {
          take(user, delivery->take());
          ++count;
        } else {
          run_one(task);
          ++polls;
        }
        return count < capacity && polls < kMostPolls;
      });
      again = again || any;
    }
    status = end_run(look_at_engine());
  }
  unref_home();
  return status;
}

void HostQueue::last_reference() {
  // From here on submit goes to the workers. What has landed is delivered by this thread; a run in progress on this
  // very thread (a callback that releases the queue) goes on to do so itself.
  task::Task* rest = stack_.exchange(closed_mark(), base::memory_order_acq_rel);
  task::Task* ordered = nullptr;
  while (rest != nullptr) {
    task::Task* below = rest->next;
    rest->next = ordered;
    ordered = rest;
    rest = below;
  }
  if (begin_run()) {
    scheduler::Current current(scheduler_, nullptr, false);
    task::Task* list = first_;
    first_ = nullptr;
    end_ = &first_;
    for (task::Task* head : {list, ordered}) {
      while (head != nullptr) {
        task::Task* next = head->next;
        if (Delivery::from(*head) != nullptr) {
          (void)task::run(*head, context_);
        } else {
          scheduler_.submit(*head);
        }
        head = next;
      }
    }
  } else {
    while (ordered != nullptr) {
      task::Task* next = ordered->next;
      scheduler_.submit(*ordered);
      ordered = next;
    }
  }
  unref_home();
}

void HostQueue::unref_home() {
  if (uses_.fetch_sub(1, base::memory_order_acq_rel) == 1) arena().destroy(this);
}

}  // namespace rota::runtime
