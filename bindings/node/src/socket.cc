// SPDX-License-Identifier: MIT
//
// TCP: connecting, listening, accepting; reading, writing, options and addresses of a stream.
//
// What is read lands in memory of the operation and is copied into a Buffer when it is complete, and what is written is
// copied first: JavaScript may transfer or resize its own memory at any time.
#include <cstdlib>
#include <cstring>
#include <utility>

#include "value.h"

namespace rota_node {
namespace {

// Ends with a new socket.
class OpenSocket final : public Operation {
 public:
  using Operation::Operation;
  ~OpenSocket() override { rota_socket_release(socket); }
  napi_value result(napi_env env) override { return wrap(env, std::exchange(socket, nullptr)); }

  rota_socket* socket = nullptr;
};

// Owns the memory of a read or a write.
class Transfer : public Operation {
 public:
  // The memory is not there when there is none to be had.
  Transfer(rota_runtime* runtime, size_t length) : Operation(runtime), memory(std::malloc(length + 1)) {}
  ~Transfer() override { std::free(memory); }

  void* const memory;
  size_t count = 0;
};

class Read final : public Transfer {
 public:
  using Transfer::Transfer;
  napi_value result(napi_env env) override {
    napi_value buffer = nullptr;
    return napi_create_buffer_copy(env, count, memory, nullptr, &buffer) == napi_ok ? buffer : nullptr;
  }
};

class Write final : public Transfer {
 public:
  using Transfer::Transfer;
  napi_value result(napi_env env) override { return make_number(env, static_cast<double>(count)); }
};

// connect(runtime, id, holdsLoop, host, port)
napi_value connect(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t id = call.uint32(1);
  const bool holds_loop = call.boolean(2);
  const std::string host = call.string(3);
  const uint32_t port = call.uint32(4);
  if (!call.ok()) return nullptr;
  return call.environment().start(
      std::make_unique<OpenSocket>(runtime), id, holds_loop, [&](OpenSocket& operation, rota_task** out) {
        return rota_tcp_connect(runtime, host.data(), host.size(), static_cast<uint16_t>(port), nullptr,
                                &operation.socket, out);
      });
}

// listen(runtime, host, port, backlog, flags): a socket.
napi_value listen(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const std::string host = call.string(1);
  const uint32_t port = call.uint32(2);
  rota_tcp_options options;
  rota_tcp_options_init(&options, sizeof options);
  options.backlog = call.uint32(3);
  options.flags = call.uint32(4);
  if (!call.ok()) return nullptr;
  rota_socket* socket = nullptr;
  const rota_status status =
      rota_tcp_listen(runtime, host.data(), host.size(), static_cast<uint16_t>(port), &options, &socket);
  return status == ROTA_OK ? wrap(env, socket) : call.finish(status);
}

// accept(runtime, id, holdsLoop, listener)
napi_value accept(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t id = call.uint32(1);
  const bool holds_loop = call.boolean(2);
  auto* listener = call.handle<rota_socket>(3);
  if (!call.ok()) return nullptr;
  return call.environment().start(
      std::make_unique<OpenSocket>(runtime), id, holds_loop,
      [&](OpenSocket& operation, rota_task** out) { return rota_tcp_accept(listener, &operation.socket, out); });
}

// read(runtime, id, holdsLoop, socket, most)
napi_value read(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t id = call.uint32(1);
  const bool holds_loop = call.boolean(2);
  auto* socket = call.handle<rota_socket>(3);
  const uint32_t most = call.uint32(4);
  if (!call.ok()) return nullptr;
  return call.environment().start(std::make_unique<Read>(runtime, most), id, holds_loop,
                                  [&](Read& operation, rota_task** out) -> rota_status {
                                    if (operation.memory == nullptr) return ROTA_ENOMEM;
                                    return rota_socket_read(socket, operation.memory, most, &operation.count, out);
                                  });
}

// write(runtime, id, holdsLoop, socket, bytes)
napi_value write(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t id = call.uint32(1);
  const bool holds_loop = call.boolean(2);
  auto* socket = call.handle<rota_socket>(3);
  void* bytes = nullptr;
  size_t length = 0;
  if (!call.ok()) return nullptr;
  // A Uint8Array passes for a Buffer.
  if (napi_get_buffer_info(env, call.argument(4), &bytes, &length) != napi_ok) {
    return call.throw_type_error("a Buffer is missing");
  }
  return call.environment().start(
      std::make_unique<Write>(runtime, length), id, holds_loop, [&](Write& operation, rota_task** out) -> rota_status {
        if (operation.memory == nullptr) return ROTA_ENOMEM;
        if (length != 0) std::memcpy(operation.memory, bytes, length);
        return rota_socket_write_all(socket, operation.memory, length, &operation.count, out);
      });
}

// shutdownSocket(socket, how)
napi_value shutdown_socket(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* socket = call.handle<rota_socket>(0);
  const uint32_t how = call.uint32(1);
  return call.ok() ? call.finish(rota_socket_shutdown(socket, how)) : nullptr;
}

// closeSocket(socket): a second time is harmless.
napi_value close_socket(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* socket = call.handle<rota_socket>(0);
  if (!call.ok()) return nullptr;
  const rota_status status = rota_socket_close(socket);
  return call.finish(status == ROTA_EALREADY ? ROTA_OK : status);
}

// setOption(socket, option, value)
napi_value set_option(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* socket = call.handle<rota_socket>(0);
  const uint32_t option = call.uint32(1);
  const auto value = static_cast<int64_t>(call.number(2));
  return call.ok() ? call.finish(rota_socket_set_option(socket, option, value)) : nullptr;
}

// getOption(socket, option)
napi_value get_option(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* socket = call.handle<rota_socket>(0);
  const uint32_t option = call.uint32(1);
  int64_t value = 0;
  if (!call.ok()) return nullptr;
  const rota_status status = rota_socket_get_option(socket, option, &value);
  return status == ROTA_OK ? make_number(env, static_cast<double>(value)) : call.finish(status);
}

using AddressOf = rota_status(rota_socket*, char*, size_t, size_t*, uint16_t*);

napi_value address(napi_env env, napi_callback_info info, AddressOf* address_of) {
  Call call(env, info);
  auto* socket = call.handle<rota_socket>(0);
  if (!call.ok()) return nullptr;
  char text[64];
  size_t length = 0;
  uint16_t port = 0;
  if (const rota_status status = address_of(socket, text, sizeof text, &length, &port); status != ROTA_OK) {
    return call.finish(status);
  }
  napi_value object = nullptr;
  napi_create_object(env, &object);
  napi_set_named_property(env, object, "address", make_string(env, text, length));
  napi_set_named_property(env, object, "port", make_number(env, port));
  return object;
}

napi_value local_address(napi_env env, napi_callback_info info) {
  return address(env, info, rota_socket_local_address);
}

napi_value peer_address(napi_env env, napi_callback_info info) { return address(env, info, rota_socket_peer_address); }

constexpr Function kFunctions[] = {
    {"connect", connect},
    {"listen", listen},
    {"accept", accept},
    {"read", read},
    {"write", write},
    {"shutdownSocket", shutdown_socket},
    {"closeSocket", close_socket},
    {"setOption", set_option},
    {"getOption", get_option},
    {"localAddress", local_address},
    {"peerAddress", peer_address},
};

}  // namespace

void add_socket_functions(napi_env env, napi_value exports) { add_functions(env, exports, kFunctions); }

}  // namespace rota_node
