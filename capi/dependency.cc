// SPDX-License-Identifier: MIT
//
// Tasks that start after other tasks, beyond what rota_spawn is told.
#include "capi/foreign_task.h"
#include "capi/handle.h"
#include "core/runtime/runtime.h"

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Runtime;

namespace {

ForeignTask* foreign(rota_task* task) {
  task::Header* header = task_of(task);
  return header == nullptr ? nullptr : ForeignTask::from(*header);
}

}  // namespace

extern "C" {

rota_status rota_task_after(rota_task* task, rota_task* other) {
  ForeignTask* self = foreign(task);
  task::Header* before = task_of(other);
  if (self == nullptr || before == nullptr) return ROTA_EINVAL;
  if (before == self) return ROTA_EDEADLK;
  if (&Runtime::of(*self->home) != &Runtime::of(*before->home)) return ROTA_EINVAL;
  return c(self->wait_for(*before));
}

rota_status rota_task_start(rota_task* task) {
  ForeignTask* self = foreign(task);
  return self == nullptr ? ROTA_EINVAL : c(self->release_hold());
}

}  // extern "C"
