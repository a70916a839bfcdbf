// SPDX-License-Identifier: MIT
#include "errors.h"

#include <netdb.h>

#include <cerrno>

namespace rota_py {
namespace {

struct Errno {
  rota_status status;
  int number;
  const char* text;  // nullptr: the engine's own words
};

constexpr Errno kErrnos[] = {
    {ROTA_ETIMEDOUT, ETIMEDOUT, nullptr},
    {ROTA_EALREADY, EALREADY, nullptr},
    {ROTA_EBUSY, EBUSY, nullptr},
    {ROTA_EAGAIN, EAGAIN, nullptr},
    {ROTA_ECLOSED, EBADF, "it is closed: open or connect a new one"},
    {ROTA_EPERM, EPERM, nullptr},
    {ROTA_EACCES, EACCES, nullptr},
    {ROTA_EADDRINUSE, EADDRINUSE, nullptr},
    {ROTA_EADDRNOTAVAIL, EADDRNOTAVAIL, nullptr},
    {ROTA_EAFNOSUPPORT, EAFNOSUPPORT, nullptr},
    {ROTA_EBADF, EBADF, nullptr},
    {ROTA_ECONNABORTED, ECONNABORTED, nullptr},
    {ROTA_ECONNREFUSED, ECONNREFUSED, nullptr},
    {ROTA_ECONNRESET, ECONNRESET, nullptr},
    {ROTA_EHOSTUNREACH, EHOSTUNREACH, nullptr},
    {ROTA_EIO, EIO, nullptr},
    {ROTA_EISCONN, EISCONN, nullptr},
    {ROTA_EMFILE, EMFILE, nullptr},
    {ROTA_EMSGSIZE, EMSGSIZE, nullptr},
    {ROTA_ENAMETOOLONG, ENAMETOOLONG, nullptr},
    {ROTA_ENETUNREACH, ENETUNREACH, nullptr},
    {ROTA_ENFILE, ENFILE, nullptr},
    {ROTA_ENOBUFS, ENOBUFS, nullptr},
    {ROTA_ENOENT, ENOENT, nullptr},
    {ROTA_ENOTCONN, ENOTCONN, nullptr},
    {ROTA_ENOTSOCK, ENOTSOCK, nullptr},
    {ROTA_EPIPE, EPIPE, nullptr},
    {ROTA_EPROTO, EPROTO, nullptr},
    {ROTA_EEXIST, EEXIST, nullptr},
    {ROTA_EINTR, EINTR, nullptr},
    {ROTA_ENOSYS, ENOSYS, nullptr},
};

Ref os_error(PyObject* type, int number, const char* text) {
  return Ref(PyObject_CallFunction(type, "is", number, text));
}

Ref plain(PyObject* type, const char* text) { return Ref(PyObject_CallFunction(type, "s", text)); }

}  // namespace

Ref exception_for(State& state, rota_status status, Doing doing) {
  if (doing == Doing::kConnect && (status == ROTA_ENOENT || status == ROTA_EAGAIN)) {
    const int number = status == ROTA_ENOENT ? EAI_NONAME : EAI_AGAIN;
    return os_error(state.gaierror, number, gai_strerror(number));
  }
  if (doing == Doing::kSpawn && (status == ROTA_EAGAIN || status == ROTA_ENOTSUP)) {
    return plain(PyExc_RuntimeError, "can't start new thread: the system's limit is reached, or blocking_max is 0");
  }
  if (doing == Doing::kRegister && status == ROTA_EEXIST) {
    return os_error(PyExc_OSError, EEXIST,
                    "the descriptor is registered with this runtime already: keep one rota.Readiness for it");
  }
  if (doing == Doing::kRegister && status == ROTA_ENOTSUP) {
    return os_error(PyExc_OSError, EPERM, "this kind of file has no readiness: use a socket, pipe or eventfd");
  }
  switch (status) {
    case ROTA_ENOMEM:
      return Ref(PyObject_CallNoArgs(PyExc_MemoryError));
    case ROTA_EINVAL:
    case ROTA_EOVERFLOW:
      return plain(PyExc_ValueError, rota_status_message(status));
    case ROTA_ESHUTDOWN:
      return plain(PyExc_RuntimeError, "the runtime is shut down: create a new rota.Runtime");
    case ROTA_EDEADLK:
      return plain(PyExc_RuntimeError, "waiting here could never end");
    case ROTA_ECANCELED:
      return Ref(PyObject_CallNoArgs(state.cancelled_error));
    default:
      break;
  }
  for (const Errno& known : kErrnos) {
    if (known.status != status) continue;
    return os_error(PyExc_OSError, known.number, known.text == nullptr ? rota_status_message(status) : known.text);
  }
  return Ref(PyObject_CallFunction(PyExc_RuntimeError, "ss", rota_status_name(status), rota_status_message(status)));
}

PyObject* raise(State& state, rota_status status, Doing doing) {
  if (Ref exception = exception_for(state, status, doing)) {
    PyErr_SetObject(py(Py_TYPE(exception.get())), exception.get());
  }
  return nullptr;
}

}  // namespace rota_py
