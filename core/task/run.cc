// SPDX-License-Identifier: MIT
#include "core/task/run.h"

#include "core/task/owned_set.h"

namespace rota::task {

namespace {

// From RUNNING on.
[[gnu::always_inline]] inline After poll_once(Task& task, Context& context, uint32_t budget) {
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
      break;
  }
  finish(task, Status::kCancelled);
  return After::kDone;
}

}  // namespace

After run(Task& task, Context& context, uint32_t budget) {
  switch (task.state.to_running()) {
    case State::Running::kRun:
      return poll_once(task, context, budget);
    case State::Running::kCancelled:
      finish(task, Status::kCancelled);
      return After::kDone;
    case State::Running::kVoid:
      break;
  }
  unref(task);
  return After::kDone;
}

After run_taken(Task& task, State::Take how, Context& context, uint32_t budget) {
  if (how == State::Take::kRun) return poll_once(task, context, budget);
  finish(task, Status::kCancelled);
  return After::kDone;
}

void finish(Task& task, Status result) {
  task.vtable->drop_state(task);
  // Once complete, only our reference keeps the task.
  const uint64_t references = task.owned && task.home->owned()->remove(task) ? 2 : 1;
  complete(task, result);
  unref(task, references);
}

namespace {

// The entries this thread has yet to cancel; one frame of cancel_entry is at work on them.
struct Cancelling {
  bool active = false;
  Task* first = nullptr;
  Task* last = nullptr;
};
constinit thread_local Cancelling cancelling;

}  // namespace

// Ending one task wakes those that wait for it, and in a closed queue they are cancelled in turn: in a loop, for a
// chain of them may be longer than the stack is deep.
void cancel_entry(Task& task) {
  Cancelling& all = cancelling;
  task.next = nullptr;
  (all.first == nullptr ? all.first : all.last->next) = &task;
  all.last = &task;
  if (all.active) return;
  all.active = true;
  while (Task* next = all.first) {
    all.first = next->next;
    if (next->state.to_running() == State::Running::kVoid) {
      unref(*next);
    } else {
      finish(*next, Status::kCancelled);
    }
  }
  all.active = false;
}

}  // namespace rota::task
