// SPDX-License-Identifier: MIT
#include "core/sync/oneshot.h"

#include "capi/foreign_task.h"
#include "capi/handle.h"
#include "core/runtime/runtime.h"

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Runtime;
using sync::Oneshot;

extern "C" {

rota_status rota_oneshot_create(rota_runtime* runtime, rota_drop_fn drop, rota_oneshot** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  Result<Oneshot*> made = Oneshot::create(self->services().home, sync::Drop{drop_state, drop});
  if (!made.ok()) return c(made.status());
  *out = handle<rota_oneshot>(made.value());
  return ROTA_OK;
}

rota_status rota_oneshot_send(rota_oneshot* oneshot, void* value) {
  Oneshot* self = object<Oneshot>(oneshot);
  return self == nullptr ? ROTA_EINVAL : c(self->send(value));
}

rota_status rota_oneshot_try_recv(rota_oneshot* oneshot, void** out_value) {
  if (out_value == nullptr) return ROTA_EINVAL;
  *out_value = nullptr;
  Oneshot* self = object<Oneshot>(oneshot);
  return self == nullptr ? ROTA_EINVAL : c(self->try_recv(*out_value));
}

rota_status rota_oneshot_recv_poll(rota_oneshot* oneshot, rota_context* cx, void** out_value) {
  if (out_value == nullptr) return ROTA_EINVAL;
  *out_value = nullptr;
  Oneshot* self = object<Oneshot>(oneshot);
  if (self == nullptr || cx == nullptr) return ROTA_EINVAL;
  return c(self->poll_recv(*context_of(cx), *out_value));
}

rota_status rota_oneshot_recv(rota_oneshot* oneshot, void** out_value, rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_value != nullptr) *out_value = nullptr;
  Oneshot* self = object<Oneshot>(oneshot);
  if (self == nullptr || out == nullptr || out_value == nullptr) return ROTA_EINVAL;
  return give(self->recv(out_value), out);
}

rota_status rota_oneshot_close(rota_oneshot* oneshot) {
  Oneshot* self = object<Oneshot>(oneshot);
  return self == nullptr ? ROTA_EINVAL : c(self->close());
}

rota_oneshot* rota_oneshot_clone(rota_oneshot* oneshot) { return clone<Oneshot>(oneshot); }
void rota_oneshot_release(rota_oneshot* oneshot) { release<Oneshot>(oneshot); }

}  // extern "C"
