// SPDX-License-Identifier: MIT
//
// Semaphores, and channels. A channel carries numbers: lib/channel.js keeps the values they stand for, so that no
// reference to a JavaScript value is ever in the hands of another thread.
#include "value.h"

namespace rota_node {
namespace {

class Receive final : public Operation {
 public:
  using Operation::Operation;
  napi_value result(napi_env env) override {
    return make_number(env, static_cast<double>(reinterpret_cast<uintptr_t>(value)));
  }

  void* value = nullptr;
};

// createSemaphore(runtime, permits)
napi_value create_semaphore(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t permits = call.uint32(1);
  if (!call.ok()) return nullptr;
  rota_semaphore* semaphore = nullptr;
  const rota_status status = rota_semaphore_create(runtime, permits, &semaphore);
  return status == ROTA_OK ? wrap(env, semaphore) : call.finish(status);
}

// acquire(runtime, id, holdsLoop, semaphore, permits)
napi_value acquire(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t id = call.uint32(1);
  const bool holds_loop = call.boolean(2);
  auto* semaphore = call.handle<rota_semaphore>(3);
  const uint32_t permits = call.uint32(4);
  if (!call.ok()) return nullptr;
  return call.environment().start(
      std::make_unique<Operation>(runtime), id, holds_loop,
      [&](Operation&, rota_task** out) { return rota_semaphore_acquire(semaphore, permits, out); });
}

// tryAcquire(semaphore, permits): whether they were free.
napi_value try_acquire(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* semaphore = call.handle<rota_semaphore>(0);
  const uint32_t permits = call.uint32(1);
  if (!call.ok()) return nullptr;
  const rota_status status = rota_semaphore_try_acquire(semaphore, permits);
  if (status != ROTA_OK && status != ROTA_EAGAIN) return call.finish(status);
  napi_value taken = nullptr;
  napi_get_boolean(env, status == ROTA_OK, &taken);
  return taken;
}

// addPermits(semaphore, permits)
napi_value add_permits(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* semaphore = call.handle<rota_semaphore>(0);
  const uint32_t permits = call.uint32(1);
  return call.ok() ? call.finish(rota_semaphore_add(semaphore, permits)) : nullptr;
}

// available(semaphore)
napi_value available(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* semaphore = call.handle<rota_semaphore>(0);
  return call.ok() ? make_number(env, rota_semaphore_available(semaphore)) : nullptr;
}

// closeSemaphore(semaphore): a second time is harmless.
napi_value close_semaphore(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* semaphore = call.handle<rota_semaphore>(0);
  if (!call.ok()) return nullptr;
  const rota_status status = rota_semaphore_close(semaphore);
  return call.finish(status == ROTA_EALREADY ? ROTA_OK : status);
}

// createChannel(runtime, capacity): 0 has no limit.
napi_value create_channel(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t capacity = call.uint32(1);
  if (!call.ok()) return nullptr;
  rota_channel* channel = nullptr;
  const rota_status status = rota_channel_create(runtime, capacity, nullptr, &channel);
  return status == ROTA_OK ? wrap(env, channel) : call.finish(status);
}

// send(runtime, id, holdsLoop, channel, number)
napi_value send(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t id = call.uint32(1);
  const bool holds_loop = call.boolean(2);
  auto* channel = call.handle<rota_channel>(3);
  void* value = reinterpret_cast<void*>(static_cast<uintptr_t>(call.number(4)));
  if (!call.ok()) return nullptr;
  return call.environment().start(std::make_unique<Operation>(runtime), id, holds_loop,
                                  [&](Operation&, rota_task** out) { return rota_channel_send(channel, value, out); });
}

// receive(runtime, id, holdsLoop, channel): a number.
napi_value receive(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t id = call.uint32(1);
  const bool holds_loop = call.boolean(2);
  auto* channel = call.handle<rota_channel>(3);
  if (!call.ok()) return nullptr;
  return call.environment().start(
      std::make_unique<Receive>(runtime), id, holds_loop,
      [&](Receive& operation, rota_task** out) { return rota_channel_recv(channel, &operation.value, out); });
}

// closeChannel(channel): a second time is harmless.
napi_value close_channel(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* channel = call.handle<rota_channel>(0);
  if (!call.ok()) return nullptr;
  const rota_status status = rota_channel_close(channel);
  return call.finish(status == ROTA_EALREADY ? ROTA_OK : status);
}

constexpr Function kFunctions[] = {
    {"createSemaphore", create_semaphore}, {"acquire", acquire},     {"tryAcquire", try_acquire},
    {"addPermits", add_permits},           {"available", available}, {"closeSemaphore", close_semaphore},
    {"createChannel", create_channel},     {"send", send},           {"receive", receive},
    {"closeChannel", close_channel},
};

}  // namespace

void add_sync_functions(napi_env env, napi_value exports) { add_functions(env, exports, kFunctions); }

}  // namespace rota_node
