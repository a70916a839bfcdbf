// SPDX-License-Identifier: MIT
//
// How a task ends, and who is told.
#include <new>

#include "loop_queue.h"
#include "task.h"

namespace rota_py {
namespace {

// What a task had for the time of its waiting.
struct Parting {
  PyObject* callbacks = nullptr;
  Bell* bell = nullptr;
  Subscriber* subscribers = nullptr;
};

// Under PyLock, once.
void commit(TaskObject* self, const Outcome& outcome, Parting& parting) {
  self->phase = outcome.phase;
  self->value = outcome.value;
  Py_XINCREF(self->value);
  self->exception = outcome.exception;
  Py_XINCREF(self->exception);
  self->status = outcome.status;
  parting.callbacks = std::exchange(self->callbacks, nullptr);
  parting.bell = std::exchange(self->bell, nullptr);
  parting.subscribers = std::exchange(self->subscribers, nullptr);
}

// The waiters of concurrent.futures.wait and as_completed. Under the condition.
void tell_waiters(TaskObject* self) {
  const char* how = self->phase == Phase::kCancelled                        ? "add_cancelled"
                    : self->exception != nullptr || self->status != ROTA_OK ? "add_exception"
                                                                            : "add_result";
  for (Py_ssize_t i = 0; i < PyList_Size(self->waiters); ++i) {
    Ref waiter = Ref::borrow(PyList_GetItem(self->waiters, i));
    Ref done(PyObject_CallMethod(waiter.get(), how, "O", self));
    if (!done) PyErr_WriteUnraisable(py(self));
  }
  Ref done(PyObject_CallMethod(self->condition, "notify_all", nullptr));
  if (!done) PyErr_WriteUnraisable(py(self));
}

bool commit_with_condition(TaskObject* self, PyObject* condition, const Outcome& outcome, Parting& parting) {
  Ref entered(PyObject_CallMethod(condition, "acquire", nullptr));
  if (!entered) PyErr_WriteUnraisable(py(self));
  bool first;
  {
    PyLock lock(self);
    first = !is_done(self->phase);
    if (first) commit(self, outcome, parting);
  }
  if (first) tell_waiters(self);
  if (entered) {
    Ref left(PyObject_CallMethod(condition, "release", nullptr));
    if (!left) PyErr_WriteUnraisable(py(self));
  }
  return first;
}

void part(TaskObject* self, Parting& parting) {
  if (parting.bell != nullptr) {
    parting.bell->ring();
    parting.bell->unref();
  }
  while (Subscriber* subscriber = parting.subscribers) {
    parting.subscribers = subscriber->next;
    loop_queue_post(subscriber->queue, py(self), subscriber->future);
    Py_DECREF(subscriber->queue);
    delete subscriber;
  }
  if (parting.callbacks == nullptr) return;
  Ref callbacks(parting.callbacks);
  Ref ran(PyObject_CallFunctionObjArgs(self->state->run_callbacks, self, callbacks.get(), nullptr));
  if (!ran) PyErr_WriteUnraisable(py(self));
}

// The operation is complete, and taken out of the task: the task ends as it did.
void settle_op(TaskObject* self, Op* op, rota_status status) {
  Outcome outcome{Phase::kFinished};
  Ref value, exception;
  if (status == ROTA_OK && op->gives == Op::Gives::kBytes && op->short_by != 0) {
    give_back(op->owner, Ref(take_result(*op)).get());
    exception = Ref(PyObject_CallFunction(
        PyExc_EOFError, "s", "the stream ended before so many bytes had come; read() gives those that had"));
  } else if (status == ROTA_OK) {
    value = Ref(take_result(*op));
  } else if (status == ROTA_ECANCELED) {
    outcome.phase = Phase::kCancelled;
    if (has_something(*op, status)) give_back(op->owner, Ref(take_result(*op)).get());
  } else {
    outcome.status = status;
  }
  if (PyErr_Occurred() != nullptr) {
    PyObject *type, *raised, *traceback;
    PyErr_Fetch(&type, &raised, &traceback);
    PyErr_NormalizeException(&type, &raised, &traceback);
    exception = Ref(raised);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
  }
  outcome.value = value.get();
  outcome.exception = exception.get();
  self->doing = op->doing;
  std::swap(self->owner, op->owner);
  settle(self, outcome);
  free_op(op);
}

Op* take_op(TaskObject* self) {
  PyLock lock(self);
  return std::exchange(self->op, nullptr);
}

}  // namespace

bool is_done(Phase phase) { return phase == Phase::kCancelled || phase == Phase::kFinished; }

bool settle(TaskObject* self, const Outcome& outcome) {
  Parting parting;
  Ref keep = Ref::borrow(py(self));
  Ref condition;
  bool first = false;
  {
    PyLock lock(self);
    if (is_done(self->phase)) return false;
    condition = Ref::borrow(self->condition);
    if (!condition) {
      commit(self, outcome, parting);
      first = true;
    }
  }
  if (condition) first = commit_with_condition(self, condition.get(), outcome, parting);
  if (first) part(self, parting);
  return first;
}

bool done_now(TaskObject* self) {
  if (is_done(self->phase)) return true;
  rota_status status = ROTA_PENDING;
  {
    PyLock lock(self);
    if (self->op == nullptr || self->core->forked()) return is_done(self->phase);
    status = rota_task_status(self->op->handle);
  }
  if (status == ROTA_PENDING) return false;
  if (Op* op = take_op(self)) settle_op(self, op, status);
  return is_done(self->phase);
}

bool cancel(TaskObject* self) {
  if (done_now(self)) return self->phase == Phase::kCancelled;
  if (self->core->forked()) return false;
  if (Op* op = take_op(self)) {
    settle_op(self, op, cancel_op(*op));
    return self->phase == Phase::kCancelled;
  }
  PyObject* call[4] = {};
  {
    PyLock lock(self);
    if (self->phase != Phase::kPending || self->job == nullptr) return self->phase == Phase::kCancelled;
    // Whoever takes the job out of the line finds it empty.
    std::swap(call, self->job->call);
    self->job = nullptr;
  }
  settle(self, {Phase::kCancelled});
  for (PyObject* part : call) Py_XDECREF(part);
  return true;
}

void give_up(TaskObject* self) {
  cancel(self);
  Ref owner, value;
  {
    PyLock lock(self);
    if (self->phase != Phase::kFinished || self->received || self->owner == nullptr || self->value == nullptr) return;
    self->phase = Phase::kCancelled;
    owner = Ref(std::exchange(self->owner, nullptr));
    value = Ref(std::exchange(self->value, nullptr));
  }
  give_back(owner.get(), value.get());
}

bool subscribe(TaskObject* self, PyObject* queue, PyObject* future) {
  auto* subscriber = new (std::nothrow) Subscriber{queue, future, nullptr};
  if (subscriber == nullptr) {
    PyErr_NoMemory();
    return false;
  }
  Py_INCREF(queue);
  Py_INCREF(future);
  bool done;
  {
    PyLock lock(self);
    done = is_done(self->phase);
    if (!done) {
      subscriber->next = self->subscribers;
      self->subscribers = subscriber;
    }
  }
  if (done) {
    loop_queue_post(queue, py(self), future);
    Py_DECREF(queue);
    delete subscriber;
  }
  return true;
}

PyObject* exception_of(TaskObject* self) {
  if (self->exception != nullptr || self->status == ROTA_OK) return self->exception;
  Ref made = exception_for(*self->state, self->status, self->doing);
  if (!made) return nullptr;
  PyLock lock(self);
  if (self->exception == nullptr) self->exception = made.release();
  return self->exception;
}

PyObject* result_of(TaskObject* self) {
  if (self->phase == Phase::kCancelled) {
    PyErr_SetNone(self->state->cancelled_error);
    return nullptr;
  }
  if (self->exception != nullptr || self->status != ROTA_OK) {
    if (PyObject* exception = exception_of(self)) PyErr_SetObject(py(Py_TYPE(exception)), exception);
    return nullptr;
  }
  self->received = true;
  return Ref::borrow(self->value).release();
}

}  // namespace rota_py
