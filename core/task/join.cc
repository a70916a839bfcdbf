// SPDX-License-Identifier: MIT
#include "core/task/join.h"

namespace rota::task {

Status join(Header& target, Task& waiter) {
  if (!target.state.lock_joiners()) return target.result;
  platform::Arena& arena = target.home->arena();
  const Status added = target.joiners.add(waiter, arena);
  if (target.state.unlock_joiners(!target.joiners.empty())) target.joiners.wake_all(arena, target.result);
  // It may have completed before the lock was gone; then somebody's wake-up is on its way, and kPending is still right.
  return added == Status::kOk ? Status::kPending : added;
}

Status poll_join(Header& target, Context& context) {
  if (&target == &context.task()) return Status::kDeadlock;
  if (!context.spend()) return Status::kPending;
  if (target.state.complete()) return target.result;
  return context.spent(join(target, context.task()));
}

}  // namespace rota::task
