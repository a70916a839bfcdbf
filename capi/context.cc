// SPDX-License-Identifier: MIT
//
// What a poll function may do with its context: wakers, yielding, budget.
#include "core/task/context.h"

#include "capi/handle.h"
#include "core/runtime/runtime.h"

namespace {

using rota::capi::task_of;

// A waker is a counted reference to its task, and nothing more.
rota::task::Task* task_of_waker(const rota_waker* waker) {
  return static_cast<rota::task::Task*>(task_of(reinterpret_cast<const rota_task*>(waker)));
}

}  // namespace

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT

extern "C" {

rota_waker* rota_waker_clone(rota_context* cx) {
  if (cx == nullptr) return nullptr;
  task::Header& task = context_of(cx)->task();
  task::ref(task);
  return reinterpret_cast<rota_waker*>(handle_of(&task));
}

rota_waker* rota_waker_share(rota_waker* waker) {
  task::Task* task = task_of_waker(waker);
  if (task == nullptr) return nullptr;
  task::ref(*task);
  return waker;
}

rota_status rota_waker_wake(rota_waker* waker) {
  task::Task* task = task_of_waker(waker);
  if (task == nullptr) return ROTA_EINVAL;
  task::wake(*task);
  return ROTA_OK;
}

void rota_waker_release(rota_waker* waker) {
  if (task::Task* task = task_of_waker(waker)) task::unref(*task);
}

int32_t rota_waker_is_current(const rota_waker* waker, const rota_context* cx) {
  const task::Task* task = task_of_waker(waker);
  if (task == nullptr || cx == nullptr) return 0;
  return &context_of(const_cast<rota_context*>(cx))->task() == task ? 1 : 0;
}

rota_status rota_yield(rota_context* cx) {
  if (cx == nullptr) return ROTA_EINVAL;
  context_of(cx)->yield();
  return ROTA_PENDING;
}

rota_status rota_budget(rota_context* cx) {
  if (cx == nullptr) return ROTA_EINVAL;
  return context_of(cx)->spend() ? ROTA_OK : ROTA_PENDING;
}

rota_runtime* rota_context_runtime(rota_context* cx) {
  return cx == nullptr ? nullptr : handle<rota_runtime>(&runtime::Runtime::of(*context_of(cx)->task().home));
}

rota_task* rota_context_task(rota_context* cx) { return cx == nullptr ? nullptr : handle_of(&context_of(cx)->task()); }

}  // extern "C"
