// SPDX-License-Identifier: MIT
//
// Waiting for a task on a plain thread.
#include <algorithm>
#include <chrono>
#include <cmath>

#include "task.h"

namespace rota_py {
namespace {

// The task's bell, held; nullptr when it is done, or with an exception set.
Bell* hold_bell(TaskObject* self) {
  Bell* made = nullptr;
  for (;;) {
    {
      PyLock lock(self);
      if (is_done(self->phase)) break;
      if (self->bell == nullptr) self->bell = std::exchange(made, nullptr);
      if (self->bell != nullptr) {
        Bell* bell = self->bell->ref();
        if (made != nullptr) made->unref();
        return bell;
      }
    }
    made = Bell::make();
    if (made == nullptr) return nullptr;
  }
  if (made != nullptr) made->unref();
  return nullptr;
}

// Has the engine ring it when the operation is complete: once for each task.
bool let_engine_ring(TaskObject* self, Bell* bell) {
  rota_status status = ROTA_OK;
  {
    PyLock lock(self);
    if (self->op == nullptr || self->belled) return true;
    const auto ring = [](rota_task*, rota_status, void* raw, void*) {
      static_cast<Bell*>(raw)->ring();
      static_cast<Bell*>(raw)->unref();
    };
    status = rota_task_on_done(self->op->handle, nullptr, ring, bell->ref(), nullptr);
    self->belled = status == ROTA_OK;
  }
  if (status == ROTA_OK) return true;
  bell->unref();
  if (status == ROTA_ESHUTDOWN) return true;  // complete: whoever waits looks again first
  raise(*self->state, status);
  return false;
}

}  // namespace

bool wait_for(TaskObject* self, double timeout_s) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  while (!done_now(self)) {
    if (self->core->forked()) return self->core->usable();  // the parent's threads are not here to end it
    Bell* bell = hold_bell(self);
    if (bell == nullptr && PyErr_Occurred() != nullptr) return false;
    if (bell == nullptr) continue;  // done meanwhile
    Waiter* waiter = Waiter::make();
    if (waiter == nullptr) {
      bell->unref();
      return false;
    }
    bell->add(*waiter);
    if (!let_engine_ring(self, bell)) {
      bell->remove(*waiter);
      waiter->unref();
      bell->unref();
      return false;
    }
    double left = timeout_s;
    if (left >= 0) left = std::max(0.0, left - std::chrono::duration<double>(Clock::now() - start).count());
    const Waiter::Woken woken = done_now(self) ? Waiter::Woken::kYes : waiter->wait(left);
    bell->remove(*waiter);
    waiter->unref();
    bell->unref();
    if (woken == Waiter::Woken::kRaised) return false;
    if (woken == Waiter::Woken::kTimedOut && !done_now(self)) {
      PyErr_SetNone(PyExc_TimeoutError);
      return false;
    }
  }
  return true;
}

bool parse_timeout(PyObject* object, double& out) {
  out = -1;
  if (object == nullptr || object == Py_None) return true;
  out = PyFloat_AsDouble(object);
  if (out == -1 && PyErr_Occurred() != nullptr) return false;
  if (std::isnan(out)) {
    PyErr_SetString(PyExc_ValueError, "a time limit must be a number of seconds, not NaN");
    return false;
  }
  if (out < 0) out = 0;
  return true;
}

}  // namespace rota_py
