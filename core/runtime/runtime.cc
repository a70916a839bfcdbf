// SPDX-License-Identifier: MIT
#include "core/runtime/runtime.h"

#include <cstdio>
#include <new>

#include "core/platform/affinity.h"
#include "core/platform/clock.h"
#include "core/platform/thread.h"
#include "core/scheduler/current.h"

namespace rota::runtime {
namespace {

constexpr uint32_t kRoomWorkers = 0, kRoomBlocking = 1;
constexpr size_t kNameRoom = 32, kMostCores = 1024;

bool inline_jobs(const Options& options) { return options.workers == 0 && options.blocking_max == 0; }

}  // namespace

Result<Runtime*> Runtime::create(const Options& options) {
  void* block = options.memory.allocate(sizeof(Runtime), alignof(Runtime));
  if (block == nullptr) return Status::kNoMemory;
  static_assert(alignof(Runtime) >= alignof(platform::Arena));
  auto* runtime = new (block) Runtime(options);
  const Status status = runtime->open();
  if (ok(status)) return runtime;
  // Nobody has a handle and no thread runs: letting go of the arena frees it all.
  runtime->arena_.release_owner();
  return status;
}

Runtime::Runtime(const Options& options)
    : options_(options),
      arena_(options.memory, arena_empty, this),
      pool_(arena_, {.max_threads = options.blocking_max,
                     .inline_jobs = inline_jobs(options),
                     .keep_alive_ns = options.blocking_keep_alive_ns,
                     .stack_size = options.stack_size,
                     .thread = blocking_thread,
                     .disturb = disturb,
                     .user = this,
                     .start = nullptr}) {}

Status Runtime::open() {
  // Without threads for jobs, whoever does the work of the workers does them too.
  const scheduler::SideWork jobs{
      .any = [](void* pool) { return static_cast<blocking::Pool*>(pool)->has_queued(); },
      .run = [](void* pool, uint32_t most) { return static_cast<blocking::Pool*>(pool)->run_queued(most); },
      .user = &pool_};
  const scheduler::SideWork none{
      .any = [](void*) { return false; }, .run = [](void*, uint32_t) { return 0u; }, .user = nullptr};
  const scheduler::SideWork& side_work = inline_jobs(options_) ? jobs : none;
  if (options_.workers == 0 && options_.guests == 0) {
    Result<scheduler::CurrentThread*> made = scheduler::CurrentThread::create(arena_, side_work);
    if (!made.ok()) return made.status();
    scheduler_ = current_thread_ = made.value();
  } else {
    Result<scheduler::MultiThread*> made =
        scheduler::MultiThread::create(arena_, options_.workers, options_.guests,
                                       {.start = worker_started, .stop = worker_stops, .user = this}, side_work);
    if (!made.ok()) return made.status();
    scheduler_ = multi_thread_ = made.value();
  }
  blocking_home_.emplace(arena_, &scheduler_->owned_set(), pool_);
  services_.emplace(scheduler::Services{
      .arena = arena_, .home = *scheduler_, .io = scheduler_->io(), .timers = *scheduler_, .blocking = pool_});
  return multi_thread_ == nullptr ? Status::kOk : multi_thread_->start(options_.stack_size);
}

// --- threads

// Name and affinity before the host's own start, which may change both.
void Runtime::thread_starts(uint32_t room, char letter, uint32_t index) const {
  const Hooks& hooks = options_.hooks;
  char name[kNameRoom] = {};
  size_t length = hooks.name == nullptr ? 0 : hooks.name(hooks.user, room, index, name, kNameRoom - 1);
  if (length == 0) {
    std::snprintf(name, sizeof name, "%s-%c%u", options_.name, letter, index);
  } else {
    name[length < kNameRoom ? length : kNameRoom - 1] = '\0';
  }
  platform::set_thread_name(name);
  if (hooks.affinity != nullptr) {
    uint32_t cores[kMostCores];
    const size_t count = hooks.affinity(hooks.user, room, index, cores, kMostCores);
    if (count != 0) (void)platform::set_thread_affinity(cores, count < kMostCores ? count : kMostCores);
  }
  if (hooks.start != nullptr) hooks.start(hooks.user, room, index);
}

void Runtime::worker_started(void* self, uint32_t index) {
  static_cast<Runtime*>(self)->thread_starts(kRoomWorkers, 'w', index);
}

void Runtime::worker_stops(void* self, uint32_t index) {
  const Options& options = static_cast<Runtime*>(self)->options_;
  if (options.hooks.stop != nullptr) options.hooks.stop(options.hooks.user, kRoomWorkers, index);
}

void Runtime::blocking_thread(void* raw, uint32_t index, void (*body)(void*), void* arg) {
  auto& self = *static_cast<Runtime*>(raw);
  const Options& options = self.options_;
  self.thread_starts(kRoomBlocking, 'b', index);
  {
    scheduler::Current current(*self.scheduler_, nullptr, true);
    body(arg);
  }
  if (options.hooks.stop != nullptr) options.hooks.stop(options.hooks.user, kRoomBlocking, index);
}

void Runtime::disturb(void* self) {
  auto* runtime = static_cast<Runtime*>(self);
  if (runtime->current_thread_ != nullptr) runtime->current_thread_->disturb();
  if (runtime->multi_thread_ != nullptr) runtime->multi_thread_->disturb();
}

scheduler::ThreadHome* Runtime::make_thread_home(bool owned) {
  auto* home = arena_.make<scheduler::ThreadHome>(arena_, owned ? &scheduler_->owned_set() : nullptr);
  if (home != nullptr && current_thread_ != nullptr) home->disturb_by(disturb, this);
  return home;
}

Result<task::Home*> Runtime::blocking_home() {
  if (options_.blocking_max == 0 && options_.workers != 0) return Status::kNotSupported;
  return static_cast<task::Home*>(&*blocking_home_);  // NOLINT(bugprone-unchecked-optional-access): open() made it
}

Metrics Runtime::metrics() const {
  return {.scheduler = scheduler_->counters(),
          .blocking = pool_.metrics(),
          .io_registrations = scheduler_->io().registrations(),
          .io_events = scheduler_->io().events()};
}

// --- the end

bool Runtime::on_own_thread() const { return scheduler::Current::inside(*scheduler_); }

void Runtime::stop_work() {
  // What ends here may call back, and must not wait here for what only this call ends.
  scheduler::Current current(*scheduler_, nullptr, false);
  scheduler_->close();
  pool_.close();
}

Status Runtime::shut_down(uint64_t timeout_ns) {
  const uint64_t deadline = platform::deadline_after(platform::now_ns(), timeout_ns);
  stop_work();
  if (on_own_thread() || scheduler::Scheduler::must_not_wait()) return Status::kDeadlock;
  const bool workers_stopped = scheduler_->wait_until_stopped(deadline);
  const bool pool_stopped = pool_.wait_until_stopped(deadline);
  return workers_stopped && pool_stopped ? Status::kOk : Status::kTimedOut;
}

void Runtime::last_reference() {
  stop_work();
  if (!on_own_thread()) (void)scheduler_->wait_until_stopped(platform::kForever);
  arena_.release_owner();  // last: it may free this
}

void Runtime::arena_empty(void* raw) {
  auto* self = static_cast<Runtime*>(raw);
  const platform::Memory memory = self->arena_.memory();
  if (self->multi_thread_ != nullptr) self->multi_thread_->destroy();
  if (self->current_thread_ != nullptr) self->current_thread_->destroy();
  self->~Runtime();
  memory.free(self, sizeof(Runtime), alignof(Runtime));
}

}  // namespace rota::runtime
