// SPDX-License-Identifier: MIT
#include "op.h"

#include <new>

namespace rota_py {

Op* make_op() {
  Op* op = new (std::nothrow) Op;
  if (op == nullptr) PyErr_NoMemory();
  return op;
}

void free_op(Op* op) {
  if (op == nullptr) return;
  rota_task_release(op->handle);
  if (op->has_view) PyBuffer_Release(&op->view);
  Py_XDECREF(op->subject);
  Py_XDECREF(op->owner);
  Py_XDECREF(op->bytes);
  delete op;
}

rota_status cancel_op(Op& op) {
  (void)rota_task_cancel(op.handle);
  rota_status status = rota_task_status(op.handle);
  if (status == ROTA_PENDING) status = rota_task_wait(op.handle, ROTA_FOREVER);
  return status;
}

bool has_something(const Op& op, rota_status status) {
  if (op.owner == nullptr) return false;
  return op.gives == Op::Gives::kBytes ? op.count != 0 : status == ROTA_OK;
}

void drop_op(Op* op, Core& core) {
  if (op == nullptr || core.forked()) return;
  if (op->outlives && rota_task_status(op->handle) == ROTA_PENDING) {
    op->run = [](Item& item) { free_op(static_cast<Op*>(&item)); };
    const auto reap = [](rota_task*, rota_status, void* item, void* raw) {
      auto* runtime = static_cast<Core*>(raw);
      runtime->jobs().post(*static_cast<Op*>(item));
      runtime->unref();
    };
    if (rota_task_on_done(op->handle, nullptr, reap, op, core.ref()) == ROTA_OK) return;
    core.unref();
  }
  const rota_status status = cancel_op(*op);
  if (has_something(*op, status)) give_back(op->owner, Ref(take_result(*op)).get());
  free_op(op);
}

PyObject* take_result(Op& op) {
  switch (op.gives) {
    case Op::Gives::kNone:
      break;
    case Op::Gives::kBytes:
      if (static_cast<size_t>(PyBytes_Size(op.bytes)) == op.count) return std::exchange(op.bytes, nullptr);
      return PyBytes_FromStringAndSize(PyBytes_AsString(op.bytes), static_cast<Py_ssize_t>(op.count));
    case Op::Gives::kCount:
      return PyLong_FromSize_t(op.count);
    case Op::Gives::kObject:
      return std::exchange(op.subject, nullptr);
    case Op::Gives::kReady:
      return PyLong_FromUnsignedLong(op.ready);
  }
  return Ref::borrow(Py_None).release();
}

}  // namespace rota_py
