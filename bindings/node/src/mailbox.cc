// SPDX-License-Identifier: MIT
#include "mailbox.h"

#include <utility>

#include "operation.h"

namespace rota_node {

void Mailbox::post(Operation* operation) {
  {
    const std::lock_guard lock(mutex_);
    if (bell_ != nullptr) {
      completed_.push_back(operation);
      // Under the lock: close must not let the function go meanwhile. It only queues, and never waits.
      if (completed_.size() == 1) napi_call_threadsafe_function(bell_, nullptr, napi_tsfn_nonblocking);
      return;
    }
  }
  delete operation;
}

std::vector<Operation*> Mailbox::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(completed_, {});
}

void Mailbox::close() {
  std::vector<Operation*> left;
  {
    const std::lock_guard lock(mutex_);
    bell_ = nullptr;
    left.swap(completed_);
  }
  for (Operation* operation : left) delete operation;
}

}  // namespace rota_node
