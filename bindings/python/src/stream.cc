// SPDX-License-Identifier: MIT
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "socket.h"
#include "stream_ops.h"

namespace rota_py {
namespace {

constexpr Py_ssize_t kDefaultRead = 64 * 1024;
// After so many operations that were done at once, awaiting one lets the loop run, so that a coroutine whose socket is
// always ready cannot keep it from the others.
constexpr uint32_t kMostAtOnce = 64;

StreamObject* self_of(PyObject* raw) { return as<StreamObject>(raw); }

// The descriptor, when the operation may be tried at once on this thread; else -1. Without a GIL another thread could
// close it between this and the system call.
int first_try(StreamObject* self) {
#ifdef Py_GIL_DISABLED
  (void)self;
  return -1;
#else
  if (self->descriptor == -1 && rota_socket_native(self->socket, &self->descriptor) != ROTA_OK) return -1;
  return static_cast<int>(self->descriptor);
#endif
}

// What is there already, or -1.
Py_ssize_t read_at_once(StreamObject* self, void* buffer, size_t len) {
  const int descriptor = first_try(self);
  return descriptor < 0 ? -1 : recv(descriptor, buffer, len, MSG_DONTWAIT);
}

// Bytes that came for a read that was given up: at most `most` of them; nullptr: none, or an exception is set.
Ref take_leftover(StreamObject* self, Py_ssize_t most) {
  Ref all(std::exchange(self->leftover, nullptr));
  if (!all) return all;
  const Py_ssize_t size = PyBytes_Size(all.get());
  if (size <= most) return all;
  const char* data = PyBytes_AsString(all.get());
  self->leftover = PyBytes_FromStringAndSize(data + most, size - most);
  if (self->leftover == nullptr) return Ref();
  return Ref(PyBytes_FromStringAndSize(data, most));
}

bool usable(StreamObject* self) { return check_socket(*self->core, self->socket); }

// An operation on the stream that gives `op->bytes`; nullptr: an exception is set.
Op* make_read(StreamObject* self, Py_ssize_t size) {
  Op* op = make_op();
  if (op == nullptr) return nullptr;
  op->gives = Op::Gives::kBytes;
  op->bytes = PyBytes_FromStringAndSize(nullptr, size);
  op->subject = Ref::borrow(py(self)).release();
  op->owner = Ref::borrow(py(self)).release();
  if (op->bytes != nullptr) return op;
  free_op(op);
  return nullptr;
}

// A task that is done at once; takes the value over.
PyObject* done_at_once(StreamObject* self, PyObject* value, PyObject* owner) {
  PyObject* task = finished_task(*self->state, *self->core, value, owner);
  if (task != nullptr && ++self->at_once == kMostAtOnce) {
    self->at_once = 0;
    as<TaskObject>(task)->yields = true;
  }
  return task;
}

PyObject* finish_read(StreamObject* self, Op* op) {
  Ref bytes(take_result(*op));
  free_op(op);
  return bytes ? done_at_once(self, bytes.release(), py(self)) : nullptr;
}

PyObject* read(PyObject* raw, PyObject* args) {
  StreamObject* self = self_of(raw);
  Py_ssize_t size = kDefaultRead;
  if (!PyArg_ParseTuple(args, "|n:read", &size) || !usable(self)) return nullptr;
  if (size < 0) {
    PyErr_SetString(PyExc_ValueError, "read() takes the most bytes to give, 0 or more");
    return nullptr;
  }
  Ref leftover = take_leftover(self, size);
  if (PyErr_Occurred() != nullptr) return nullptr;
  if (leftover) return done_at_once(self, leftover.release(), raw);
  Op* op = make_read(self, size);
  if (op == nullptr) return nullptr;
  char* buffer = PyBytes_AsString(op->bytes);
  const Py_ssize_t got = read_at_once(self, buffer, static_cast<size_t>(size));
  if (got >= 0) {
    op->count = static_cast<size_t>(got);
    return finish_read(self, op);
  }
  const rota_status status = rota_socket_read(self->socket, buffer, static_cast<size_t>(size), &op->count, &op->handle);
  return task_of(*self->state, *self->core, op, status);
}

PyObject* read_exactly_method(PyObject* raw, PyObject* args) {
  StreamObject* self = self_of(raw);
  Py_ssize_t size;
  if (!PyArg_ParseTuple(args, "n:read_exactly", &size) || !usable(self)) return nullptr;
  if (size < 0) {
    PyErr_SetString(PyExc_ValueError, "read_exactly() takes the number of bytes to give, 0 or more");
    return nullptr;
  }
  Op* op = make_read(self, size);
  if (op == nullptr) return nullptr;
  char* buffer = PyBytes_AsString(op->bytes);
  Ref leftover = take_leftover(self, size);
  if (leftover) {
    op->count = static_cast<size_t>(PyBytes_Size(leftover.get()));
    std::memcpy(buffer, PyBytes_AsString(leftover.get()), op->count);
  }
  const auto wanted = static_cast<size_t>(size);
  if (op->count < wanted) {
    const Py_ssize_t got = read_at_once(self, buffer + op->count, wanted - op->count);
    if (got > 0) op->count += static_cast<size_t>(got);
  }
  if (op->count == wanted) return finish_read(self, op);
  const rota_status status =
      read_exactly(self->core->runtime(), self->socket, buffer, wanted, &op->count, &op->short_by, &op->handle);
  return task_of(*self->state, *self->core, op, status);
}

PyObject* readinto(PyObject* raw, PyObject* buffer) {
  StreamObject* self = self_of(raw);
  if (!usable(self)) return nullptr;
  Op* op = make_op();
  if (op == nullptr) return nullptr;
  op->gives = Op::Gives::kCount;
  op->has_view = PyObject_GetBuffer(buffer, &op->view, PyBUF_WRITABLE) == 0;
  Ref leftover = op->has_view ? take_leftover(self, op->view.len) : Ref();
  if (!op->has_view || PyErr_Occurred() != nullptr) {
    free_op(op);
    return nullptr;
  }
  op->subject = Ref::borrow(raw).release();
  Py_ssize_t got = -1;
  if (leftover) {
    got = PyBytes_Size(leftover.get());
    std::memcpy(op->view.buf, PyBytes_AsString(leftover.get()), static_cast<size_t>(got));
  } else {
    got = read_at_once(self, op->view.buf, static_cast<size_t>(op->view.len));
  }
  if (got >= 0) {
    free_op(op);
    return done_at_once(self, PyLong_FromSsize_t(got), nullptr);
  }
  const rota_status status =
      rota_socket_read(self->socket, op->view.buf, static_cast<size_t>(op->view.len), &op->count, &op->handle);
  return task_of(*self->state, *self->core, op, status);
}

PyObject* write(PyObject* raw, PyObject* data) {
  StreamObject* self = self_of(raw);
  if (!usable(self)) return nullptr;
  Op* op = make_op();
  if (op == nullptr) return nullptr;
  op->outlives = true;
  op->has_view = PyObject_GetBuffer(data, &op->view, PyBUF_SIMPLE) == 0;
  if (!op->has_view) {
    free_op(op);
    return nullptr;
  }
  op->subject = Ref::borrow(raw).release();
  const auto* bytes = static_cast<const char*>(op->view.buf);
  auto left = static_cast<size_t>(op->view.len);
  if (self->line->empty()) {
    const int descriptor = first_try(self);
    const ssize_t sent = descriptor < 0 ? -1 : send(descriptor, bytes, left, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      bytes += sent;
      left -= static_cast<size_t>(sent);
    }
    if (left == 0 && sent >= 0) {
      free_op(op);
      return done_at_once(self, Ref::borrow(Py_None).release(), nullptr);
    }
  }
  const rota_status status = self->line->write(self->core->runtime(), self->socket, bytes, left, &op->handle);
  return task_of(*self->state, *self->core, op, status);
}

PyObject* shutdown_method(PyObject* raw, PyObject* args) {
  StreamObject* self = self_of(raw);
  int how = SHUT_WR;
  if (!PyArg_ParseTuple(args, "|i:shutdown", &how) || !usable(self)) return nullptr;
  // socket.SHUT_RD, SHUT_WR and SHUT_RDWR have the engine's numbers.
  if (how < 0 || how > 2) {
    PyErr_SetString(PyExc_ValueError, "shutdown() takes socket.SHUT_RD, socket.SHUT_WR or socket.SHUT_RDWR");
    return nullptr;
  }
  const rota_status status = rota_socket_shutdown(self->socket, static_cast<uint32_t>(how));
  if (status != ROTA_OK) return raise(*self->state, status);
  Py_RETURN_NONE;
}

PyObject* close(PyObject* raw, PyObject*) {
  StreamObject* self = self_of(raw);
  if (self->core->forked()) Py_RETURN_NONE;
  self->descriptor = -2;
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

PyObject* fileno(PyObject* raw, PyObject*) {
  StreamObject* self = self_of(raw);
  if (!usable(self)) return nullptr;
  intptr_t descriptor;
  const rota_status status = rota_socket_native(self->socket, &descriptor);
  return status == ROTA_OK ? PyLong_FromSsize_t(descriptor) : raise(*self->state, status);
}

PyObject* local_address(PyObject* raw, void*) {
  StreamObject* self = self_of(raw);
  return usable(self) ? address_tuple(*self->state, self->socket, rota_socket_local_address) : nullptr;
}

PyObject* peer_address(PyObject* raw, void*) {
  StreamObject* self = self_of(raw);
  return usable(self) ? address_tuple(*self->state, self->socket, rota_socket_peer_address) : nullptr;
}

void dealloc(PyObject* raw) {
  StreamObject* self = self_of(raw);
  if (self->weakrefs != nullptr) PyObject_ClearWeakRefs(raw);
  if (self->core != nullptr && !self->core->forked()) {
    rota_socket_release(self->socket);
    if (self->line != nullptr) self->line->unref();
  }
  if (self->core != nullptr) self->core->unref();
  Py_XDECREF(self->leftover);
  free_object(raw);
}

PyMethodDef kMethods[] = {
    {"read", read, METH_VARARGS,
     "read($self, size=65536, /)\n--\n\nA task that gives 1 to `size` bytes as soon as there are any, and b'' at the "
     "end of "
     "the stream.\n\nWhen its await is cancelled, bytes that came meanwhile are kept for the next read."},
    {"read_exactly", read_exactly_method, METH_VARARGS,
     "read_exactly($self, size, /)\n--\n\nA task that gives exactly `size` bytes. Raises EOFError when the stream ends "
     "before; "
     "read() then gives what had come."},
    {"readinto", readinto, METH_O,
     "readinto($self, buffer, /)\n--\n\nA task that reads into a writable buffer (bytearray, memoryview, array) "
     "without a "
     "copy and gives the number of bytes, 0 at the end of the stream. The buffer is locked until the task is done."},
    {"write", write, METH_O,
     "write($self, data, /)\n--\n\nA task that is done when all of `data` has been handed to the system. Writes keep "
     "their "
     "order, "
     "also when they are not awaited one by one. `data` is any bytes-like object; it is not copied, and locked until "
     "the "
     "task is done. Dropping the task does not stop the write; cancelling it may leave a part written."},
    {"shutdown", shutdown_method, METH_VARARGS,
     "shutdown($self, how=socket.SHUT_WR, /)\n--\n\nHalf-closes: after SHUT_WR the peer reads the end of the stream, "
     "and "
     "reading goes on here."},
    {"close", close, METH_NOARGS,
     "close($self)\n--\n\nCloses now. Pending operations raise OSError (EBADF). Closing again is harmless."},
    {"fileno", fileno, METH_NOARGS,
     "fileno($self)\n--\n\nThe system's descriptor, to set options on; the stream owns it."},
    {"__enter__", enter, METH_NOARGS, nullptr},
    {"__exit__", leave, METH_VARARGS, nullptr},
    {"__aenter__", enter_async, METH_NOARGS, nullptr},
    {"__aexit__", leave_async, METH_VARARGS, nullptr},
    {},
};

PyGetSetDef kAttributes[] = {
    {"local_address", local_address, nullptr, "(address, port) of this end.", nullptr},
    {"peer_address", peer_address, nullptr, "(address, port) of the other end.", nullptr},
    {},
};

PyMemberDef kMembers[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(StreamObject, weakrefs), READONLY, nullptr},
    {},
};

PyType_Slot kSlots[] = {
    {Py_tp_dealloc, slot(dealloc)},
    {Py_tp_methods, kMethods},
    {Py_tp_getset, kAttributes},
    {Py_tp_members, kMembers},
    {Py_tp_doc,
     const_cast<char*>("A TCP connection, from connect() or Listener.accept(). Its operations are tasks that "
                       "the engine's workers carry on without the GIL; they may be used from any thread. A "
                       "context manager, also an asynchronous one, that closes it.")},
    {0, nullptr},
};

PyType_Spec kSpec = {
    "rota.Stream", sizeof(StreamObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, kSlots,
};

}  // namespace

bool check_socket(Core& core, rota_socket* socket) {
  if (core.forked()) return core.usable();
  if (socket != nullptr) return true;
  PyErr_SetString(PyExc_OSError, "it is not connected");
  return false;
}

StreamObject* make_stream(State& state, Core& core) {
  auto* self = allocate<StreamObject>(state.stream);
  if (self == nullptr) return nullptr;
  self->state = &state;
  self->core = core.ref();
  self->descriptor = -1;
  self->line = WriteLine::make();
  if (self->line != nullptr) return self;
  Py_DECREF(py(self));
  PyErr_NoMemory();
  return nullptr;
}

PyObject* connect(State& state, Core& core, PyObject* args, PyObject* kwargs) {
  static const char* names[] = {"host", "port", nullptr};
  const char* host;
  Py_ssize_t host_len;
  long port;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s#l:connect", const_cast<char**>(names), &host, &host_len, &port) ||
      !core.usable()) {
    return nullptr;
  }
  if (port < 0 || port > 65535 || host_len == 0) {
    PyErr_SetString(PyExc_ValueError, "connect() takes a host (an address or a name) and a port from 0 to 65535");
    return nullptr;
  }
  Op* op = make_op();
  if (op == nullptr) return nullptr;
  op->doing = Doing::kConnect;
  op->gives = Op::Gives::kObject;
  StreamObject* stream = make_stream(state, core);
  if (stream == nullptr) {
    free_op(op);
    return nullptr;
  }
  op->subject = py(stream);
  const rota_status status = rota_tcp_connect(core.runtime(), host, static_cast<size_t>(host_len),
                                              static_cast<uint16_t>(port), nullptr, &stream->socket, &op->handle);
  return task_of(state, core, op, status);
}

bool add_stream_type(PyObject* module, State& state) { return add_type(module, kSpec, state.stream, "Stream"); }

}  // namespace rota_py
