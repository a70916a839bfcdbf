// SPDX-License-Identifier: MIT
#include <new>

#include "core.h"
#include "group.h"

namespace rota_py {
namespace {

PyObject* import_from(const char* module, const char* name) {
  Ref imported(PyImport_ImportModule(module));
  return imported ? PyObject_GetAttrString(imported.get(), name) : nullptr;
}

bool take(PyObject*& place, PyObject* owned) {
  place = owned;
  return owned != nullptr;
}

bool fill(State& state) {
  return take(state.condition, import_from("threading", "Condition")) &&
         take(state.copy_context, import_from("contextvars", "copy_context")) &&
         take(state.cancelled_error, import_from("concurrent.futures", "CancelledError")) &&
         take(state.invalid_state, import_from("concurrent.futures", "InvalidStateError")) &&
         take(state.gaierror, import_from("socket", "gaierror")) &&
         take(state.loops, PyObject_CallNoArgs(Ref(import_from("weakref", "WeakKeyDictionary")).get())) &&
         take(state.s_add_reader, PyUnicode_InternFromString("add_reader")) &&
         take(state.s_create_future, PyUnicode_InternFromString("create_future")) &&
         take(state.s_done, PyUnicode_InternFromString("done")) &&
         take(state.s_future_blocking, PyUnicode_InternFromString("_asyncio_future_blocking")) &&
         take(state.s_run, PyUnicode_InternFromString("run")) &&
         take(state.s_set_result, PyUnicode_InternFromString("set_result"));
}

// The Python layer's part: rota.Task, and what is called back.
PyObject* configure(PyObject* module, PyObject* args) {
  State& state = *state_of_module(module);
  PyObject *task, *run_callbacks, *thread_starts, *thread_stops;
  if (!PyArg_UnpackTuple(args, "configure", 4, 4, &task, &run_callbacks, &thread_starts, &thread_stops)) {
    return nullptr;
  }
  if (!PyType_Check(task) || PyType_IsSubtype(as<PyTypeObject>(task), state.task_base) == 0) {
    PyErr_SetString(PyExc_TypeError, "configure() takes a class derived from TaskBase");
    return nullptr;
  }
  state.task = Ref::borrow(task).release();
  state.run_callbacks = Ref::borrow(run_callbacks).release();
  state.thread_starts = Ref::borrow(thread_starts).release();
  state.thread_stops = Ref::borrow(thread_stops).release();
  Py_RETURN_NONE;
}

PyObject* set_ending(PyObject* module, PyObject*) {
  state_of_module(module)->interp->set_ending();
  Py_RETURN_NONE;
}

PyObject* close_all(PyObject* module, PyObject*) {
  Interp& interp = *state_of_module(module)->interp;
  interp.set_ending();
  Core::shutdown_all(interp);
  interp.close(0);
  Py_RETURN_NONE;
}

PyObject* engine_version(PyObject*, PyObject*) {
  const uint32_t version = rota_version();
  return Py_BuildValue("III", version >> 16, version >> 8 & 0xFF, version & 0xFF);
}

PyMethodDef kMethods[] = {
    {"configure", configure, METH_VARARGS,
     "configure($module, task, run_callbacks, thread_starts, thread_stops, /)\n--\n\nThe Python layer's part."},
    {"set_ending", set_ending, METH_NOARGS,
     "set_ending($module)\n--\n\nThe interpreter's end begins: nothing new is taken."},
    {"close_all", close_all, METH_NOARGS,
     "close_all($module)\n--\n\nEnds every runtime, at the end of the interpreter."},
    {"engine_version", engine_version, METH_NOARGS,
     "engine_version($module)\n--\n\n(major, minor, patch) of the engine inside."},
    {},
};

PyObject** objects_of(State& state, size_t& count) {
  // From `task` on, every member is an object (the types before it are too, but of another type).
  static_assert(offsetof(State, cached_queue) + sizeof(PyObject*) == offsetof(State, s_add_reader));
  count = (sizeof(State) - offsetof(State, task)) / sizeof(PyObject*);
  return &state.task;
}

int traverse(PyObject* module, visitproc visit, void* arg) {
  State& state = *state_of_module(module);
  size_t count;
  PyObject** objects = objects_of(state, count);
  for (size_t i = 0; i < count; ++i) {
    if (&objects[i] != &state.cached_queue) Py_VISIT(objects[i]);
  }
  for (PyTypeObject** type = &state.task_base; type <= &state.readiness; ++type) Py_VISIT(*type);
  return 0;
}

int clear(PyObject* module) {
  State& state = *state_of_module(module);
  size_t count;
  PyObject** objects = objects_of(state, count);
  for (size_t i = 0; i < count; ++i) {
    if (&objects[i] != &state.cached_queue) Py_CLEAR(objects[i]);
  }
  for (PyTypeObject** type = &state.task_base; type <= &state.readiness; ++type) Py_CLEAR(*type);
  return 0;
}

int exec(PyObject* module) {
  State& state = *state_of_module(module);
  state.interp = new (std::nothrow) Interp(&state);
  if (state.interp == nullptr) {
    PyErr_NoMemory();
    return -1;
  }
  const bool ready = fill(state) && add_task_type(module, state) && add_await_type(module, state) &&
                     add_loop_queue_type(module, state) && add_runtime_type(module, state) &&
                     add_group_type(module, state) && add_stream_type(module, state) &&
                     add_listener_type(module, state) && add_readiness_type(module, state);
  if (!ready) return -1;
  PyModule_AddIntConstant(module, "READABLE", ROTA_READABLE);
  PyModule_AddIntConstant(module, "WRITABLE", ROTA_WRITABLE);
  PyModule_AddIntConstant(module, "CLOSED", ROTA_CLOSED_READ);
  PyModule_AddIntConstant(module, "ERROR", ROTA_ERROR);
  return 0;
}

// Slots that only later versions know; the limited API of 3.11 has no names for them.
constexpr int kMultipleInterpreters = 3, kGil = 4;  // 3.12, 3.13
void* const kPerInterpreter = reinterpret_cast<void*>(2);
void* const kGilNotUsed = reinterpret_cast<void*>(1);

PyModuleDef_Slot slots[4] = {{Py_mod_exec, slot(exec)}};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "_rota",
    "The engine, for the package rota: use that.",
    sizeof(State),
    kMethods,
    slots,
    traverse,
    clear,
    nullptr,
};

}  // namespace

