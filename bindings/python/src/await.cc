// SPDX-License-Identifier: MIT
//
// `await task` in an event loop: yields one future of the loop's, and gives the task's result when that is done. When
// the awaiting coroutine is cancelled, or closed, the task is given up.
#include "loop_queue.h"
#include "task.h"

namespace rota_py {
namespace {

struct AwaitIterator {
  PyObject_HEAD TaskObject* task;
  PyObject* future;  // nullptr: not yielded yet
};

// Raised into a coroutine, a cancelled task is asyncio's CancelledError, not that of concurrent.futures.
PyObject* awaited_result(TaskObject* task) {
  if (task->phase != Phase::kCancelled) return result_of(task);
  Ref asyncio(PyImport_ImportModule("asyncio"));
  Ref error(asyncio ? PyObject_GetAttrString(asyncio.get(), "CancelledError") : nullptr);
  if (error) PyErr_SetNone(error.get());
  return nullptr;
}

// The future to yield: a new reference.
PyObject* begin(AwaitIterator* self) {
  TaskObject* task = self->task;
  State& state = *task->state;
  Ref loop;
  Ref queue(running_loop_queue(state, *task->core, &loop));
  if (!queue) return nullptr;
  Ref future(PyObject_CallMethodObjArgs(loop.get(), state.s_create_future, nullptr));
  if (!future || !loop_queue_watch(queue.get(), task, future.get())) return nullptr;
  // What a coroutine of asyncio's sets on a future that it yields.
  if (PyObject_SetAttr(future.get(), state.s_future_blocking, Py_True) != 0) return nullptr;
  self->future = Ref::borrow(future.get()).release();
  return future.release();
}

PySendResult send(PyObject* raw, PyObject*, PyObject** result) {
  auto* self = as<AwaitIterator>(raw);
  const bool done = done_now(self->task);
  if (!done || (self->task->yields && self->future == nullptr)) {
    if (self->future == nullptr) {
      *result = begin(self);
      return *result == nullptr ? PYGEN_ERROR : PYGEN_NEXT;
    }
    PyErr_SetString(PyExc_RuntimeError, "await wasn't used with a future: only an event loop may drive this");
    *result = nullptr;
    return PYGEN_ERROR;
  }
  *result = awaited_result(self->task);
  return *result == nullptr ? PYGEN_ERROR : PYGEN_RETURN;
}

PyObject* next(PyObject* raw) {
  PyObject* result = nullptr;
  if (send(raw, Py_None, &result) != PYGEN_RETURN) return result;
  // A tuple would be unpacked, and an exception raised, without one around them.
  Ref stop(PyObject_CallFunctionObjArgs(PyExc_StopIteration, result, nullptr));
  Py_DECREF(result);
  if (stop) PyErr_SetObject(PyExc_StopIteration, stop.get());
  return nullptr;
}

PyObject* throw_in(PyObject* raw, PyObject* args) {
  PyObject *type, *value = nullptr, *traceback = nullptr;
  if (!PyArg_UnpackTuple(args, "throw", 1, 3, &type, &value, &traceback)) return nullptr;
  Ref exception;
  if (PyExceptionInstance_Check(type)) {
    exception = Ref::borrow(type);
  } else if (value != nullptr && PyExceptionInstance_Check(value)) {
    exception = Ref::borrow(value);
  } else {
    exception = Ref(value == nullptr || value == Py_None ? PyObject_CallNoArgs(type)
                                                         : PyObject_CallFunctionObjArgs(type, value, nullptr));
  }
  give_up(as<AwaitIterator>(raw)->task);
  if (exception) PyErr_SetObject(py(Py_TYPE(exception.get())), exception.get());
  return nullptr;
}

PyObject* close(PyObject* raw, PyObject*) {
  give_up(as<AwaitIterator>(raw)->task);
  Py_RETURN_NONE;
}

int traverse(PyObject* raw, visitproc visit, void* arg) {
  auto* self = as<AwaitIterator>(raw);
  Py_VISIT(Py_TYPE(raw));
  Py_VISIT(py(self->task));
  Py_VISIT(self->future);
  return 0;
}

void dealloc(PyObject* raw) {
  PyObject_GC_UnTrack(raw);
  auto* self = as<AwaitIterator>(raw);
  Py_XDECREF(py(self->task));
  Py_XDECREF(self->future);
  free_object(raw);
}

PyMethodDef kMethods[] = {
    {"throw", throw_in, METH_VARARGS, "Gives the task up and raises."},
    {"close", close, METH_NOARGS, "Gives the task up."},
    {},
};

PyType_Slot kSlots[] = {
    {Py_tp_dealloc, slot(dealloc)},
    {Py_tp_traverse, slot(traverse)},
    {Py_tp_methods, kMethods},
    {Py_tp_iter, slot(PyObject_SelfIter)},
    {Py_tp_iternext, slot(next)},
    {Py_am_send, slot(send)},
    {0, nullptr},
};

PyType_Spec kSpec = {
    "rota._rota.AwaitIterator",
    sizeof(AwaitIterator),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    kSlots,
};

}  // namespace

PyObject* await_task(PyObject* raw) {
  auto* made = allocate<AwaitIterator>(as<TaskObject>(raw)->state->await_iterator);
  if (made != nullptr) made->task = as<TaskObject>(Ref::borrow(raw).release());
  return py(made);
}

bool add_await_type(PyObject* module, State& state) { return add_type(module, kSpec, state.await_iterator, nullptr); }

}  // namespace rota_py
