// SPDX-License-Identifier: MIT
//
// The addon's door. Each environment that loads it gets its own (N-API calls this once a JavaScript thread).
#include "value.h"

NAPI_MODULE_INIT() {
  if (rota_node::Environment::create(env) == nullptr) return nullptr;
  rota_node::add_runtime_functions(env, exports);
  rota_node::add_socket_functions(env, exports);
  rota_node::add_fd_functions(env, exports);
  rota_node::add_sync_functions(env, exports);
  napi_set_named_property(env, exports, "version", rota_node::make_number(env, rota_version()));
  return exports;
}
