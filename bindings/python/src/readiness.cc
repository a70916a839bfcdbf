// SPDX-License-Identifier: MIT
//
// Readiness of a descriptor that Python owns.

#include <cstddef>

#include "socket.h"

namespace rota_py {
namespace {

struct ReadinessObject {
  PyObject_HEAD PyObject* weakrefs;
  State* state;
  Core* core;
  rota_fd* registration;
  PyObject* file;  // kept open for as long as it is registered
};

ReadinessObject* self_of(PyObject* raw) { return as<ReadinessObject>(raw); }

PyObject* wait(ReadinessObject* self, uint32_t interest) {
  if (self->core->forked()) return self->core->usable() ? nullptr : nullptr;
  Op* op = make_op();
  if (op == nullptr) return nullptr;
  op->gives = Op::Gives::kReady;
  op->subject = Ref::borrow(py(self)).release();
  return task_of(*self->state, *self->core, op, rota_fd_wait(self->registration, interest, &op->ready, &op->handle));
}

PyObject* readable(PyObject* raw, PyObject*) { return wait(self_of(raw), ROTA_READABLE); }

PyObject* writable(PyObject* raw, PyObject*) { return wait(self_of(raw), ROTA_WRITABLE); }

PyObject* close(PyObject* raw, PyObject*) {
  ReadinessObject* self = self_of(raw);
  if (!self->core->forked()) (void)rota_fd_deregister(self->registration);
  Py_CLEAR(self->file);
  Py_RETURN_NONE;
}

PyObject* enter(PyObject* raw, PyObject*) { return Ref::borrow(raw).release(); }

PyObject* leave(PyObject* raw, PyObject*) {
  Ref closed(close(raw, nullptr));
  Py_RETURN_FALSE;
}

void dealloc(PyObject* raw) {
  PyObject_GC_UnTrack(raw);
  ReadinessObject* self = self_of(raw);
  if (self->weakrefs != nullptr) PyObject_ClearWeakRefs(raw);
  if (self->core != nullptr && !self->core->forked()) rota_fd_release(self->registration);
  if (self->core != nullptr) self->core->unref();
  Py_XDECREF(self->file);
  free_object(raw);
}

int traverse(PyObject* raw, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(raw));
  Py_VISIT(self_of(raw)->file);
  return 0;
}

PyMethodDef kMethods[] = {
    {"readable", readable, METH_NOARGS,
     "readable($self)\n--\n\nA task that is done when reading would not block; it gives what the descriptor is ready "
     "for: a "
     "sum of READABLE, WRITABLE, CLOSED (the peer sends no more) and ERROR."},
    {"writable", writable, METH_NOARGS,
     "writable($self)\n--\n\nA task that is done when writing would not block; it gives what readable() gives."},
    {"close", close, METH_NOARGS,
     "close($self)\n--\n\nEnds the registration; pending waits raise OSError (EBADF). Call it before the descriptor is "
     "closed."},
    {"__enter__", enter, METH_NOARGS, nullptr},
    {"__exit__", leave, METH_VARARGS, nullptr},
    {},
};

PyMemberDef kMembers[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(ReadinessObject, weakrefs), READONLY, nullptr},
    {},
};

PyType_Slot kSlots[] = {
    {Py_tp_dealloc, slot(dealloc)},
    {Py_tp_traverse, slot(traverse)},
    {Py_tp_methods, kMethods},
    {Py_tp_members, kMembers},
    {Py_tp_doc,
     const_cast<char*>(
         "Readiness of a descriptor that Python owns: a non-blocking socket, a pipe. From Runtime.register(). A "
         "context manager that ends the registration.")},
    {0, nullptr},
};

PyType_Spec kSpec = {
    "rota.Readiness",
    sizeof(ReadinessObject),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    kSlots,
};

}  // namespace

PyObject* register_descriptor(State& state, Core& core, PyObject* file) {
  if (!core.usable()) return nullptr;
  const int descriptor = PyObject_AsFileDescriptor(file);
  if (descriptor < 0) return nullptr;
  auto* self = allocate<ReadinessObject>(state.readiness);
  if (self == nullptr) return nullptr;
  self->state = &state;
  self->core = core.ref();
  self->file = Ref::borrow(file).release();
  const rota_status status = rota_fd_register(core.runtime(), descriptor, &self->registration);
  if (status == ROTA_OK) return py(self);
  Py_DECREF(py(self));
  return raise(state, status, Doing::kRegister);
}

PyObject* wait_once(State& state, Core& core, PyObject* file, uint32_t interest) {
  // The operation holds the registration, and nobody else does.
  Ref registration(register_descriptor(state, core, file));
  return registration ? wait(self_of(registration.get()), interest) : nullptr;
}

bool add_readiness_type(PyObject* module, State& state) {
  return add_type(module, kSpec, state.readiness, "Readiness");
}

}  // namespace rota_py
