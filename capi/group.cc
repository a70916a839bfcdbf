// SPDX-License-Identifier: MIT
#include "core/task/group.h"

#include "capi/handle.h"
#include "core/platform/clock.h"
#include "core/runtime/runtime.h"
#include "core/scheduler/help.h"

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Runtime;
using task::Group;

extern "C" {

rota_status rota_group_create(rota_runtime* runtime, rota_group* parent, rota_group** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  Group* above = object<Group>(parent);
  if (self == nullptr || (parent != nullptr && above == nullptr)) return ROTA_EINVAL;
  if (above != nullptr && &Runtime::of(*above->home) != self) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  Result<Group*> made = Group::create(self->services().home, above);
  if (!made.ok()) return c(made.status());
  *out = handle<rota_group>(made.value());
  return ROTA_OK;
}

rota_status rota_group_close(rota_group* group) {
  Group* self = object<Group>(group);
  if (self == nullptr) return ROTA_EINVAL;
  self->close();
  return ROTA_OK;
}

rota_status rota_group_cancel(rota_group* group) {
  Group* self = object<Group>(group);
  return self == nullptr ? ROTA_EINVAL : c(self->cancel_all());
}

rota_status rota_group_task(rota_group* group, rota_task** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Group* self = object<Group>(group);
  if (self == nullptr) return ROTA_EINVAL;
  task::Header& end = *self;
  task::ref(end);
  *out = handle_of(&end);
  return ROTA_OK;
}

rota_status rota_group_drain(rota_group* group, uint64_t timeout_ns) {
  Group* self = object<Group>(group);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->runs_here()) return ROTA_EDEADLK;
  (void)self->cancel_all();
  if (self->state.complete()) return ROTA_OK;
  return c(scheduler::help(Runtime::of(*self->home).scheduler(), *self, scheduler::HelpOptions{},
                           platform::deadline_after(platform::now_ns(), timeout_ns)));
}

uint32_t rota_group_size(rota_group* group) {
  Group* self = object<Group>(group);
  return self == nullptr ? 0 : self->size();
}

rota_group* rota_group_clone(rota_group* group) { return clone<Group>(group); }
void rota_group_release(rota_group* group) { release<Group>(group); }

}  // extern "C"
