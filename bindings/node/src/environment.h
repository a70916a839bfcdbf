// SPDX-License-Identifier: MIT
//
// Environment: what the addon keeps for one JavaScript thread (the main one, or a worker_threads Worker): the
// thread-safe function, the mailbox behind it, the operations under way and the runtimes.
//
// Thread safety: the JavaScript thread's alone.
#pragma once

#include <unordered_map>
#include <unordered_set>

#include "operation.h"

namespace rota_node {

class Environment {
 public:
  // Makes the environment's instance, which lives until the environment ends; nullptr with an exception pending.
  static Environment* create(napi_env env);
  static Environment* of(napi_env env);

  // Starts an operation and returns its promise. `begin(operation, &task)` calls the engine. `id` not 0 is what cancel
  // takes; `holds_loop` false lets the process end although it is pending.
  template <class Op, class Begin>
  napi_value start(std::unique_ptr<Op> operation, uint32_t id, bool holds_loop, Begin begin) {
    rota_task* task = nullptr;
    const rota_status status = begin(*operation, &task);
    return watch(std::move(operation), task, status, id, holds_loop);
  }

  // The status of the request; ROTA_EALREADY when there is no such operation (any more).
  rota_status cancel(uint32_t id);

  void add_runtime(rota_runtime* runtime) { runtimes_.insert(runtime); }
  void remove_runtime(rota_runtime* runtime) { runtimes_.erase(runtime); }

  // The class that errors are made of: called with a status.
  void set_error_class(napi_value constructor);
  napi_value make_error(rota_status status);

 private:
  explicit Environment(napi_env env) : env_(env) {}
  ~Environment();

  static void on_bell(napi_env env, napi_value function, void* context, void* data);
  static void on_end(void* self);
  static void on_done(rota_task* task, rota_status status, void* operation, void*);

  napi_value watch(std::unique_ptr<Operation> operation, rota_task* task, rota_status status, uint32_t id,
                   bool holds_loop);
  void settle_completed();
  void settle(napi_deferred deferred, rota_status status, Operation& operation);
  void link(Operation& operation);
  void unlink(Operation& operation);

  const napi_env env_;
  napi_threadsafe_function bell_ = nullptr;
  std::shared_ptr<Mailbox> mailbox_;
  napi_ref error_class_ = nullptr;
  Operation* first_ = nullptr;  // of those under way
  std::unordered_map<uint32_t, Operation*> cancellable_;
  std::unordered_set<rota_runtime*> runtimes_;
  uint32_t holding_loop_ = 0;  // operations that keep the process alive
};

}  // namespace rota_node
