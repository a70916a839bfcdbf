// SPDX-License-Identifier: MIT
//
// Waits that help.
#include "core/scheduler/help.h"

#include "capi/handle.h"
#include "capi/options.h"
#include "core/platform/clock.h"
#include "core/runtime/runtime.h"

namespace rota::capi {
namespace {

using runtime::Runtime;

Status convert(const rota_help& given, Runtime& runtime, scheduler::HelpOptions& options) {
  if (given.zero != 0 || given.what > ROTA_HELP_NONE || given.floor >= task::kPriorities) return Status::kInvalid;
  options.queues = given.what == ROTA_HELP_PRIORITY;
  options.floor = static_cast<task::Priority>(given.floor);
  if (given.group == nullptr) return Status::kOk;
  options.group = object<task::Group>(given.group);
  if (options.group == nullptr || &Runtime::of(*options.group->home) != &runtime) return Status::kInvalid;
  return Status::kOk;
}

}  // namespace
}  // namespace rota::capi

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Runtime;

extern "C" {

rota_status rota_task_help(rota_task* task, const rota_help* how, uint64_t timeout_ns) {
  task::Header* target = task_of(task);
  if (target == nullptr) return ROTA_EINVAL;
  Runtime& runtime = Runtime::of(*target->home);
  rota_help known{};
  if (how != nullptr) {
    if (const Status status = read_options(how, known); !ok(status)) return c(status);
  }
  scheduler::HelpOptions options;
  if (const Status status = convert(known, runtime, options); !ok(status)) return c(status);
  if (known.what == ROTA_HELP_NONE) return rota_task_wait(task, timeout_ns);
  if (target->state.complete()) return c(target->result);
  const Status status =
      scheduler::help(runtime.scheduler(), *target, options, platform::deadline_after(platform::now_ns(), timeout_ns));
  return c(ok(status) ? target->result : status);
}

}  // extern "C"
