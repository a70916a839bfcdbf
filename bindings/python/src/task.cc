// SPDX-License-Identifier: MIT
//
// The type that rota.Task derives from: Future's interface over TaskObject.
#include "task.h"

#include <new>

namespace rota_py {
namespace {

TaskObject* self_of(PyObject* raw) { return as<TaskObject>(raw); }

// Waits as result() and exception() do. False: an exception is set.
bool wait_done(TaskObject* self, PyObject* args, PyObject* kwargs, const char* format) {
  static const char* names[] = {"timeout", nullptr};
  PyObject* timeout = Py_None;
  double seconds;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, const_cast<char**>(names), &timeout)) return false;
  return parse_timeout(timeout, seconds) && wait_for(self, seconds);
}

PyObject* result(PyObject* raw, PyObject* args, PyObject* kwargs) {
  return wait_done(self_of(raw), args, kwargs, "|O:result") ? result_of(self_of(raw)) : nullptr;
}

PyObject* exception(PyObject* raw, PyObject* args, PyObject* kwargs) {
  TaskObject* self = self_of(raw);
  if (!wait_done(self, args, kwargs, "|O:exception")) return nullptr;
  if (self->phase == Phase::kCancelled) {
    PyErr_SetNone(self->state->cancelled_error);
    return nullptr;
  }
  PyObject* found = exception_of(self);
  if (found == nullptr && PyErr_Occurred() != nullptr) return nullptr;
  return Ref::borrow(found == nullptr ? Py_None : found).release();
}

PyObject* done(PyObject* raw, PyObject*) { return PyBool_FromLong(done_now(self_of(raw))); }

PyObject* running(PyObject* raw, PyObject*) { return PyBool_FromLong(self_of(raw)->phase == Phase::kRunning); }

PyObject* cancelled(PyObject* raw, PyObject*) {
  return PyBool_FromLong(done_now(self_of(raw)) && self_of(raw)->phase == Phase::kCancelled);
}

PyObject* cancel_method(PyObject* raw, PyObject*) { return PyBool_FromLong(cancel(self_of(raw))); }

// Has the engine say when the operation is complete, to a thread that may call back.
bool let_engine_call_back(TaskObject* self) {
  struct Settle : Item {
    PyObject* task;
  };
  if (self->op == nullptr || self->called_back) return true;
  auto* item = new (std::nothrow) Settle;
  if (item == nullptr) {
    PyErr_NoMemory();
    return false;
  }
  item->run = [](Item& raw) {
    auto& settle = static_cast<Settle&>(raw);
    done_now(self_of(settle.task));
    Py_DECREF(settle.task);
    delete &settle;
  };
  const auto post = [](rota_task*, rota_status, void* raw, void*) {
    auto* settle = static_cast<Settle*>(raw);
    self_of(settle->task)->core->jobs().post(*settle);
  };
  rota_status status = ROTA_ESHUTDOWN;
  {
    PyLock lock(self);
    if (self->op != nullptr && !self->called_back) {
      item->task = Ref::borrow(py(self)).release();
      status = rota_task_on_done(self->op->handle, nullptr, post, item, nullptr);
      self->called_back = status == ROTA_OK;
      if (status != ROTA_OK) Py_DECREF(py(self));
    }
  }
  if (status == ROTA_OK) return true;
  delete item;
  if (status != ROTA_ESHUTDOWN) {
    raise(*self->state, status);
    return false;
  }
  done_now(self);  // complete, or another thread's to settle
  return true;
}

PyObject* add_done_callback(PyObject* raw, PyObject* callback) {
  TaskObject* self = self_of(raw);
  done_now(self);
  Ref made(PyList_New(0));
  if (!made) return nullptr;
  bool done = false;
  int failed = 0;
  {
    PyLock lock(self);
    done = is_done(self->phase);
    if (!done) {
      if (self->callbacks == nullptr) self->callbacks = made.release();
      failed = PyList_Append(self->callbacks, callback);
    }
  }
  if (failed != 0) return nullptr;
  if (done) {
    if (PyList_Append(made.get(), callback) != 0) return nullptr;
    return PyObject_CallFunctionObjArgs(self->state->run_callbacks, self, made.get(), nullptr);
  }
  if (!let_engine_call_back(self)) return nullptr;
  Py_RETURN_NONE;
}

// --- for those who complete a future: here only for what a broken pool does to its functions

PyObject* invalid(TaskObject* self) {
  PyErr_Format(self->state->invalid_state, "%s: %R", phase_name(self->phase), self);
  return nullptr;
}

