// SPDX-License-Identifier: MIT
//
// Threads of the host that work for a runtime.
#include "capi/handle.h"
#include "core/platform/clock.h"
#include "core/runtime/guest.h"
#include "core/runtime/runtime.h"

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Guest;
using runtime::Runtime;

namespace {

rota_status work(rota_thread* thread, uint32_t most, uint64_t time_ns, bool sleeps, uint32_t* out_ran) {
  if (out_ran != nullptr) *out_ran = 0;
  Guest* self = object<Guest>(thread);
  if (self == nullptr) return ROTA_EINVAL;
  scheduler::GuestTurn turn{.most = most == 0 ? UINT32_MAX : most,
                            .until_ns = platform::deadline_after(platform::now_ns(), time_ns),
                            .sleeps = sleeps};
  const Status status = self->work(turn);
  if (out_ran != nullptr) *out_ran = turn.ran;
  return c(status);
}

}  // namespace

extern "C" {

rota_status rota_thread_enter(rota_runtime* runtime, rota_thread** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  if (self->multi_thread() == nullptr) return ROTA_ENOTSUP;
  Result<Guest*> made = Guest::create(*self->multi_thread());
  if (!made.ok()) return c(made.status());
  *out = handle<rota_thread>(made.value());
  return ROTA_OK;
}

rota_status rota_thread_run(rota_thread* thread, uint32_t max_items, uint64_t budget_ns, uint32_t* out_ran) {
  return work(thread, max_items, budget_ns, false, out_ran);
}

rota_status rota_thread_serve(rota_thread* thread, uint64_t timeout_ns, uint32_t* out_ran) {
  return work(thread, 0, timeout_ns, true, out_ran);
}

rota_status rota_thread_interrupt(rota_thread* thread) {
  Guest* self = object<Guest>(thread);
  if (self == nullptr) return ROTA_EINVAL;
  self->interrupt();
  return ROTA_OK;
}

rota_status rota_thread_leave(rota_thread* thread) {
  if (thread == nullptr) return ROTA_OK;
  Guest* self = object<Guest>(thread);
  return self == nullptr ? ROTA_EINVAL : c(self->leave());
}

}  // extern "C"
