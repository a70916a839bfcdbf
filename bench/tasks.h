// SPDX-License-Identifier: MIT
//
// The little that benchmarks put over rota.h: a runtime for a case, and tasks whose state is a small struct with
//   rota_status poll(rota_context*)     and, if something must be freed,     void drop()
// No closures and no virtual calls: what is measured is the engine.
#ifndef BENCH_TASKS_H
#define BENCH_TASKS_H

#include <rota/rota.h>

#include <type_traits>

#include "bench/bench.h"

namespace bench {

inline void check(rota_status status, const char* what) {
  if (status != ROTA_OK) fail(what, rota_status_name(status));
}

class Runtime {
 public:
  explicit Runtime(const Options& options) {
    rota_runtime_options wanted;
    check(rota_runtime_options_init(&wanted, sizeof wanted), "rota_runtime_options_init");
    wanted.workers = options.workers;
    check(rota_runtime_create(&wanted, &runtime_), "rota_runtime_create");
  }
  ~Runtime() {
    check(rota_runtime_shutdown(runtime_, ROTA_FOREVER), "rota_runtime_shutdown");
    rota_runtime_release(runtime_);
  }
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  operator rota_runtime*() const { return runtime_; }  // NOLINT(google-explicit-constructor): stands for the handle

 private:
  rota_runtime* runtime_ = nullptr;
};

template <typename T>
rota_status poll_of(void* state, rota_context* cx) {
  return static_cast<T*>(state)->poll(cx);
}

template <typename T>
constexpr rota_drop_fn drop_of() {
  if constexpr (requires(T& state) { state.drop(); }) {
    return [](void* state) { static_cast<T*>(state)->drop(); };
  } else {
    return nullptr;
  }
}

/// Describes a task that uses `state` where it lies; it must outlive the task.
template <typename T>
rota_spawn_desc borrowing(T& state) {
  rota_spawn_desc desc = {};
  desc.size = sizeof desc;
  desc.poll = poll_of<T>;
  desc.drop = drop_of<T>();
  desc.state = &state;
  return desc;
}

/// Describes a task that takes a copy of `state` into its own block.
template <typename T>
rota_spawn_desc copying(T& state) {
  static_assert(std::is_trivially_copyable_v<T>);
  rota_spawn_desc desc = borrowing(state);
  desc.state_size = sizeof state;
  return desc;
}

/// The task that does nothing.
inline rota_spawn_desc nothing() {
  rota_spawn_desc desc = {};
  desc.size = sizeof desc;
  desc.poll = [](void*, rota_context*) -> rota_status { return ROTA_OK; };
  return desc;
}

inline rota_task* spawn(rota_runtime* runtime, const rota_spawn_desc& desc) {
  rota_task* task = nullptr;
  check(rota_spawn(runtime, &desc, &task), "rota_spawn");
  return task;
}

inline void spawn_detached(rota_runtime* runtime, const rota_spawn_desc& desc) {
  check(rota_spawn(runtime, &desc, nullptr), "rota_spawn");
}

/// From a plain thread: waits for the task, which must succeed, and releases it.
inline void wait(rota_task* task) {
  check(rota_task_wait(task, ROTA_FOREVER), "a task");
  rota_task_release(task);
}

/// From a plain thread: runs `state` as a task on a worker until it is complete.
template <typename T>
void run_on_worker(rota_runtime* runtime, T& state) {
  wait(spawn(runtime, borrowing(state)));
}

/// Handles that a task joins in order.
class Joining {
 public:
  void reserve(size_t count) { tasks_.reserve(count); }
  void add(rota_task* task) { tasks_.push_back(task); }

  /// From inside a poll: ROTA_OK once every task added is complete and released; all must end with `expected`.
  rota_status poll(rota_context* cx, rota_status expected = ROTA_OK) {
    for (; next_ < tasks_.size(); ++next_) {
      const rota_status status = rota_task_poll(tasks_[next_], cx);
      if (status == ROTA_PENDING) return ROTA_PENDING;
      if (status != expected) fail("a task", rota_status_name(status));
      rota_task_release(tasks_[next_]);
    }
    tasks_.clear();
    next_ = 0;
    return ROTA_OK;
  }

  const std::vector<rota_task*>& tasks() const { return tasks_; }

 private:
  std::vector<rota_task*> tasks_;
  size_t next_ = 0;
};

}  // namespace bench

#endif  // BENCH_TASKS_H
