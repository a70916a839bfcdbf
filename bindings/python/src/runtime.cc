// SPDX-License-Identifier: MIT
//
// The type that rota.Runtime derives from.
#include <cmath>

#include "group.h"
#include "socket.h"

namespace rota_py {
namespace {

struct RuntimeObject {
  PyObject_HEAD State* state;
  Core* core;
};

RuntimeObject* self_of(PyObject* raw) { return as<RuntimeObject>(raw); }

// Whole numbers from `least` to `most`, or None for `otherwise`. False: an exception is set.
bool parse_count(PyObject* object, const char* name, uint32_t least, uint32_t most, uint32_t otherwise, uint32_t& out) {
  out = otherwise;
  if (object == Py_None) return true;
  const long long value = PyLong_AsLongLong(object);
  if (value == -1 && PyErr_Occurred() != nullptr && !PyErr_ExceptionMatches(PyExc_OverflowError)) return false;
  if (PyErr_Occurred() != nullptr || value < least || value > most) {
    PyErr_Clear();
    PyErr_Format(PyExc_ValueError, "%s must be from %u to %u, or None, not %R", name, least, most, object);
    return false;
  }
  out = static_cast<uint32_t>(value);
  return true;
}

bool parse_seconds(double seconds, const char* name) {
  if (seconds >= 0 && !std::isnan(seconds)) return true;
  PyErr_Format(PyExc_ValueError, "%s must be a number of seconds, 0 or more", name);
  return false;
}

// Beyond the engine's time, for ever.
uint64_t to_ns(double seconds) { return seconds >= 9e9 ? ROTA_FOREVER : static_cast<uint64_t>(seconds * 1e9); }

PyObject* create(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  static const char* names[] = {"workers", "blocking_max", "keep_alive", "name", "exit_timeout", nullptr};
  State* state = state_of(type);
  PyObject *workers = Py_None, *blocking_max = Py_None;
  double keep_alive = 10, exit_timeout = 5;
  const char* name = "rota";
  Py_ssize_t name_len = 4;
  if (state == nullptr ||
      !PyArg_ParseTupleAndKeywords(args, kwargs, "|O$Ods#d:Runtime", const_cast<char**>(names), &workers, &blocking_max,
                                   &keep_alive, &name, &name_len, &exit_timeout)) {
    return nullptr;
  }
  Core::Options options{};
  if (!parse_count(workers, "workers", 1, ROTA_WORKERS_MAX, ROTA_WORKERS_AUTO, options.workers) ||
      !parse_count(blocking_max, "blocking_max", 1, ROTA_BLOCKING_MAX, ROTA_BLOCKING_AUTO, options.blocking_max) ||
      !parse_seconds(keep_alive, "keep_alive") || !parse_seconds(exit_timeout, "exit_timeout")) {
    return nullptr;
  }
  if (state->interp->ending()) {
    PyErr_SetString(PyExc_RuntimeError, "the interpreter is shutting down: no runtime can be started");
    return nullptr;
  }
  options.keep_alive_ns = std::max<uint64_t>(1, to_ns(keep_alive));  // 0 would mean the engine's default
  options.name = name;
  options.name_len = static_cast<size_t>(name_len);
  options.exit_timeout_s = exit_timeout;
  auto* self = allocate<RuntimeObject>(type);
  if (self == nullptr) return nullptr;
  self->state = state;
  self->core = Core::make(*state, options);
  if (self->core != nullptr) return py(self);
  Py_DECREF(py(self));
  return nullptr;
}

PyObject* spawn(PyObject* raw, PyObject* args, PyObject* kwargs) {
  RuntimeObject* self = self_of(raw);
  const Py_ssize_t count = PyTuple_Size(args);
  PyObject* fn = count > 0 ? PyTuple_GetItem(args, 0) : nullptr;
  if (fn == nullptr || PyCallable_Check(fn) == 0) {
    PyErr_Clear();
    PyErr_SetString(PyExc_TypeError, "spawn() takes a function and its arguments; to run a coroutine, use asyncio");
    return nullptr;
  }
  if (!self->core->usable()) return nullptr;
  Ref rest(PyTuple_GetSlice(args, 1, count));
  Ref context(PyObject_CallNoArgs(self->state->copy_context));
  if (!rest || !context) return nullptr;
  return submit_job(*self->state, self->core->jobs(), nullptr, context.get(), fn, rest.get(), kwargs);
}

PyObject* sleep(PyObject* raw, PyObject* delay) {
  RuntimeObject* self = self_of(raw);
  const double seconds = PyFloat_AsDouble(delay);
  if (seconds == -1 && PyErr_Occurred() != nullptr) return nullptr;
  if (!parse_seconds(seconds, "the delay") || !self->core->usable()) return nullptr;
  Op* op = make_op();
  if (op == nullptr) return nullptr;
  return task_of(*self->state, *self->core, op, rota_sleep(self->core->runtime(), to_ns(seconds), &op->handle));
}

PyObject* connect_method(PyObject* raw, PyObject* args, PyObject* kwargs) {
  return connect(*self_of(raw)->state, *self_of(raw)->core, args, kwargs);
}

PyObject* listen_method(PyObject* raw, PyObject* args, PyObject* kwargs) {
  return listen(*self_of(raw)->state, *self_of(raw)->core, args, kwargs);
}

PyObject* register_method(PyObject* raw, PyObject* file) {
  return register_descriptor(*self_of(raw)->state, *self_of(raw)->core, file);
}

PyObject* wait_readable(PyObject* raw, PyObject* file) {
  return wait_once(*self_of(raw)->state, *self_of(raw)->core, file, ROTA_READABLE);
}

PyObject* wait_writable(PyObject* raw, PyObject* file) {
  return wait_once(*self_of(raw)->state, *self_of(raw)->core, file, ROTA_WRITABLE);
}

PyObject* shutdown_method(PyObject* raw, PyObject* args, PyObject* kwargs) {
  static const char* names[] = {"wait", "cancel", "timeout", nullptr};
  int wait = 1, cancel = 0;
  PyObject* timeout = Py_None;
  double seconds;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|p$pO:shutdown", const_cast<char**>(names), &wait, &cancel,
                                   &timeout) ||
      !parse_timeout(timeout, seconds)) {
    return nullptr;
  }
  const int done = self_of(raw)->core->shutdown(wait != 0, cancel != 0, seconds);
  if (done == 0) {
    PyErr_SetString(PyExc_TimeoutError, "functions still run: they end by themselves, or call shutdown() again");
  }
  if (done != 1) return nullptr;
  Py_RETURN_NONE;
}

