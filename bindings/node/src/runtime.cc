// SPDX-License-Identifier: MIT
//
// The runtime: making and ending it, sleeping, blocking jobs of other addons, figures.
#include <cstddef>
#include <cstring>
#include <utility>

#include "../include/rota_node.h"
#include "value.h"

namespace rota_node {
namespace {

struct Figure {
  const char* name;
  size_t offset;
  bool is_wide;
};

#define ROTA_NODE_FIGURE(name, field) \
  {name, offsetof(rota_metrics, field), sizeof(rota_metrics::field) == sizeof(uint64_t)}

constexpr Figure kFigures[] = {
    ROTA_NODE_FIGURE("workers", workers),
    ROTA_NODE_FIGURE("workersParked", workers_parked),
    ROTA_NODE_FIGURE("blockingThreads", blocking_threads),
    ROTA_NODE_FIGURE("blockingIdle", blocking_idle),
    ROTA_NODE_FIGURE("blockingRunning", blocking_running),
    ROTA_NODE_FIGURE("blockingQueued", blocking_queued),
    ROTA_NODE_FIGURE("blockingWaitNs", blocking_wait_ns),
    ROTA_NODE_FIGURE("blockingJobs", blocking_jobs),
    ROTA_NODE_FIGURE("tasksLive", tasks_live),
    ROTA_NODE_FIGURE("tasksSpawned", tasks_spawned),
    ROTA_NODE_FIGURE("polls", polls),
    ROTA_NODE_FIGURE("steals", steals),
    ROTA_NODE_FIGURE("overflows", overflows),
    ROTA_NODE_FIGURE("parks", parks),
    ROTA_NODE_FIGURE("unparks", unparks),
    ROTA_NODE_FIGURE("injectorDepth", injector_depth),
    ROTA_NODE_FIGURE("timers", timers),
    ROTA_NODE_FIGURE("ioRegistrations", io_registrations),
    ROTA_NODE_FIGURE("ioEvents", io_events),
};

#undef ROTA_NODE_FIGURE

void release_runtime(napi_env env, void* data, void*) {
  auto* runtime = static_cast<rota_runtime*>(data);
  if (Environment* environment = Environment::of(env)) environment->remove_runtime(runtime);
  rota_runtime_release(runtime);
}

// createRuntime(workers, blockingMax, stackSize, keepAliveMs, name): -1 and "" stand for the defaults.
napi_value create_runtime(napi_env env, napi_callback_info info) {
  Call call(env, info);
  rota_runtime_options options;
  rota_runtime_options_init(&options, sizeof options);
  const double workers = call.number(0), blocking_max = call.number(1), stack_size = call.number(2);
  const uint64_t keep_alive = call.nanoseconds(3);
  const std::string name = call.string(4);
  if (!call.ok()) return nullptr;
  if (workers >= 0) options.workers = static_cast<uint32_t>(workers);
  if (blocking_max >= 0) options.blocking_max = static_cast<uint32_t>(blocking_max);
  options.stack_size = static_cast<uint64_t>(stack_size);
  options.blocking_keep_alive_ns = keep_alive;
  options.name = name.empty() ? nullptr : name.data();
  options.name_len = name.size();
  rota_runtime* runtime = nullptr;
  if (const rota_status status = rota_runtime_create(&options, &runtime); status != ROTA_OK) return call.finish(status);
  call.environment().add_runtime(runtime);
  return wrap(env, runtime, HandleTraits<rota_runtime>::kTag, release_runtime);
}

// Waits for the end of a runtime on a thread of libuv's pool: it may take as long as a blocking call does.
struct Shutdown {
  rota_runtime* runtime;
  uint64_t timeout_ns;
  rota_status status;
  napi_deferred deferred;
  napi_async_work work;
};

void await_shutdown(napi_env, void* data) {
  auto* shutdown = static_cast<Shutdown*>(data);
  shutdown->status = rota_runtime_shutdown(shutdown->runtime, shutdown->timeout_ns);
}

void after_shutdown(napi_env env, napi_status, void* data) {
  auto* shutdown = static_cast<Shutdown*>(data);
  napi_value ended = nullptr;
  napi_get_boolean(env, shutdown->status == ROTA_OK, &ended);
  napi_resolve_deferred(env, shutdown->deferred, ended);
  napi_delete_async_work(env, shutdown->work);
  rota_runtime_release(shutdown->runtime);
  delete shutdown;
}

// shutdown(runtime, timeoutMs): a promise of whether everything has ended.
napi_value shutdown(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint64_t timeout = call.nanoseconds(1);
  if (!call.ok()) return nullptr;
  auto* state = new Shutdown{rota_runtime_clone(runtime), timeout, ROTA_OK, nullptr, nullptr};
  napi_value promise = nullptr;
  napi_create_promise(env, &state->deferred, &promise);
  napi_create_async_work(env, nullptr, make_string(env, "rota.shutdown"), await_shutdown, after_shutdown, state,
                         &state->work);
  napi_queue_async_work(env, state->work);
  return promise;
}

// sleep(runtime, id, holdsLoop, milliseconds)
napi_value sleep(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t id = call.uint32(1);
  const bool holds_loop = call.boolean(2);
  const uint64_t delay = call.nanoseconds(3);
  if (!call.ok()) return nullptr;
  return call.environment().start(std::make_unique<Operation>(runtime), id, holds_loop,
                                  [&](Operation&, rota_task** out) { return rota_sleep(runtime, delay, out); });
}

// spawnBlocking(runtime, id, holdsLoop, job): see rota_node.h.
napi_value spawn_blocking(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  const uint32_t id = call.uint32(1);
  const bool holds_loop = call.boolean(2);
  bool is_job = false;
  void* data = nullptr;
  if (!call.ok()) return nullptr;
  if (napi_check_object_type_tag(env, call.argument(3), &rota_node_job_tag, &is_job) != napi_ok || !is_job ||
      napi_unwrap(env, call.argument(3), &data) != napi_ok) {
    return call.throw_type_error("not a job: other addons make them, see rota_node.h");
  }
  auto* job = static_cast<rota_node_job*>(data);
  if (job->call == nullptr) return call.finish(ROTA_EALREADY);
  return call.environment().start(std::make_unique<Operation>(runtime), id, holds_loop,
                                  [&](Operation&, rota_task** out) {
                                    const rota_blocking_fn function = std::exchange(job->call, nullptr);
                                    return rota_spawn_blocking(runtime, function, job->arg, job->drop, out);
                                  });
}

// cancel(id): the status of the request.
napi_value cancel(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const uint32_t id = call.uint32(0);
  if (!call.ok()) return nullptr;
  return make_number(env, call.environment().cancel(id));
}

napi_value metrics(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  if (!call.ok()) return nullptr;
  rota_metrics read;
  if (const rota_status status = rota_metrics_read(runtime, &read, sizeof read); status != ROTA_OK) {
    return call.finish(status);
  }
  napi_value object = nullptr;
  napi_create_object(env, &object);
  const auto* bytes = reinterpret_cast<const char*>(&read);
  for (const Figure& figure : kFigures) {
    uint64_t wide = 0;
    uint32_t narrow = 0;
    std::memcpy(figure.is_wide ? static_cast<void*>(&wide) : &narrow, bytes + figure.offset,
                figure.is_wide ? sizeof wide : sizeof narrow);
    napi_set_named_property(env, object, figure.name, make_number(env, static_cast<double>(wide + narrow)));
  }
  return object;
}

napi_value workers(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto* runtime = call.handle<rota_runtime>(0);
  return call.ok() ? make_number(env, rota_runtime_workers(runtime)) : nullptr;
}

napi_value status_name(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const auto status = static_cast<rota_status>(call.number(0));
  return call.ok() ? make_string(env, rota_status_name(status)) : nullptr;
}

napi_value status_message(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const auto status = static_cast<rota_status>(call.number(0));
  return call.ok() ? make_string(env, rota_status_message(status)) : nullptr;
}

napi_value set_error_class(napi_env env, napi_callback_info info) {
  Call call(env, info);
  call.environment().set_error_class(call.argument(0));
  return nullptr;
}

constexpr Function kFunctions[] = {
    {"createRuntime", create_runtime},
    {"shutdown", shutdown},
    {"sleep", sleep},
    {"spawnBlocking", spawn_blocking},
    {"cancel", cancel},
    {"metrics", metrics},
    {"workers", workers},
    {"statusName", status_name},
    {"statusMessage", status_message},
    {"setErrorClass", set_error_class},
};

}  // namespace

void add_runtime_functions(napi_env env, napi_value exports) { add_functions(env, exports, kFunctions); }

}  // namespace rota_node
