// SPDX-License-Identifier: MIT
#include "core/sync/channel.h"

#include "capi/foreign_task.h"
#include "capi/handle.h"
#include "core/runtime/runtime.h"

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Runtime;
using sync::Channel;

extern "C" {

rota_status rota_channel_create(rota_runtime* runtime, size_t capacity, rota_drop_fn drop, rota_channel** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  Result<Channel*> made = Channel::create(self->services().home, capacity, sync::Drop{drop_state, drop});
  if (!made.ok()) return c(made.status());
  *out = handle<rota_channel>(made.value());
  return ROTA_OK;
}

rota_status rota_channel_try_send(rota_channel* channel, void* value) {
  Channel* self = object<Channel>(channel);
  return self == nullptr ? ROTA_EINVAL : c(self->try_send(value));
}

rota_status rota_channel_send(rota_channel* channel, void* value, rota_task** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Channel* self = object<Channel>(channel);
  return self == nullptr ? ROTA_EINVAL : give(self->send(value), out);
}

rota_status rota_channel_try_recv(rota_channel* channel, void** out_value) {
  if (out_value == nullptr) return ROTA_EINVAL;
  *out_value = nullptr;
  Channel* self = object<Channel>(channel);
  return self == nullptr ? ROTA_EINVAL : c(self->try_recv(*out_value));
}

rota_status rota_channel_recv_poll(rota_channel* channel, rota_context* cx, void** out_value) {
  if (out_value == nullptr) return ROTA_EINVAL;
  *out_value = nullptr;
  Channel* self = object<Channel>(channel);
  if (self == nullptr || cx == nullptr) return ROTA_EINVAL;
  return c(self->poll_recv(*context_of(cx), *out_value));
}

rota_status rota_channel_recv(rota_channel* channel, void** out_value, rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_value != nullptr) *out_value = nullptr;
  Channel* self = object<Channel>(channel);
  if (self == nullptr || out == nullptr || out_value == nullptr) return ROTA_EINVAL;
  return give(self->recv(out_value), out);
}

rota_status rota_channel_close(rota_channel* channel) {
  Channel* self = object<Channel>(channel);
  return self == nullptr ? ROTA_EINVAL : c(self->close());
}

size_t rota_channel_len(const rota_channel* channel) {
  const Channel* self = object<Channel>(channel);
  return self == nullptr ? 0 : self->size();
}

rota_channel* rota_channel_clone(rota_channel* channel) { return clone<Channel>(channel); }
void rota_channel_release(rota_channel* channel) { release<Channel>(channel); }

}  // extern "C"