PyObject* metrics(PyObject* raw, PyObject*) {
  RuntimeObject* self = self_of(raw);
  if (self->core->forked()) return self->core->usable() ? nullptr : nullptr;
  rota_metrics m{};
  const rota_status status = rota_metrics_read(self->core->runtime(), &m, sizeof m);
  if (status != ROTA_OK) return raise(*self->state, status);
  const std::pair<const char*, uint64_t> fields[] = {
      {"workers", m.workers},
      {"workers_parked", m.workers_parked},
      {"blocking_threads", m.blocking_threads},
      {"blocking_idle", m.blocking_idle},
      {"blocking_running", m.blocking_running},
      {"blocking_queued", m.blocking_queued},
      {"blocking_wait_ns", m.blocking_wait_ns},
      {"blocking_jobs", m.blocking_jobs},
      {"tasks_live", m.tasks_live},
      {"tasks_spawned", m.tasks_spawned},
      {"polls", m.polls},
      {"steals", m.steals},
      {"overflows", m.overflows},
      {"parks", m.parks},
      {"unparks", m.unparks},
      {"injector_depth", m.injector_depth},
      {"timers", m.timers},
      {"io_registrations", m.io_registrations},
      {"io_events", m.io_events},
  };
  Ref dict(PyDict_New());
  for (const auto& [name, value] : fields) {
    Ref number(PyLong_FromUnsignedLongLong(value));
    if (!dict || !number || PyDict_SetItemString(dict.get(), name, number.get()) != 0) return nullptr;
  }
  return dict.release();
}

PyObject* workers(PyObject* raw, void*) {
  RuntimeObject* self = self_of(raw);
  return PyLong_FromUnsignedLong(self->core->forked() ? 0 : rota_runtime_workers(self->core->runtime()));
}

PyObject* closed(PyObject* raw, void*) {
  return PyBool_FromLong(self_of(raw)->core->closed() || self_of(raw)->core->forked());
}

