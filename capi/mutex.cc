// SPDX-License-Identifier: MIT
#include "core/sync/mutex.h"

#include "capi/handle.h"
#include "core/runtime/runtime.h"

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Runtime;
using sync::Mutex;

extern "C" {

rota_status rota_mutex_create(rota_runtime* runtime, rota_mutex** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  Result<Mutex*> made = Mutex::create(self->services().home);
  if (!made.ok()) return c(made.status());
  *out = handle<rota_mutex>(made.value());
  return ROTA_OK;
}

rota_status rota_mutex_try_lock(rota_mutex* mutex) {
  Mutex* self = object<Mutex>(mutex);
  return self == nullptr ? ROTA_EINVAL : c(self->try_lock());
}

rota_status rota_mutex_lock(rota_mutex* mutex, rota_task** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Mutex* self = object<Mutex>(mutex);
  return self == nullptr ? ROTA_EINVAL : give(self->lock(), out);
}

rota_status rota_mutex_unlock(rota_mutex* mutex) {
  Mutex* self = object<Mutex>(mutex);
  return self == nullptr ? ROTA_EINVAL : c(self->unlock());
}

rota_mutex* rota_mutex_clone(rota_mutex* mutex) { return clone<Mutex>(mutex); }
void rota_mutex_release(rota_mutex* mutex) { release<Mutex>(mutex); }

}  // extern "C"
