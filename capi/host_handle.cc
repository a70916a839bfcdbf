// SPDX-License-Identifier: MIT
//
// Handles of the host that have no readiness.
#include "core/net/host_handle.h"
#include "capi/handle.h"
#include "core/runtime/runtime.h"

namespace rota::capi {
namespace {

uint32_t at_most(size_t len) { return len < UINT32_MAX ? static_cast<uint32_t>(len) : UINT32_MAX; }

}  // namespace
}  // namespace rota::capi

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using net::HostHandle;
using runtime::Runtime;

extern "C" {

rota_status rota_handle_register(rota_runtime* runtime, intptr_t native, rota_handle** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  Result<HostHandle*> made = HostHandle::create(self->services(), native);
  if (!made.ok()) return c(made.status());
  *out = handle<rota_handle>(made.value());
  return ROTA_OK;
}

rota_status rota_handle_read(rota_handle* handle, uint64_t offset, void* buffer, size_t len, size_t* out_count,
                             rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_count != nullptr) *out_count = 0;
  HostHandle* self = object<HostHandle>(handle);
  if (self == nullptr || (buffer == nullptr && len != 0) || out_count == nullptr || out == nullptr) return ROTA_EINVAL;
  return give(self->read(offset, buffer, at_most(len), out_count), out);
}

rota_status rota_handle_write(rota_handle* handle, uint64_t offset, const void* buffer, size_t len, size_t* out_count,
                              rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_count != nullptr) *out_count = 0;
  HostHandle* self = object<HostHandle>(handle);
  if (self == nullptr || (buffer == nullptr && len != 0) || out_count == nullptr || out == nullptr) return ROTA_EINVAL;
  return give(self->write(offset, buffer, at_most(len), out_count), out);
}

rota_status rota_handle_accept(rota_handle* handle, rota_task** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  HostHandle* self = object<HostHandle>(handle);
  return self == nullptr ? ROTA_EINVAL : give(self->accept(), out);
}

rota_handle* rota_handle_clone(rota_handle* handle) { return clone<HostHandle>(handle); }
void rota_handle_release(rota_handle* handle) { release<HostHandle>(handle); }

}  // extern "C"
