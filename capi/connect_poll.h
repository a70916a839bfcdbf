// SPDX-License-Identifier: MIT
//
// What connecting is made of, whatever the address: the poll function, and where the socket goes.
#pragma once

#include "capi/engine_task.h"
#include "capi/handle.h"
#include "core/net/connect.h"
#include "core/runtime/runtime.h"

namespace rota::capi {

// A poll function with what it needs kept alive: a Connect.
class ConnectPoll {
 public:
  explicit ConnectPoll(net::Connect& connect) : connect_(&connect) {}
  ConnectPoll(ConnectPoll&& other) noexcept : connect_(other.connect_) { other.connect_ = nullptr; }
  ConnectPoll& operator=(ConnectPoll&&) = delete;
  ~ConnectPoll() {
    if (connect_ != nullptr) connect_->destroy();
  }
  Status operator()(task::Context& context) { return connect_->poll(context); }

 private:
  net::Connect* connect_;
};

// `place` is a rota_socket**.
inline void give_socket(void* place, net::Socket* socket) {
  *static_cast<rota_socket**>(place) = handle<rota_socket>(socket);
}

inline rota_status start_connect(runtime::Runtime& runtime, Result<net::Connect*> made, rota_task** out) {
  if (!made.ok()) return c(made.status());
  ConnectPoll poll(*made.value());
  return start(runtime, poll, out);
}

}  // namespace rota::capi
