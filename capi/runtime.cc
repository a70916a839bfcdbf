// SPDX-License-Identifier: MIT
#include "core/runtime/runtime.h"

#include <cstring>

#include "capi/handle.h"
#include "capi/options.h"
#include "core/platform/clock.h"
#include "core/platform/thread.h"
#include "core/scheduler/current.h"

namespace rota::capi {
namespace {

using runtime::Runtime;

constexpr uint64_t kKeepAliveNs = 10'000'000'000;
constexpr uint32_t kDefaultBlocking = 512;
constexpr uint32_t kDefaultGuests = 4;
constexpr size_t kMostNameBytes = 8;

constexpr rota_runtime_options kDefaults{.size = sizeof(rota_runtime_options),
                                         .workers = ROTA_WORKERS_AUTO,
                                         .blocking_max = ROTA_BLOCKING_AUTO,
                                         .flags = 0,
                                         .blocking_keep_alive_ns = 0,
                                         .stack_size = 0,
                                         .name = nullptr,
                                         .name_len = 0,
                                         .allocator = nullptr,
                                         .hooks = nullptr,
                                         .profiler = nullptr,
                                         .threads_max = 0,
                                         .guests_max = 0};

Status convert_sizes(const rota_runtime_options& given, runtime::Options& options) {
  if (given.flags != 0) return Status::kInvalid;
  if (given.workers == ROTA_WORKERS_AUTO) {
    const uint32_t cores = platform::available_cores();
    options.workers = cores < ROTA_WORKERS_MAX ? cores : ROTA_WORKERS_MAX;
  } else if (given.workers <= ROTA_WORKERS_MAX) {
    options.workers = given.workers;
  } else {
    return Status::kInvalid;
  }
  if (given.blocking_max == ROTA_BLOCKING_AUTO) {
    options.blocking_max = options.workers == 0 ? 0 : kDefaultBlocking;
  } else if (given.blocking_max <= ROTA_BLOCKING_MAX) {
    options.blocking_max = given.blocking_max;
  } else {
    return Status::kInvalid;
  }
  options.blocking_keep_alive_ns = given.blocking_keep_alive_ns == 0 ? kKeepAliveNs : given.blocking_keep_alive_ns;
  if (given.stack_size > SIZE_MAX / 2) return Status::kInvalid;
  options.stack_size = static_cast<size_t>(given.stack_size);
  return Status::kOk;
}

Status convert_name(const rota_runtime_options& given, runtime::Options& options) {
  if (given.name == nullptr) return given.name_len == 0 ? Status::kOk : Status::kInvalid;
  const size_t length = given.name_len < kMostNameBytes ? given.name_len : kMostNameBytes;
  std::memcpy(options.name, given.name, length);
  options.name[length] = '\0';
  return Status::kOk;
}

Status convert_callbacks(const rota_runtime_options& given, runtime::Options& options) {
  if (given.allocator != nullptr) {
    rota_allocator allocator{};
    if (const Status status = read_options(given.allocator, allocator); !ok(status)) return status;
    if (allocator.alloc == nullptr || allocator.free == nullptr || allocator.zero != 0) return Status::kInvalid;
    options.memory = platform::Memory(allocator.alloc, allocator.free, allocator.user);
  }
  if (given.hooks != nullptr) {
    rota_thread_hooks hooks{};
    if (const Status status = read_options(given.hooks, hooks); !ok(status)) return status;
    if (hooks.zero != 0) return Status::kInvalid;
    options.hooks = {
        .start = hooks.start, .stop = hooks.stop, .name = hooks.name, .affinity = hooks.affinity, .user = hooks.user};
  }
  if (given.profiler != nullptr) {
    rota_profiler profiler{};
    if (const Status status = read_options(given.profiler, profiler); !ok(status)) return status;
    if (profiler.zero != 0) return Status::kInvalid;
    options.profiler = {.begin = reinterpret_cast<runtime::Profiler::Function>(profiler.begin),
                        .end = reinterpret_cast<runtime::Profiler::Function>(profiler.end),
                        .user = profiler.user};
  }
  return Status::kOk;
}

// Fits the threads into threads_max, and sets the seats of guests.
Status convert_bounds(const rota_runtime_options& given, runtime::Options& options) {
  if (given.threads_max > ROTA_THREADS_MAX) return Status::kInvalid;
  if (const uint32_t most = given.threads_max; most != 0) {
    const uint32_t for_jobs = options.blocking_max != 0 && most > 1 ? 1 : 0;
    if (given.workers == ROTA_WORKERS_AUTO && options.workers > most - for_jobs) options.workers = most - for_jobs;
    if (options.workers > most) return Status::kInvalid;
    if (options.blocking_max > most - options.workers) options.blocking_max = most - options.workers;
  }
  if (given.guests_max == ROTA_GUESTS_NONE) return Status::kOk;
  if (given.guests_max > ROTA_GUESTS_MAX) return Status::kInvalid;
  options.guests = given.guests_max != 0 || options.workers == 0 ? given.guests_max : kDefaultGuests;
  return Status::kOk;
}

Status create(const rota_runtime_options* given, rota_runtime** out) {
  rota_runtime_options known = kDefaults;
  if (given != nullptr) {
    if (const Status status = read_options(given, known); !ok(status)) return status;
  }
  runtime::Options options;
  if (const Status status = convert_sizes(known, options); !ok(status)) return status;
  if (const Status status = convert_bounds(known, options); !ok(status)) return status;
  if (const Status status = convert_name(known, options); !ok(status)) return status;
  if (const Status status = convert_callbacks(known, options); !ok(status)) return status;
  Result<Runtime*> made = Runtime::create(options);
  if (!made.ok()) return made.status();
  *out = handle<rota_runtime>(made.value());
  return Status::kOk;
}

}  // namespace
}  // namespace rota::capi

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Runtime;

