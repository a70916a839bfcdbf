// SPDX-License-Identifier: MIT
//
// Starting tasks of the engine's own: the task form of an operation that has a poll form.
#pragma once

#include <utility>

#include "capi/handle.h"
#include "core/runtime/runtime.h"
#include "core/task/poll_task.h"

namespace rota::capi {

// Starts `poll`, Status(task::Context&), on the runtime's workers, which takes it over; its task is given to `out`. On
// an error `poll` is untouched.
template <class F>
rota_status start(runtime::Runtime& runtime, F& poll, rota_task** out) {
  if (runtime.closed()) return ROTA_ESHUTDOWN;
  task::Home& home = runtime.services().home;
  auto* task = task::PollTask<F>::make(home, std::move(poll));
  if (task == nullptr) return ROTA_ENOMEM;
  *out = handle_of(task);
  home.submit(*task);
  return ROTA_OK;
}

}  // namespace rota::capi
