// SPDX-License-Identifier: MIT
//
// Unix-domain sockets: made here, used as any other (socket.cc).
#include "capi/connect_poll.h"
#include "capi/handle.h"
#include "core/net/socket.h"
#include "core/runtime/runtime.h"

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using net::Address;
using net::Socket;
using runtime::Runtime;

extern "C" {

rota_status rota_unix_connect(rota_runtime* runtime, const char* path, size_t path_len, rota_socket** out_socket,
                              rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_socket != nullptr) *out_socket = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr || path == nullptr || out_socket == nullptr || out == nullptr) return ROTA_EINVAL;
  Address address;
  if (const Status status = Address::unix_path(path, path_len, address); !ok(status)) return c(status);
  if (self->closed()) return ROTA_ESHUTDOWN;
  return start_connect(*self, net::Connect::make(self->services(), address, {}, give_socket, out_socket), out);
}

rota_status rota_unix_listen(rota_runtime* runtime, const char* path, size_t path_len, uint32_t backlog,
                             rota_socket** out_socket) {
  if (out_socket == nullptr) return ROTA_EINVAL;
  *out_socket = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr || path == nullptr) return ROTA_EINVAL;
  Address address;
  if (const Status status = Address::unix_path(path, path_len, address); !ok(status)) return c(status);
  if (self->closed()) return ROTA_ESHUTDOWN;
  net::os::TcpOptions options;
  if (backlog != 0) options.backlog = backlog;
  Result<Socket*> made = Socket::listen(self->services(), address, options);
  if (!made.ok()) return c(made.status());
  *out_socket = handle<rota_socket>(made.value());
  return ROTA_OK;
}

}  // extern "C"
