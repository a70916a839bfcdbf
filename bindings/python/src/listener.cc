// SPDX-License-Identifier: MIT
#include <cstddef>

#include "socket.h"

namespace rota_py {
namespace {

ListenerObject* self_of(PyObject* raw) { return as<ListenerObject>(raw); }

PyObject* accept(PyObject* raw, PyObject*) {
  ListenerObject* self = self_of(raw);
  if (!check_socket(*self->core, self->socket)) return nullptr;
  if (self->leftover != nullptr && PyList_Size(self->leftover) > 0) {
    Ref stream = Ref::borrow(PyList_GetItem(self->leftover, 0));
    if (PyList_SetSlice(self->leftover, 0, 1, nullptr) != 0) return nullptr;
    return finished_task(*self->state, *self->core, stream.release(), raw);
  }
  Op* op = make_op();
  if (op == nullptr) return nullptr;
  op->gives = Op::Gives::kObject;
  op->owner = Ref::borrow(raw).release();
  StreamObject* stream = make_stream(*self->state, *self->core);
  if (stream == nullptr) {
    free_op(op);
    return nullptr;
  }
  op->subject = py(stream);
  return task_of(*self->state, *self->core, op, rota_tcp_accept(self->socket, &stream->socket, &op->handle));
}

PyObject* next(PyObject* raw) { return accept(raw, nullptr); }

PyObject* close(PyObject* raw, PyObject*) {
  ListenerObject* self = self_of(raw);
  if (self->core->forked()) Py_RETURN_NONE;
  Py_CLEAR(self->leftover);
  (void)rota_socket_close(self->socket);
  Py_RETURN_NONE;
}

PyObject* leave(PyObject* raw, PyObject*) {
  Ref closed(close(raw, nullptr));
  Py_RETURN_FALSE;
}

PyObject* enter(PyObject* raw, PyObject*) { return Ref::borrow(raw).release(); }

PyObject* enter_async(PyObject* raw, PyObject*) {
  return finished_task(*self_of(raw)->state, *self_of(raw)->core, Ref::borrow(raw).release());
}

PyObject* leave_async(PyObject* raw, PyObject*) {
  return finished_task(*self_of(raw)->state, *self_of(raw)->core, leave(raw, nullptr));
}

PyObject* address(PyObject* raw, void*) {
  ListenerObject* self = self_of(raw);
  if (!check_socket(*self->core, self->socket)) return nullptr;
  return address_tuple(*self->state, self->socket, rota_socket_local_address);
}

void dealloc(PyObject* raw) {
  ListenerObject* self = self_of(raw);
  if (self->weakrefs != nullptr) PyObject_ClearWeakRefs(raw);
  if (self->core != nullptr && !self->core->forked()) rota_socket_release(self->socket);
  if (self->core != nullptr) self->core->unref();
  Py_XDECREF(self->leftover);
  free_object(raw);
}

PyMethodDef kMethods[] = {
    {"accept", accept, METH_NOARGS,
     "accept($self)\n--\n\nA task that gives the next connection as a Stream. When its await is cancelled, a "
     "connection "
     "that "
     "came meanwhile is kept for the next accept. Waits out a full descriptor table."},
    {"close", close, METH_NOARGS,
     "close($self)\n--\n\nCloses now. Pending accepts raise OSError (EBADF). Closing again is harmless."},
    {"__enter__", enter, METH_NOARGS, nullptr},
    {"__exit__", leave, METH_VARARGS, nullptr},
    {"__aenter__", enter_async, METH_NOARGS, nullptr},
    {"__aexit__", leave_async, METH_VARARGS, nullptr},
    {},
};

PyGetSetDef kAttributes[] = {
    {"address", address, nullptr, "(address, port) it listens on.", nullptr},
    {},
};

PyMemberDef kMembers[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(ListenerObject, weakrefs), READONLY, nullptr},
    {},
};

PyType_Slot kSlots[] = {
    {Py_tp_dealloc, slot(dealloc)},
    {Py_tp_methods, kMethods},
    {Py_tp_getset, kAttributes},
    {Py_tp_members, kMembers},
    {Py_am_aiter, slot(PyObject_SelfIter)},
    {Py_am_anext, slot(next)},
    {Py_tp_doc,
     const_cast<char*>("A listening TCP socket, from listen(). `async for stream in listener` accepts for as "
                       "long as it is open. A context manager, also an asynchronous one, that closes it.")},
    {0, nullptr},
};

PyType_Spec kSpec = {
    "rota.Listener", sizeof(ListenerObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, kSlots,
};

}  // namespace

void give_back(PyObject* owner, PyObject* value) {
  if (owner == nullptr || value == nullptr) return;
  if (PyBytes_Check(value)) {
    auto* stream = as<StreamObject>(owner);
    // In front: what is kept already came later.
    Ref all = Ref::borrow(value);
    if (stream->leftover != nullptr) all = Ref(PySequence_Concat(value, stream->leftover));
    if (!all) return PyErr_WriteUnraisable(owner);
    Ref before(std::exchange(stream->leftover, all.release()));
    return;
  }
  auto* listener = as<ListenerObject>(owner);
  if (listener->leftover == nullptr) listener->leftover = PyList_New(0);
  if (listener->leftover == nullptr || PyList_Insert(listener->leftover, 0, value) != 0) PyErr_WriteUnraisable(owner);
}

PyObject* address_tuple(State& state, rota_socket* socket, AddressOf address_of) {
  char text[64];
  size_t len;
  uint16_t port;
  const rota_status status = address_of(socket, text, sizeof text, &len, &port);
  if (status != ROTA_OK) return raise(state, status);
  return Py_BuildValue("s#i", text, static_cast<Py_ssize_t>(len), static_cast<int>(port));
}

PyObject* listen(State& state, Core& core, PyObject* args, PyObject* kwargs) {
  static const char* names[] = {"host", "port", "backlog", "reuse_port", nullptr};
  const char* host = "127.0.0.1";
  Py_ssize_t host_len = 9;
  long port = 0, backlog = 0;
  int reuse_port = 0;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|s#l$lp:listen", const_cast<char**>(names), &host, &host_len, &port,
                                   &backlog, &reuse_port) ||
      !core.usable()) {
    return nullptr;
  }
  if (port < 0 || port > 65535 || backlog < 0 || backlog > INT32_MAX) {
    PyErr_SetString(PyExc_ValueError,
                    "listen() takes a port from 0 (any free one) to 65535, and a backlog of 0 or more");
    return nullptr;
  }
  auto* self = allocate<ListenerObject>(state.listener);
  if (self == nullptr) return nullptr;
  Ref made(py(self));
  self->state = &state;
  self->core = core.ref();
  rota_tcp_options options;
  rota_tcp_options_init(&options, sizeof options);
  options.backlog = static_cast<uint32_t>(backlog);
  if (reuse_port != 0) options.flags |= ROTA_TCP_REUSE_PORT;
  const rota_status status = rota_tcp_listen(core.runtime(), host, static_cast<size_t>(host_len),
                                             static_cast<uint16_t>(port), &options, &self->socket);
  if (status == ROTA_OK) return made.release();
  if (status != ROTA_EINVAL) return raise(state, status);
  PyErr_Format(PyExc_ValueError, "listen() takes a numeric address such as '127.0.0.1', '0.0.0.0' or '::', not '%s'",
               host);
  return nullptr;
}

bool add_listener_type(PyObject* module, State& state) { return add_type(module, kSpec, state.listener, "Listener"); }

}  // namespace rota_py
