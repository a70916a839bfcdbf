// SPDX-License-Identifier: MIT
//
// State: what the module holds for one interpreter: its types, the Python it calls, names it looks up.
#pragma once

#include "interp.h"
#include "py.h"

namespace rota_py {

struct State {
  Interp* interp;

  PyTypeObject* task_base;
  PyTypeObject* await_iterator;
  PyTypeObject* loop_queue;
  PyTypeObject* runtime;
  PyTypeObject* group;
  PyTypeObject* stream;
  PyTypeObject* listener;
  PyTypeObject* readiness;

  // Given by the Python layer (configure): rota.Task, and functions.
  PyObject* task;
  PyObject* thread_starts;
  PyObject* thread_stops;
  PyObject* run_callbacks;  // (task, callbacks)
  PyObject* condition;      // threading.Condition

  PyObject* get_running_loop;  // from when it is first needed: asyncio is slow to import
  PyObject* copy_context;
  PyObject* cancelled_error;  // concurrent.futures.CancelledError
  PyObject* invalid_state;    // concurrent.futures.InvalidStateError
  PyObject* gaierror;
  PyObject* loops;         // weakref.WeakKeyDictionary: {loop: {core: LoopQueue}}
  PyObject* cached_queue;  // the LoopQueue asked for last, not held

  PyObject* s_add_reader;
  PyObject* s_create_future;
  PyObject* s_done;
  PyObject* s_future_blocking;
  PyObject* s_run;
  PyObject* s_set_result;
};

// The state of the module that made `type` or a type it derives from. nullptr: TypeError is set.
State* state_of(PyTypeObject* type);
State* state_of_module(PyObject* module);

// Calls a helper of the Python layer; what it raises is reported, not passed on.
void call_helper(PyObject* helper);

// Each adds its types to the module. False: an exception is set.
bool add_task_type(PyObject* module, State& state);
bool add_await_type(PyObject* module, State& state);
bool add_loop_queue_type(PyObject* module, State& state);
bool add_runtime_type(PyObject* module, State& state);
bool add_group_type(PyObject* module, State& state);
bool add_stream_type(PyObject* module, State& state);
bool add_listener_type(PyObject* module, State& state);
bool add_readiness_type(PyObject* module, State& state);

// Makes a heap type and, when `name` is not null, a member of the module.
bool add_type(PyObject* module, PyType_Spec& spec, PyTypeObject*& out, const char* name);

}  // namespace rota_py
