// SPDX-License-Identifier: MIT
#include "core/sync/semaphore.h"

#include "capi/handle.h"
#include "core/runtime/runtime.h"

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Runtime;
using sync::Semaphore;

extern "C" {

rota_status rota_semaphore_create(rota_runtime* runtime, uint32_t permits, rota_semaphore** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  Result<Semaphore*> made = Semaphore::create(self->services().home, permits);
  if (!made.ok()) return c(made.status());
  *out = handle<rota_semaphore>(made.value());
  return ROTA_OK;
}

rota_status rota_semaphore_try_acquire(rota_semaphore* semaphore, uint32_t permits) {
  Semaphore* self = object<Semaphore>(semaphore);
  return self == nullptr ? ROTA_EINVAL : c(self->try_acquire(permits));
}

rota_status rota_semaphore_acquire(rota_semaphore* semaphore, uint32_t permits, rota_task** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Semaphore* self = object<Semaphore>(semaphore);
  return self == nullptr ? ROTA_EINVAL : give(self->acquire(permits), out);
}

rota_status rota_semaphore_add(rota_semaphore* semaphore, uint32_t permits) {
  Semaphore* self = object<Semaphore>(semaphore);
  return self == nullptr ? ROTA_EINVAL : c(self->add(permits));
}

uint32_t rota_semaphore_available(const rota_semaphore* semaphore) {
  const Semaphore* self = object<Semaphore>(semaphore);
  return self == nullptr ? 0 : self->available();
}

rota_status rota_semaphore_close(rota_semaphore* semaphore) {
  Semaphore* self = object<Semaphore>(semaphore);
  return self == nullptr ? ROTA_EINVAL : c(self->close());
}

rota_semaphore* rota_semaphore_clone(rota_semaphore* semaphore) { return clone<Semaphore>(semaphore); }
void rota_semaphore_release(rota_semaphore* semaphore) { release<Semaphore>(semaphore); }

}  // extern "C"