PyObject* set_running(PyObject* raw, PyObject*) {
  TaskObject* self = self_of(raw);
  Phase before;
  {
    PyLock lock(self);
    before = self->phase;
    if (before == Phase::kPending && self->op == nullptr) self->phase = Phase::kRunning;
  }
  if (before == Phase::kCancelled) Py_RETURN_FALSE;
  if (before == Phase::kPending && self->op == nullptr) Py_RETURN_TRUE;
  return invalid(self);
}

PyObject* set_result(PyObject* raw, PyObject* value) {
  TaskObject* self = self_of(raw);
  if (self->op != nullptr || !settle(self, {Phase::kFinished, value})) return invalid(self);
  Py_RETURN_NONE;
}

PyObject* set_exception(PyObject* raw, PyObject* value) {
  TaskObject* self = self_of(raw);
  if (!PyExceptionInstance_Check(value)) {
    PyErr_Format(PyExc_TypeError, "set_exception() takes an exception, not %R", value);
    return nullptr;
  }
  if (self->op != nullptr || !settle(self, {Phase::kFinished, nullptr, value})) return invalid(self);
  Py_RETURN_NONE;
}

// --- what concurrent.futures.wait() and as_completed() look at

PyObject* get_state(PyObject* raw, void*) {
  done_now(self_of(raw));
  return PyUnicode_FromString(phase_name(self_of(raw)->phase));
}

PyObject* get_condition(PyObject* raw, void*) {
  TaskObject* self = self_of(raw);
  if (self->condition == nullptr) {
    Ref condition(PyObject_CallNoArgs(self->state->condition));
    Ref waiters(PyList_New(0));
    if (!condition || !waiters) return nullptr;
    PyLock lock(self);
    if (self->condition == nullptr) {
      self->waiters = waiters.release();
      self->condition = condition.release();
    }
  }
  // Whoever waits through it is told when an operation is complete.
  if (!done_now(self) && !let_engine_call_back(self)) return nullptr;
  return Ref::borrow(self->condition).release();
}

PyObject* get_waiters(PyObject* raw, void*) {
  Ref condition(get_condition(raw, nullptr));
  return condition ? Ref::borrow(self_of(raw)->waiters).release() : nullptr;
}

PyObject* repr(PyObject* raw) {
  TaskObject* self = self_of(raw);
  const char* name = phase_name(done_now(self) ? self->phase : self->phase);
  if (self->phase != Phase::kFinished) return PyUnicode_FromFormat("<Task at %p state=%s>", self, name);
  PyObject* error = exception_of(self);
  if (error == nullptr && PyErr_Occurred() != nullptr) return nullptr;
  Ref type(PyObject_GetAttrString(py(Py_TYPE(error != nullptr ? error : self->value)), "__name__"));
  if (!type) return nullptr;
  return PyUnicode_FromFormat("<Task at %p state=%s %s %U>", self, name, error != nullptr ? "raised" : "returned",
                              type.get());
}

// --- the object

int traverse(PyObject* raw, visitproc visit, void* arg) {
  TaskObject* self = self_of(raw);
  Py_VISIT(Py_TYPE(raw));
  Py_VISIT(self->value);
  Py_VISIT(self->exception);
  Py_VISIT(self->callbacks);
  Py_VISIT(self->condition);
  Py_VISIT(self->waiters);
  Py_VISIT(self->owner);
  return 0;
}

int clear(PyObject* raw) {
  TaskObject* self = self_of(raw);
  Py_CLEAR(self->value);
  Py_CLEAR(self->exception);
  Py_CLEAR(self->callbacks);
  Py_CLEAR(self->condition);
  Py_CLEAR(self->waiters);
  Py_CLEAR(self->owner);
  return 0;
}

void dealloc(PyObject* raw) {
  PyObject_GC_UnTrack(raw);
  TaskObject* self = self_of(raw);
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  if (Op* op = std::exchange(self->op, nullptr)) {
    drop_op(op, *self->core);
  } else if (self->owner != nullptr && !self->received && self->value != nullptr) {
    give_back(self->owner, self->value);
  }
  PyErr_Restore(type, value, traceback);
  clear(raw);
  if (self->bell != nullptr) self->bell->unref();
  if (self->core != nullptr) self->core->unref();
  free_object(raw);
}

PyObject* refuse_new(PyTypeObject*, PyObject*, PyObject*) {
  PyErr_SetString(PyExc_TypeError, "a Task is made by Runtime.spawn, Executor.submit, or an operation such as sleep");
  return nullptr;
}

