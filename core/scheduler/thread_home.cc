// SPDX-License-Identifier: MIT
#include "core/scheduler/thread_home.h"

#include "core/platform/thread.h"

namespace rota::scheduler {

void ThreadHome::submit(task::Task& task) {
  // The entry's reference keeps the task and with it this home only until the waiting thread has taken it: hold the
  // home for the calls that follow.
  ref();
  entry_.store(&task, base::memory_order_seq_cst);
  parker_.unpark();
  if (disturb_ != nullptr) disturb_(user_);
  unref();
}

bool ThreadHome::run_ready() {
  task::Task* task = entry_.exchange(nullptr, base::memory_order_acq_rel);
  if (task == nullptr) return false;
  task::Context context(0);
  switch (task::run(*task, context)) {
    case task::After::kDone:
      break;
    case task::After::kYielded:
      platform::yield_thread();
      [[fallthrough]];
    case task::After::kAgain:
      entry_.store(task, base::memory_order_release);
      break;
  }
  return true;
}

}  // namespace rota::scheduler
