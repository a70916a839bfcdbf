// SPDX-License-Identifier: MIT
//
// Op: an operation of the engine with what it borrows: a buffer, a place for its result, the object it works on.
//
// Engine threads see it only through the engine's own pointers and never touch a Python object. Lifetime: belongs to
// one task object. What is given to the engine stays until the operation is complete: a write that nobody holds any
// more runs on and is reaped (drop_op); everything else is cancelled first.
#pragma once

#include "core.h"
#include "errors.h"
#include "group.h"

namespace rota_py {

struct StreamObject;
struct ListenerObject;

struct Op : Item {
  enum class Gives : uint8_t { kNone, kBytes, kCount, kObject, kReady };

  rota_task* handle = nullptr;
  Gives gives = Gives::kNone;
  bool outlives = false;  // a write: dropping its task does not cancel it
  bool has_view = false;
  Doing doing = Doing::kCall;
  uint32_t ready = 0;           // kReady: what is
  size_t count = 0;             // bytes moved
  size_t short_by = 0;          // kBytes: how many were wanted and did not come
  PyObject* subject = nullptr;  // what it works on, or kObject: what it gives
  PyObject* owner = nullptr;    // kBytes, kCount, kObject of accept: who takes back what nobody received
  PyObject* bytes = nullptr;    // kBytes: the buffer, still private
  Py_buffer view{};             // the caller's buffer
};

// nullptr: MemoryError is set.
Op* make_op();
// The operation is complete, or was never started.
void free_op(Op* op);
// Nobody waits for it any more. `core` is its runtime.
void drop_op(Op* op, Core& core);

// Cancels and waits until it is complete: a moment, because no poll of the engine's own blocks. Returns its status.
rota_status cancel_op(Op& op);

// Whether a complete operation has something that its owner would take back.
bool has_something(const Op& op, rota_status status);

// The result of an operation that ended with ROTA_OK: a new reference, taken out of it. nullptr: an exception is set.
PyObject* take_result(Op& op);

// Bytes or a connection that nobody received go back to where they came from.
void give_back(PyObject* owner, PyObject* value);

}  // namespace rota_py
