// SPDX-License-Identifier: MIT
#include "core/runtime/delivery.h"

#include <new>

#include "core/task/join.h"
#include "core/task/run.h"

namespace rota::runtime {
namespace {

// The attach() that this thread is in. A delivery that a closed queue cancels must not call back inside it.
struct Attaching {
  explicit Attaching(const task::Task* d) : delivery(d), outer(innermost) { innermost = this; }
  ~Attaching() { innermost = outer; }

  // Whether `task` is being attached here; it is refused then.
  static bool refuse(const task::Task& task) {
    for (Attaching* attaching = innermost; attaching != nullptr; attaching = attaching->outer) {
      if (attaching->delivery != &task) continue;
      attaching->refused = true;
      return true;
    }
    return false;
  }

  const task::Task* const delivery;
  Attaching* const outer;
  bool refused = false;

  static thread_local Attaching* innermost;
};
constinit thread_local Attaching* Attaching::innermost = nullptr;

}  // namespace

Status Delivery::attach(task::Header& target, task::Home& home, Invoke invoke, Done done, void* user1, void* user2) {
  void* block = home.arena().allocate(sizeof(Delivery));
  if (block == nullptr) return Status::kNoMemory;
  if (home.counted()) home.ref_home();
  task::ref(target);
  auto* delivery = new (block) Delivery(target, home, invoke, done, user1, user2);
  Attaching attaching(delivery);
  const Status status = task::join(target, *delivery);
  if (status == Status::kNoMemory && !target.state.complete()) {
    delivery->target_ = nullptr;
    task::unref(target);
    task::unref(*delivery);
    return status;
  }
  // Waits for its target, which holds it now; or the target was complete and nobody else will wake it.
  if (status == Status::kPending) {
    task::unref(*delivery);
  } else {
    task::wake_and_unref(*delivery);
  }
  return attaching.refused ? Status::kShutdown : Status::kOk;
}

Delivery* Delivery::from(task::Task& task) { return task.vtable == &kVTable ? static_cast<Delivery*>(&task) : nullptr; }

Delivery::Completion Delivery::take() {
  const Completion completion{target_, target_->result, user1_, user2_};
  (void)state.to_running();
  target_ = nullptr;
  task::finish(*this, Status::kOk);
  return completion;
}

void Delivery::drop_state(task::Task& task) {
  auto& self = static_cast<Delivery&>(task);
  task::Header* target = self.target_;
  if (target == nullptr) return;
  self.target_ = nullptr;
  if (!Attaching::refuse(task) && self.done_ != nullptr) {
    self.invoke_(self.done_, *target, target->result, self.user1_, self.user2_);
  }
  task::unref(*target);
}

void Delivery::destroy(task::Header& header) {
  auto& self = static_cast<Delivery&>(header);
  task::Home& home = *self.home;
  self.~Delivery();
  task::free_block(home, &self, sizeof(Delivery));
}

}  // namespace rota::runtime
