// SPDX-License-Identifier: MIT
#include "core.h"

#include <algorithm>
#include <chrono>
#include <new>

#include "errors.h"
#include "group.h"

namespace rota_py {
namespace {

// What is left of a time limit; negative: none.
class TimeLimit {
 public:
  explicit TimeLimit(double seconds) : limited_(seconds >= 0), end_(Clock::now() + Seconds(std::min(seconds, 1e9))) {}
  double left() const {
    return limited_ ? std::max(0.0, std::chrono::duration<double>(end_ - Clock::now()).count()) : -1;
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;
  bool limited_;
  std::chrono::time_point<Clock, Seconds> end_;
};

uint64_t to_ns(double seconds) { return seconds < 0 ? ROTA_FOREVER : static_cast<uint64_t>(seconds * 1e9); }

}  // namespace

Core::Core(State& state, double exit_timeout_s)
    : state_(state), interp_(*state.interp), generation_(fork_generation()), exit_timeout_s_(exit_timeout_s) {}

Core* Core::make(State& state, const Options& given) {
  rota_thread_hooks hooks{};
  hooks.size = sizeof hooks;
  hooks.user = state.interp;
  hooks.stop = [](void* interp, uint32_t room, uint32_t) {
    if (room != ROTA_ROOM_BLOCKING) return;
    frozen_if_ended([](void* arg) { static_cast<Interp*>(arg)->thread_stops(); }, interp);
  };
  rota_runtime_options options;
  rota_runtime_options_init(&options, sizeof options);
  options.workers = given.workers;
  options.blocking_max = given.blocking_max;
  options.blocking_keep_alive_ns = given.keep_alive_ns;
  options.name = given.name;
  options.name_len = given.name_len;
  options.hooks = &hooks;

  Core* core = new (std::nothrow) Core(state, given.exit_timeout_s);
  if (core == nullptr) {
    PyErr_NoMemory();
    return nullptr;
  }
  rota_status status;
  {
    Released released;
    status = rota_runtime_create(&options, &core->runtime_);
  }
  if (status != ROTA_OK) {
    delete core;
    raise(state, status);
    return nullptr;
  }
  {
    std::lock_guard<std::mutex> lock(core->interp_.mutex());
    core->next_ = core->interp_.cores;
    core->interp_.cores = core;
  }
  const uint32_t max = given.blocking_max == ROTA_BLOCKING_AUTO ? 512 : given.blocking_max;
  core->jobs_ = Group::make(*core, max, false, nullptr);
  if (core->jobs_ == nullptr) {
    core->unref();
    return nullptr;
  }
  return core;
}

Core* Core::ref() {
  refs_.fetch_add(1, std::memory_order_relaxed);
  return this;
}

void Core::unref() {
  if (forked() || refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  {
    std::lock_guard<std::mutex> lock(interp_.mutex());
    Core** link = &interp_.cores;
    while (*link != this) link = &(*link)->next_;
    *link = next_;
  }
  rota_runtime_release(runtime_);
  if (jobs_ != nullptr) jobs_->unref();
  delete this;
}

bool Core::usable() const {
  if (forked()) {
    PyErr_SetString(PyExc_RuntimeError,
                    "this belongs to a runtime of the parent process, whose threads did not survive the fork: "
                    "create a new rota.Runtime in the child, or start children with the 'spawn' method");
    return false;
  }
  if (closed()) {
    PyErr_SetString(PyExc_RuntimeError, "the runtime is shut down: create a new rota.Runtime");
    return false;
  }
  return true;
}

void Core::add(Group& group) {
  std::lock_guard<std::mutex> lock(interp_.mutex());
  group.next = groups_;
  groups_ = &group;
}

void Core::remove(Group& group) {
  std::lock_guard<std::mutex> lock(interp_.mutex());
  Group** link = &groups_;
  while (*link != &group) link = &(*link)->next;
  *link = group.next;
}

// The groups that there are now, each held.
static std::vector<Group*> held(std::mutex& mutex, Group* first) {
  std::vector<Group*> groups;
  std::lock_guard<std::mutex> lock(mutex);
  for (Group* group = first; group != nullptr; group = group->next) {
    if (group->try_ref()) groups.push_back(group);
  }
  return groups;
}

int Core::end_groups(bool wait, bool cancel, double timeout_s) {
  const TimeLimit limit(timeout_s);
  int result = 1;
  const std::vector<Group*> groups = held(interp_.mutex(), groups_);
  for (Group* group : groups) {
    group->close();
    if (cancel) group->cancel_all();
    if (!wait || result != 1) continue;
    const Waiter::Woken woken = group->wait(limit.left());
    if (woken == Waiter::Woken::kTimedOut) result = 0;
    if (woken == Waiter::Woken::kRaised) result = -1;
  }
  for (Group* group : groups) group->unref();
  return result;
}

int Core::shutdown(bool wait, bool cancel, double timeout_s) {
  if (forked()) return 1;  // the parent's, who goes on with it
  if (wait && Interp::on_pool_thread() && rota_current_runtime() == runtime_) {
    PyErr_SetString(PyExc_RuntimeError,
                    "a function that runs on this runtime cannot wait for its end: use shutdown(wait=False)");
    return -1;
  }
  closed_.store(true, std::memory_order_release);
  const TimeLimit limit(timeout_s);
  int result = end_groups(wait, cancel || !wait, timeout_s);
  if (result < 0) return result;
  rota_status status;
  {
    Released released;
    status = rota_runtime_shutdown(runtime_, wait ? to_ns(limit.left()) : 0);
  }
  // What the shutdown ended has duties left, and no thread of the runtime to do them.
  (void)end_groups(false, true, 0);
  if (PyErr_Occurred() != nullptr) return -1;
  return wait && status != ROTA_OK ? 0 : result;
}

void Core::shutdown_all(Interp& interp) {
  std::vector<Core*> cores;
  {
    std::lock_guard<std::mutex> lock(interp.mutex());
    for (Core* core = interp.cores; core != nullptr; core = core->next_) {
      if (core->try_ref()) cores.push_back(core);
    }
  }
  for (Core* core : cores) {
    core->shutdown_at_exit();
    core->unref();
  }
}

// Executors' functions are run to the end, as concurrent.futures does; those that were spawned have a time limit.
void Core::shutdown_at_exit() {
  closed_.store(true, std::memory_order_release);
  bool raised = false;
  const std::vector<Group*> groups = held(interp_.mutex(), groups_);
  for (Group* group : groups) {
    group->close();
    if (!raised) raised = group->wait(group == jobs_ ? exit_timeout_s_ : -1) == Waiter::Woken::kRaised;
  }
  for (Group* group : groups) group->unref();
  if (raised) PyErr_WriteUnraisable(nullptr);
  // Nothing runs any more, or what runs has had its time.
  constexpr double kMoment = 0.1;
  if (shutdown(true, true, kMoment) < 0) PyErr_WriteUnraisable(nullptr);
}

}  // namespace rota_py
