// SPDX-License-Identifier: MIT
//
// Readiness of the host's descriptors.
#include "capi/engine_task.h"
#include "capi/handle.h"
#include "core/net/host_fd.h"
#include "core/runtime/runtime.h"

namespace rota::capi {
namespace {

using net::HostFd;

constexpr uint32_t kInterest = ROTA_READABLE | ROTA_WRITABLE;
static_assert(ROTA_READABLE == io::kReadable && ROTA_WRITABLE == io::kWritable && ROTA_CLOSED_READ == io::kReadClosed);

bool valid(uint32_t interest) { return interest != 0 && (interest & ~kInterest) == 0; }

Status poll(HostFd& fd, task::Context& context, uint32_t interest, uint32_t& out_ready) {
  uint32_t ready = 0;
  const Status status = fd.poll(context, interest, ready);
  out_ready = (ready & (kInterest | ROTA_CLOSED_READ)) | ((ready & io::kError) != 0 ? ROTA_ERROR : 0);
  return status;
}

}  // namespace
}  // namespace rota::capi

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using net::HostFd;
using runtime::Runtime;

extern "C" {

rota_status rota_fd_register(rota_runtime* runtime, intptr_t fd, rota_fd** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  if (fd < 0) return ROTA_EBADF;
  Result<HostFd*> made = HostFd::create(self->services(), fd);
  if (!made.ok()) return c(made.status());
  *out = handle<rota_fd>(made.value());
  return ROTA_OK;
}

rota_status rota_fd_poll(rota_fd* fd, rota_context* cx, uint32_t interest, uint32_t* out_ready) {
  if (out_ready == nullptr) return ROTA_EINVAL;
  *out_ready = 0;
  HostFd* self = object<HostFd>(fd);
  if (self == nullptr || cx == nullptr || !valid(interest)) return ROTA_EINVAL;
  return c(poll(*self, *context_of(cx), interest, *out_ready));
}

rota_status rota_fd_wait(rota_fd* fd, uint32_t interest, uint32_t* out_ready, rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_ready != nullptr) *out_ready = 0;
  HostFd* self = object<HostFd>(fd);
  if (self == nullptr || out_ready == nullptr || out == nullptr || !valid(interest)) return ROTA_EINVAL;
  auto wait = [kept = base::Ref<HostFd>(*self), interest, out_ready](task::Context& context) {
    return poll(*kept, context, interest, *out_ready);
  };
  return start(Runtime::of(self->services().home), wait, out);
}

rota_status rota_fd_deregister(rota_fd* fd) {
  HostFd* self = object<HostFd>(fd);
  return self == nullptr ? ROTA_EINVAL : c(self->deregister());
}

rota_fd* rota_fd_clone(rota_fd* fd) { return clone<HostFd>(fd); }
void rota_fd_release(rota_fd* fd) { release<HostFd>(fd); }

}  // extern "C"
