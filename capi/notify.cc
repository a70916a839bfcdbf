// SPDX-License-Identifier: MIT
#include "core/sync/notify.h"

#include "capi/handle.h"
#include "core/runtime/runtime.h"

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Runtime;
using sync::Notify;

extern "C" {

rota_status rota_notify_create(rota_runtime* runtime, rota_notify** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  Result<Notify*> made = Notify::create(self->services().home);
  if (!made.ok()) return c(made.status());
  *out = handle<rota_notify>(made.value());
  return ROTA_OK;
}

rota_status rota_notify_one(rota_notify* notify) {
  Notify* self = object<Notify>(notify);
  if (self == nullptr) return ROTA_EINVAL;
  self->notify_one();
  return ROTA_OK;
}

rota_status rota_notify_all(rota_notify* notify) {
  Notify* self = object<Notify>(notify);
  if (self == nullptr) return ROTA_EINVAL;
  self->notify_all();
  return ROTA_OK;
}

rota_status rota_notify_wait(rota_notify* notify, rota_task** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Notify* self = object<Notify>(notify);
  return self == nullptr ? ROTA_EINVAL : give(self->wait(), out);
}

rota_notify* rota_notify_clone(rota_notify* notify) { return clone<Notify>(notify); }
void rota_notify_release(rota_notify* notify) { release<Notify>(notify); }

}  // extern "C"