PyMethodDef kMethods[] = {
    {"result", method(result), METH_VARARGS | METH_KEYWORDS,
     "result($self, timeout=None)\n--\n\nWaits at most `timeout` seconds and returns what the task gives, or raises "
     "what it "
     "raised.\n\nRaises TimeoutError when the time passed first, and concurrent.futures.CancelledError when the task "
     "was cancelled. Lets other threads run meanwhile; Ctrl-C interrupts it. In a coroutine, use await instead."},
    {"exception", method(exception), METH_VARARGS | METH_KEYWORDS,
     "exception($self, timeout=None)\n--\n\nWaits like result() and returns the exception that the task raised, or "
     "None."},
    {"done", done, METH_NOARGS, "done($self)\n--\n\nWhether the task has ended: finished, failed or cancelled."},
    {"running", running, METH_NOARGS,
     "running($self)\n--\n\nWhether the task's function runs now. An operation of the engine counts as pending until "
     "it is "
     "done, because it can be cancelled all the time."},
    {"cancelled", cancelled, METH_NOARGS, "cancelled($self)\n--\n\nWhether the task was cancelled."},
    {"cancel", cancel_method, METH_NOARGS,
     "cancel($self)\n--\n\nStops the task if it can still be stopped: an operation at any time, a function while it "
     "waits "
     "for its turn. Returns whether the task is cancelled; False when it runs or has ended. When this returns, the "
     "engine has let go of every buffer the operation was given."},
    {"add_done_callback", add_done_callback, METH_O,
     "add_done_callback($self, fn, /)\n--\n\nCalls fn(task) once the task has ended; at once, if it has. Otherwise it "
     "is called "
     "on "
     "the thread that ran the function, or, for an operation, on one of the runtime's threads for Python code, in the "
     "order of being added. What fn raises is logged and goes no further."},
    {"set_running_or_notify_cancel", set_running, METH_NOARGS,
     "set_running_or_notify_cancel($self)\n--\n\nFor executors; see concurrent.futures.Future."},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "Task[int] is a Task that gives an int."},
    {"set_result", set_result, METH_O,
     "set_result($self, result, /)\n--\n\nFor executors; see concurrent.futures.Future."},
    {"set_exception", set_exception, METH_O,
     "set_exception($self, exception, /)\n--\n\nFor executors; see concurrent.futures.Future."},
    {},
};

PyGetSetDef kAttributes[] = {
    {"_state", get_state, nullptr, nullptr, nullptr},
    {"_condition", get_condition, nullptr, nullptr, nullptr},
    {"_waiters", get_waiters, nullptr, nullptr, nullptr},
    {},
};

PyType_Slot kSlots[] = {
    {Py_tp_new, slot(refuse_new)},
    {Py_tp_dealloc, slot(dealloc)},
    {Py_tp_traverse, slot(traverse)},
    {Py_tp_clear, slot(clear)},
    {Py_tp_repr, slot(repr)},
    {Py_tp_methods, kMethods},
    {Py_tp_getset, kAttributes},
    {Py_am_await, slot(await_task)},
    {Py_tp_doc, const_cast<char*>("What rota.Task derives from.")},
    {0, nullptr},
};

PyType_Spec kSpec = {
    "rota._rota.TaskBase", sizeof(TaskObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, kSlots,
};

}  // namespace

const char* phase_name(Phase phase) {
  switch (phase) {
    case Phase::kPending:
      return "PENDING";
    case Phase::kRunning:
      return "RUNNING";
    case Phase::kCancelled:
      return "CANCELLED_AND_NOTIFIED";
    case Phase::kFinished:
      break;
  }
  return "FINISHED";
}

TaskObject* make_task(State& state, Core& core) {
  auto* self = allocate<TaskObject>(as<PyTypeObject>(state.task));
  if (self == nullptr) return nullptr;
  self->state = &state;
  self->core = core.ref();
  return self;
}

PyObject* task_of(State& state, Core& core, Op* op, rota_status status) {
  if (status != ROTA_OK) {
    raise(state, status, op->doing);
    free_op(op);
    return nullptr;
  }
  TaskObject* self = make_task(state, core);
  if (self == nullptr) {
    drop_op(op, core);
    return nullptr;
  }
  self->op = op;
  return py(self);
}

PyObject* finished_task(State& state, Core& core, PyObject* value, PyObject* owner) {
  Ref owned(value);
  TaskObject* self = owned ? make_task(state, core) : nullptr;
  if (self == nullptr) return nullptr;
  self->phase = Phase::kFinished;
  self->value = owned.release();
  self->owner = Ref::borrow(owner).release();
  return py(self);
}

bool add_task_type(PyObject* module, State& state) { return add_type(module, kSpec, state.task_base, "TaskBase"); }

}  // namespace rota_py
