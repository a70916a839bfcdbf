// SPDX-License-Identifier: MIT
//
// The type behind rota.Executor: a Group for Python.
#include "group.h"
#include "task.h"

namespace rota_py {

Core* core_of_runtime(State& state, PyObject* runtime);

namespace {

struct GroupObject {
  PyObject_HEAD State* state;
  Core* core;
  Group* group;
};

GroupObject* self_of(PyObject* raw) { return as<GroupObject>(raw); }

PyObject* create(PyTypeObject* type, PyObject* args, PyObject*) {
  State* state = state_of(type);
  PyObject *runtime, *on_start;
  unsigned int max;
  int sticky;
  if (state == nullptr || !PyArg_ParseTuple(args, "OIpO:Group", &runtime, &max, &sticky, &on_start)) return nullptr;
  Core* core = core_of_runtime(*state, runtime);
  if (core == nullptr || !core->usable()) return nullptr;
  auto* self = allocate<GroupObject>(type);
  if (self == nullptr) return nullptr;
  self->state = state;
  self->core = core->ref();
  self->group = Group::make(*core, max, sticky != 0, on_start);
  if (self->group != nullptr) return py(self);
  Py_DECREF(py(self));
  return nullptr;
}

PyObject* submit(PyObject* raw, PyObject* args) {
  GroupObject* self = self_of(raw);
  PyObject *fn, *call_args, *kwargs;
  if (!PyArg_UnpackTuple(args, "submit", 3, 3, &fn, &call_args, &kwargs)) return nullptr;
  if (self->core->forked()) return self->core->usable() ? nullptr : nullptr;
  if (self->state->interp->ending()) {
    PyErr_SetString(PyExc_RuntimeError, "cannot schedule new futures after interpreter shutdown");
    return nullptr;
  }
  return submit_job(*self->state, *self->group, raw, nullptr, fn, call_args, kwargs);
}

PyObject* close(PyObject* raw, PyObject*) {
  if (!self_of(raw)->core->forked()) self_of(raw)->group->close();
  Py_RETURN_NONE;
}

PyObject* cancel_excess(PyObject* raw, PyObject*) {
  if (!self_of(raw)->core->forked()) self_of(raw)->group->cancel_excess();
  Py_RETURN_NONE;
}

PyObject* fail_all(PyObject* raw, PyObject* exception) {
  if (!self_of(raw)->core->forked()) fail_jobs(*self_of(raw)->group, exception);
  Py_RETURN_NONE;
}

PyObject* wait(PyObject* raw, PyObject* timeout) {
  double seconds;
  if (!parse_timeout(timeout, seconds)) return nullptr;
  GroupObject* self = self_of(raw);
  if (self->core->forked()) Py_RETURN_TRUE;
  if (self->group->inside()) {
    PyErr_SetString(PyExc_RuntimeError, "cannot join current thread: a function of the executor would wait for itself");
    return nullptr;
  }
  const Waiter::Woken woken = self->group->wait(seconds);
  return woken == Waiter::Woken::kRaised ? nullptr : PyBool_FromLong(woken == Waiter::Woken::kYes);
}

PyObject* threads(PyObject* raw, void*) {
  return PyLong_FromUnsignedLong(self_of(raw)->core->forked() ? 0 : self_of(raw)->group->most_seen());
}

void dealloc(PyObject* raw) {
  GroupObject* self = self_of(raw);
  if (self->group != nullptr && !self->core->forked()) {
    self->group->close();
    // What waits in line holds this object: there is nothing.
    self->group->forget_on_start();
    self->group->unref();
  }
  if (self->core != nullptr) self->core->unref();
  free_object(raw);
}

PyMethodDef kMethods[] = {
    {"submit", submit, METH_VARARGS, "submit($self, fn, args, kwargs, /)\n--\n\nThe function's Task."},
    {"close", close, METH_NOARGS, "close($self)\n--\n\nTakes nothing more."},
    {"cancel_excess", cancel_excess, METH_NOARGS,
     "cancel_excess($self)\n--\n\nCancels what waits in line, but for as many as may run."},
    {"fail_all", fail_all, METH_O, "fail_all($self, exception, /)\n--\n\nEnds what waits in line with an exception."},
    {"wait", wait, METH_O,
     "wait($self, timeout, /)\n--\n\nWaits until nothing is in line and nothing runs, at most so many seconds; whether "
     "so."},
    {},
};

PyGetSetDef kAttributes[] = {
    {"threads", threads, nullptr, "How many functions were in line or running at once, at most.", nullptr},
    {},
};

PyType_Slot kSlots[] = {
    {Py_tp_new, slot(create)},
    {Py_tp_dealloc, slot(dealloc)},
    {Py_tp_methods, kMethods},
    {Py_tp_getset, kAttributes},
    {Py_tp_doc, const_cast<char*>("Group(runtime, max, sticky, on_start): what an Executor's functions wait in.")},
    {0, nullptr},
};

PyType_Spec kSpec = {"rota._rota.Group", sizeof(GroupObject), 0, Py_TPFLAGS_DEFAULT, kSlots};

}  // namespace

bool add_group_type(PyObject* module, State& state) { return add_type(module, kSpec, state.group, "Group"); }

}  // namespace rota_py
