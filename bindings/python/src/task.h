// SPDX-License-Identifier: MIT
//
// TaskObject: what rota.Task derives from: the one handle for a Python function and for an operation of the engine. It
// keeps the contract of concurrent.futures.Future, whose subclass rota.Task is, without its cost: the condition and the
// list of waiters that wait() and as_completed() look at are made when somebody asks for them.
//
//   PENDING --> RUNNING (functions only) --> FINISHED
//      |                                        ^
//      |  (an operation settles when somebody looks: the loop's queue, a callback's thread, result(), done())
//      +------------> CANCELLED
//
// Thread safety: any thread with the GIL. The fields are read and written under PyLock, while no Python code can run.
#pragma once

#include "errors.h"
#include "op.h"
#include "waiter.h"

namespace rota_py {

enum class Phase : uint8_t { kPending, kRunning, kCancelled, kFinished };

struct Job;
struct Subscriber;

struct TaskObject {
  PyObject_HEAD State* state;
  Core* core;
  Op* op;           // until it is settled
  Job* job;         // while it is in line
  PyObject* value;  // FINISHED: this, or the exception
  PyObject* exception;
  PyObject* callbacks;      // list
  PyObject* condition;      // threading.Condition, and with it:
  PyObject* waiters;        // list
  PyObject* owner;          // who takes back a value that nobody received
  Bell* bell;               // for threads inside result()
  Subscriber* subscribers;  // event loops that the engine does not tell
  rota_status status;       // of an operation that failed, until it has an exception
  Phase phase;
  Doing doing;
  bool belled;       // the engine will ring the bell
  bool called_back;  // the engine will tell the callbacks
  bool received;     // somebody has had the value
  bool yields;       // awaiting it lets the loop run, although it is done
};

// A rota.Task. nullptr: an exception is set.
TaskObject* make_task(State& state, Core& core);
// A task for an operation that was started with `status`; takes the op over. nullptr: an exception is set.
PyObject* task_of(State& state, Core& core, Op* op, rota_status status);
// A task that is complete already; takes the value over. `owner` (may be null) takes it back if nobody receives it.
PyObject* finished_task(State& state, Core& core, PyObject* value, PyObject* owner = nullptr);

bool is_done(Phase phase);
// Settles an operation that is complete; then as the phase says.
bool done_now(TaskObject* self);

// Ends it, unless it has ended: true when this call did. Takes nothing over. Then whoever waits is told.
struct Outcome {
  Phase phase;
  PyObject* value = nullptr;
  PyObject* exception = nullptr;
  rota_status status = ROTA_OK;
};
bool settle(TaskObject* self, const Outcome& outcome);

// See Future.cancel.
bool cancel(TaskObject* self);
// Nobody is going to receive the result: cancels it, or gives what it took back to its stream.
void give_up(TaskObject* self);

// The exception of a task that is done, borrowed from it; nullptr without one, or with MemoryError set.
PyObject* exception_of(TaskObject* self);
// A new reference to the value of a task that is done, or nullptr with its exception set (CancelledError too).
PyObject* result_of(TaskObject* self);

// Waits; false: an exception is set (TimeoutError, or what a signal's handler raised).
bool wait_for(TaskObject* self, double timeout_s);
// None, or seconds. false: an exception is set.
bool parse_timeout(PyObject* object, double& out);

// --- a function

struct Job : Item {
  Group* group;
  PyObject* group_object;  // keeps the group's owner while it is in line; may be null
  TaskObject* task;
  PyObject* call[4];  // context (or null), function, arguments, keywords (or null)
};
// Puts fn(*args, **kwargs) in line. The task, or nullptr with an exception set.
PyObject* submit_job(State& state, Group& group, PyObject* group_object, PyObject* context, PyObject* fn,
                     PyObject* args, PyObject* kwargs);

// Ends every function in line with `exception`.
void fail_jobs(Group& group, PyObject* exception);

// The name of a phase, as Future._state has it.
const char* phase_name(Phase phase);

// Where a finished task is told to an event loop; see LoopQueue.
struct Subscriber {
  PyObject* queue;  // a LoopQueueObject
  PyObject* future;
  Subscriber* next;
};
// Has `future` told once the task is done; false: an exception is set.
bool subscribe(TaskObject* self, PyObject* queue, PyObject* future);

// am_await of tasks.
PyObject* await_task(PyObject* self);

}  // namespace rota_py
