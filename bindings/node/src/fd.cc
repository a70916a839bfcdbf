// SPDX-License-Identifier: MIT
//
// Readiness of descriptors that the program owns.
#include "value.h"

namespace rota_node {
namespace {

class Readiness final : public Operation {
 public:
  using Operation::Operation;
  napi_value result(napi_env env) override { return make_number(env, ready); }

  uint32_t ready = 0;
};

// registerFd(runtime, fd): a registration.
napi_value register_fd(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const auto descriptor = static_cast<intptr_t>(call.number(1));
  if (!call.ok()) return nullptr;
  rota_fd* fd = nullptr;
  const rota_status status = rota_fd_register(runtime, descriptor, &fd);
  return status == ROTA_OK ? wrap(env, fd) : call.finish(status);
}

// waitFd(runtime, id, holdsLoop, registration, interest): ROTA_READABLE and so on.
napi_value wait_fd(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t id = call.uint32(1);
  const bool holds_loop = call.boolean(2);
  auto* fd = call.handle<rota_fd>(3);
  const uint32_t interest = call.uint32(4);
  if (!call.ok()) return nullptr;
  return call.environment().start(
      std::make_unique<Readiness>(runtime), id, holds_loop,
      [&](Readiness& operation, rota_task** out) { return rota_fd_wait(fd, interest, &operation.ready, out); });
}

// deregisterFd(registration): a second time is harmless.
napi_value deregister_fd(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* fd = call.handle<rota_fd>(0);
  if (!call.ok()) return nullptr;
  const rota_status status = rota_fd_deregister(fd);
  return call.finish(status == ROTA_EALREADY ? ROTA_OK : status);
}

constexpr Function kFunctions[] = {
    {"registerFd", register_fd},
    {"waitFd", wait_fd},
    {"deregisterFd", deregister_fd},
};

}  // namespace

void add_fd_functions(napi_env env, napi_value exports) { add_functions(env, exports, kFunctions); }

}  // namespace rota_node
