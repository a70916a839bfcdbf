// SPDX-License-Identifier: MIT
//
// Operation: something pending that a promise stands for. It owns what the engine borrows meanwhile (buffers, places
// for results), so nothing of JavaScript's memory is touched off its thread.
//
// A life: made and started on the JavaScript thread (Environment::start); completed by a worker, which posts it to the
// mailbox; settled and deleted on the JavaScript thread. When the environment ends first, whoever completes it deletes
// it.
#pragma once

#include <rota/rota.h>

#include <cstdint>
#include <memory>

#include "mailbox.h"

namespace rota_node {

class Environment;

class Operation {
 public:
  explicit Operation(rota_runtime* runtime) : runtime_(rota_runtime_clone(runtime)) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation();

  // What the promise is fulfilled with, on the JavaScript thread; nullptr with an exception pending.
  virtual napi_value result(napi_env env);

  [[nodiscard]] rota_runtime* runtime() const { return runtime_; }

 private:
  friend class Environment;

  rota_runtime* runtime_;  // held, so that forgetting the Runtime object does not end what it started
  rota_task* task_ = nullptr;
  rota_status status_ = ROTA_PENDING;
  std::shared_ptr<Mailbox> mailbox_;
  // The JavaScript thread's alone:
  napi_deferred deferred_ = nullptr;
  uint32_t id_ = 0;  // not 0: cancel finds it
  bool holds_loop_ = true;
  Operation* previous_ = nullptr;
  Operation* next_ = nullptr;
};

}  // namespace rota_node