extern "C" {

rota_status rota_runtime_options_init(rota_runtime_options* options, size_t size) {
  return c(write_options(options, size, kDefaults));
}

rota_status rota_runtime_create(const rota_runtime_options* options, rota_runtime** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  return c(create(options, out));
}

rota_runtime* rota_runtime_clone(rota_runtime* runtime) { return clone<Runtime>(runtime); }
void rota_runtime_release(rota_runtime* runtime) { release<Runtime>(runtime); }

rota_status rota_runtime_shutdown(rota_runtime* runtime, uint64_t timeout_ns) {
  Runtime* self = object<Runtime>(runtime);
  return self == nullptr ? ROTA_EINVAL : c(self->shut_down(timeout_ns));
}

uint32_t rota_runtime_workers(const rota_runtime* runtime) {
  const Runtime* self = object<Runtime>(runtime);
  return self == nullptr ? 0 : self->workers();
}

uint64_t rota_now(const rota_runtime* runtime) { return object<Runtime>(runtime) == nullptr ? 0 : platform::now_ns(); }

rota_runtime* rota_current_runtime(void) {
  const scheduler::Current* current = scheduler::Current::get();
  return current == nullptr ? nullptr : handle<rota_runtime>(&Runtime::of(current->scheduler));
}

rota_status rota_metrics_read(rota_runtime* runtime, rota_metrics* out, size_t size) {
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr || out == nullptr || size < 2 * sizeof(uint32_t) || size > kLargestOptions) return ROTA_EINVAL;
  const runtime::Metrics m = self->metrics();
  rota_metrics metrics{};
  metrics.workers = m.scheduler.workers;
  metrics.workers_parked = m.scheduler.workers_parked;
  metrics.blocking_threads = m.blocking.threads;
  metrics.blocking_idle = m.blocking.idle;
  metrics.blocking_running = m.blocking.running;
  metrics.blocking_queued = m.blocking.queued;
  metrics.blocking_wait_ns = m.blocking.wait_ns;
  metrics.blocking_jobs = m.blocking.jobs;
  // A moment apart, and relaxed: never below none.
  const uint64_t ended = m.scheduler.tasks_ended;
  metrics.tasks_live = m.scheduler.tasks_spawned > ended ? m.scheduler.tasks_spawned - ended : 0;
  metrics.tasks_spawned = m.scheduler.tasks_spawned;
  metrics.polls = m.scheduler.polls;
  metrics.steals = m.scheduler.steals;
  metrics.overflows = m.scheduler.overflows;
  metrics.parks = m.scheduler.parks;
  metrics.unparks = m.scheduler.unparks;
  metrics.injector_depth = m.scheduler.injector_depth;
  metrics.timers = m.scheduler.timers;
  metrics.io_registrations = m.io_registrations;
  metrics.io_events = m.io_events;
  return c(write_options(out, size, metrics));
}

}  // extern "C"
