// SPDX-License-Identifier: MIT
//
// Somebody else's addon: makes blocking jobs for spawnBlocking, and tells what became of them.
//   job(status): returns that status at once      gate(): blocks until open() is called      dropped(): how many are
//   freed
#include <atomic>
#include <condition_variable>
#include <mutex>

#define NAPI_VERSION 8
#include "../include/rota_node.h"

namespace {

std::atomic<uint32_t> dropped_count{0};

// Never destroyed: a process may end while a job waits at it.
struct Gate {
  std::mutex mutex;
  std::condition_variable opened;
  bool is_open = false;
};
Gate& the_gate = *new Gate;

rota_status finish(void* arg) { return *static_cast<rota_status*>(arg); }

rota_status wait_at_gate(void* arg) {
  std::unique_lock lock(the_gate.mutex);
  the_gate.opened.wait(lock, [] { return the_gate.is_open; });
  return *static_cast<rota_status*>(arg);
}

void drop(void* arg) {
  delete static_cast<rota_status*>(arg);
  ++dropped_count;
}

napi_value make(napi_env env, rota_blocking_fn call, rota_status status) {
  auto* job = new rota_node_job{call, new rota_status(status), drop};
  napi_value object = nullptr;
  napi_create_object(env, &object);
  napi_wrap(
      env, object, job,
      [](napi_env, void* data, void*) {
        auto* unused = static_cast<rota_node_job*>(data);
        if (unused->call != nullptr) drop(unused->arg);
        delete unused;
      },
      nullptr, nullptr);
  napi_type_tag_object(env, object, &rota_node_job_tag);
  return object;
}

napi_value job(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = nullptr;
  int32_t status = 0;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  napi_get_value_int32(env, argument, &status);
  return make(env, finish, status);
}

napi_value gate(napi_env env, napi_callback_info) { return make(env, wait_at_gate, ROTA_OK); }

napi_value open(napi_env, napi_callback_info) {
  const std::lock_guard lock(the_gate.mutex);
  the_gate.is_open = true;
  the_gate.opened.notify_all();
  return nullptr;
}

napi_value dropped(napi_env env, napi_callback_info) {
  napi_value value = nullptr;
  napi_create_uint32(env, dropped_count, &value);
  return value;
}

void add(napi_env env, napi_value exports, const char* name, napi_callback call) {
  napi_value function = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, call, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace

NAPI_MODULE_INIT() {
  add(env, exports, "job", job);
  add(env, exports, "gate", gate);
  add(env, exports, "open", open);
  add(env, exports, "dropped", dropped);
  return exports;
}
