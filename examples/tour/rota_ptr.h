// SPDX-License-Identifier: MIT
//
// rota.h for C++ hands: handles that release themselves, statuses that throw, and poll functions that are function
// objects. The tour uses the C interface through these few lines and nothing else, as any embedder could.
#ifndef EXAMPLES_TOUR_ROTA_PTR_H_
#define EXAMPLES_TOUR_ROTA_PTR_H_

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "rota/rota.h"

namespace tour {

template <auto Release>
struct Releaser {
  template <typename T>
  void operator()(T* handle) const noexcept {
    Release(handle);
  }
};

using RuntimePtr = std::unique_ptr<rota_runtime, Releaser<rota_runtime_release>>;
using TaskPtr = std::unique_ptr<rota_task, Releaser<rota_task_release>>;
using SocketPtr = std::unique_ptr<rota_socket, Releaser<rota_socket_release>>;
using FdPtr = std::unique_ptr<rota_fd, Releaser<rota_fd_release>>;
using TimerPtr = std::unique_ptr<rota_timer, Releaser<rota_timer_release>>;

inline void check(rota_status status, const char* what) {
  if (status < 0) throw std::runtime_error(std::string(what) + ": " + rota_status_message(status));
}

// Something pending: polled until it returns anything but ROTA_PENDING.
using Future = std::function<rota_status(rota_context*)>;

// The description of a task that polls `future`. The engine owns the copy from here on and frees it through `drop`.
inline rota_spawn_desc describe(Future future) {
  rota_spawn_desc desc = {};
  desc.size = sizeof desc;
  desc.state = new Future(std::move(future));
  desc.poll = [](void* state, rota_context* cx) { return (*static_cast<Future*>(state))(cx); };
  desc.drop = [](void* state) { delete static_cast<Future*>(state); };
  return desc;
}

inline TaskPtr spawn(rota_runtime* runtime, Future future) {
  rota_spawn_desc desc = describe(std::move(future));
  rota_task* task = nullptr;
  check(rota_spawn(runtime, &desc, &task), "spawning a task");
  return TaskPtr(task);
}

// Runs `future` on the calling thread.
inline void block_on(rota_runtime* runtime, Future future) {
  rota_spawn_desc desc = describe(std::move(future));
  check(rota_block_on(runtime, &desc), "running a task on this thread");
}

inline void wait(const TaskPtr& task) { check(rota_task_wait(task.get(), ROTA_FOREVER), "waiting for a task"); }

inline TimerPtr make_timer(rota_runtime* runtime) {
  rota_timer* timer = nullptr;
  check(rota_timer_create(runtime, &timer), "making a timer");
  return TimerPtr(timer);
}

}  // namespace tour

#endif  // EXAMPLES_TOUR_ROTA_PTR_H_