void dealloc(PyObject* raw) {
  if (self_of(raw)->core != nullptr) self_of(raw)->core->unref();
  free_object(raw);
}

PyMethodDef kMethods[] = {
    {"spawn", method(spawn), METH_VARARGS | METH_KEYWORDS,
     "spawn($self, fn, /, *args, **kwargs)\n--\n\nRuns fn(*args, **kwargs) on a thread of the blocking pool, in a copy "
     "of the "
     "current context, and returns its Task.\n\nThe function may block; no worker of the engine waits for it. Its "
     "exception keeps its traceback. Raises TypeError when fn cannot be called and RuntimeError when the runtime is "
     "shut "
     "down. May be called from any thread."},
    {"sleep", sleep, METH_O,
     "sleep($self, seconds, /)\n--\n\nA task that is done, with None, after so many seconds: never early, usually "
     "within a "
     "millisecond. 100,000 at a time cost no thread and no GIL."},
    {"connect", method(connect_method), METH_VARARGS | METH_KEYWORDS,
     "connect($self, host, port)\n--\n\nA task that gives a Stream connected over TCP. `host` is an address or a name, "
     "which "
     "is looked up on the blocking pool. The task raises socket.gaierror for a name that is not found, "
     "ConnectionRefusedError and other OSErrors as the system says."},
    {"listen", method(listen_method), METH_VARARGS | METH_KEYWORDS,
     "listen($self, host='127.0.0.1', port=0, *, backlog=0, reuse_port=False)\n--\n\nBinds and listens at once and "
     "returns a "
     "Listener. `host` is a numeric address; port 0 picks a free one; backlog 0 means 1024. Raises OSError "
     "(EADDRINUSE, "
     "EACCES, ...)."},
    {"register", register_method, METH_O,
     "register($self, file, /)\n--\n\nRegisters a descriptor that Python owns (an int, or anything with fileno()) and "
     "returns "
     "its Readiness. One registration a descriptor: a second one raises FileExistsError."},
    {"wait_readable", wait_readable, METH_O,
     "wait_readable($self, file, /)\n--\n\nA task that is done when reading from `file` would not block. Registers it "
     "for this "
     "one wait; for many, keep a Readiness."},
    {"wait_writable", wait_writable, METH_O,
     "wait_writable($self, file, /)\n--\n\nA task that is done when writing to `file` would not block; see "
     "wait_readable."},
    {"shutdown", method(shutdown_method), METH_VARARGS | METH_KEYWORDS,
     "shutdown($self, wait=True, *, cancel=False, timeout=None)\n--\n\nRefuses new work, waits for every function that "
     "was "
     "spawned or submitted, cancels operations that are still pending, and ends the threads.\n\nWith cancel=True, "
     "functions that have not begun are cancelled instead. With wait=False they are too, and nothing is waited for. "
     "Raises "
     "TimeoutError when functions still run after `timeout` seconds, RuntimeError on a thread of this runtime. May be "
     "called again."},
    {"metrics", metrics, METH_NOARGS,
     "metrics($self)\n--\n\nThe engine's counters, as a dict: threads, tasks, polls, timers, descriptors. rota.h says "
     "what "
     "each means."},
    {},
};

PyGetSetDef kAttributes[] = {
    {"workers", workers, nullptr, "How many worker threads the engine has.", nullptr},
    {"closed", closed, nullptr, "Whether it was shut down (or belongs to the parent of a forked process).", nullptr},
    {},
};

PyType_Slot kSlots[] = {
    {Py_tp_new, slot(create)},
    {Py_tp_dealloc, slot(dealloc)},
    {Py_tp_methods, kMethods},
    {Py_tp_getset, kAttributes},
    {Py_tp_doc, const_cast<char*>("What rota.Runtime derives from.")},
    {0, nullptr},
};

PyType_Spec kSpec = {
    "rota._rota.RuntimeBase", sizeof(RuntimeObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, kSlots,
};

}  // namespace

Core* core_of_runtime(State& state, PyObject* runtime) {
  if (PyObject_TypeCheck(runtime, state.runtime)) return self_of(runtime)->core;
  PyErr_Format(PyExc_TypeError, "a rota.Runtime is needed, not %R", runtime);
  return nullptr;
}

bool add_runtime_type(PyObject* module, State& state) { return add_type(module, kSpec, state.runtime, "RuntimeBase"); }

}  // namespace rota_py
