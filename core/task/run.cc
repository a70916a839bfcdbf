// SPDX-License-Identifier: MIT
#include "core/task/run.h"

#include "core/task/owned_set.h"

namespace rota::task {

After run(Task& task, Context& context, uint32_t budget) {
  if (task.state.to_running() == State::Running::kCancelled) {
    finish(task, Status::kCancelled);
    return After::kDone;
  }
  context.begin(task, budget);
  const Status status = task.vtable->poll(task, context);
  if (status != Status::kPending) {
    finish(task, static_cast<int32_t>(status) > 0 ? Status::kInvalid : status);
    return After::kDone;
  }
  // First time it waits: into the owned set, before anybody else can get hold of it.
  OwnedSet* owned = task.home->owned();
  if (!task.owned && owned != nullptr) {
    ref(task);
    task.shard = context.shard();
    if (!owned->insert(task)) {
      (void)task.state.unref();  // not the last: ours is another
      finish(task, Status::kCancelled);
      return After::kDone;
    }
    task.owned = true;
  }
  switch (task.state.to_idle(context.yielded())) {
    case State::Idle::kIdle:
      return After::kDone;
    case State::Idle::kNotified:
      return context.yielded() ? After::kYielded : After::kAgain;
    case State::Idle::kCancelled:
      finish(task, Status::kCancelled);
      return After::kDone;
  }
  __builtin_unreachable();
}

void finish(Task& task, Status result) {
  task.vtable->drop_state(task);
  // Once complete, only our reference keeps the task.
  const uint64_t references = task.owned && task.home->owned()->remove(task) ? 2 : 1;
  complete(task, result);
  unref(task, references);
}

void cancel_entry(Task& task) {
  (void)task.state.to_running();
  finish(task, Status::kCancelled);
}

}  // namespace rota::task