State* state_of_module(PyObject* module) { return static_cast<State*>(PyModule_GetState(module)); }

State* state_of(PyTypeObject* type) {
  for (; type != nullptr; type = static_cast<PyTypeObject*>(PyType_GetSlot(type, Py_tp_base))) {
    if (void* state = PyType_GetModuleState(type)) return static_cast<State*>(state);
    PyErr_Clear();
  }
  PyErr_SetString(PyExc_TypeError, "this class does not come from rota");
  return nullptr;
}

void call_helper(PyObject* helper) {
  if (helper == nullptr) return;
  Ref result(PyObject_CallNoArgs(helper));
  if (!result) PyErr_WriteUnraisable(helper);
}

bool add_type(PyObject* module, PyType_Spec& spec, PyTypeObject*& out, const char* name) {
  out = as<PyTypeObject>(PyType_FromModuleAndSpec(module, &spec, nullptr));
  if (out == nullptr) return false;
  return name == nullptr || PyModule_AddObjectRef(module, name, py(out)) == 0;
}

}  // namespace rota_py

PyMODINIT_FUNC PyInit__rota(void) {
  using namespace rota_py;  // NOLINT
  int next = 1;
  if (Py_Version >= 0x030C0000) slots[next++] = {kMultipleInterpreters, kPerInterpreter};
  if (Py_Version >= 0x030D0000) slots[next++] = {kGil, kGilNotUsed};
  return PyModuleDef_Init(&definition);
}
