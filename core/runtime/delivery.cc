// SPDX-License-Identifier: MIT
#include "core/runtime/delivery.h"

#include <new>

#include "core/task/join.h"
#include "core/task/run.h"

namespace rota::runtime {

Status Delivery::attach(task::Header& target, task::Home& home, Invoke invoke, Done done, void* user1, void* user2) {
  void* block = home.arena().allocate(sizeof(Delivery));
  if (block == nullptr) return Status::kNoMemory;
  if (home.counted()) home.ref_home();
  task::ref(target);
  auto* delivery = new (block) Delivery(target, home, invoke, done, user1, user2);
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
  return Status::kOk;
}

Delivery* Delivery::from(task::Task& task) {
  return task.vtable == &kVTable ? static_cast<Delivery*>(&task) : nullptr;
}

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
  if (self.done_ != nullptr) self.invoke_(self.done_, *target, target->result, self.user1_, self.user2_);
  task::unref(*target);
}

void Delivery::destroy(task::Header& header) {
  auto& self = static_cast<Delivery&>(header);
  task::Home& home = *self.home;
  self.~Delivery();
  task::free_block(home, &self, sizeof(Delivery));
}

}  // namespace rota::runtime
