// SPDX-License-Identifier: MIT
//
// Python functions on the threads of the blocking pool.
#include <new>

#include "task.h"

namespace rota_py {
namespace {

void free_job(Job* job) {
  for (PyObject* part : job->call) Py_XDECREF(part);
  Py_XDECREF(job->group_object);
  Py_DECREF(py(job->task));
  job->group->unref();
  delete job;
}

// From PENDING to RUNNING; false: it was cancelled in line.
bool begin(Job* job) {
  PyLock lock(job->task);
  if (job->task->phase != Phase::kPending) return false;
  job->task->phase = Phase::kRunning;
  job->task->job = nullptr;
  return true;
}

Ref call(State& state, PyObject* const (&parts)[4]) {
  PyObject *context = parts[0], *fn = parts[1], *args = parts[2], *kwargs = parts[3];
  if (context == nullptr) return Ref(PyObject_Call(fn, args, kwargs));
  Ref run(PyObject_GetAttr(context, state.s_run));
  const Py_ssize_t count = PyTuple_Size(args);
  Ref all(PyTuple_New(count + 1));
  if (!run || !all) return Ref();
  PyTuple_SetItem(all.get(), 0, Ref::borrow(fn).release());
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyTuple_SetItem(all.get(), i + 1, Ref::borrow(PyTuple_GetItem(args, i)).release());
  }
  return Ref(PyObject_Call(run.get(), all.get(), kwargs));
}

void run_job(Item& item) {
  auto* job = static_cast<Job*>(&item);
  if (!begin(job)) {
    job->group->finish_job(true);
    free_job(job);
    return;
  }
  Ref value = call(*job->task->state, job->call);
  if (job->group->core().forked()) return;
  Ref exception;
  if (!value) {
    PyObject *type, *raised, *traceback;
    PyErr_Fetch(&type, &raised, &traceback);
    PyErr_NormalizeException(&type, &raised, &traceback);
    if (traceback != nullptr) PyException_SetTraceback(raised, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    exception = Ref(raised);
  }
  // The arguments go before the result is seen, as in concurrent.futures.
  for (PyObject*& part : job->call) Py_CLEAR(part);
  job->group->finish_job(true);
  settle(job->task, {Phase::kFinished, value.get(), exception.get()});
  free_job(job);
}

void cancel_job(Item& item) {
  auto* job = static_cast<Job*>(&item);
  cancel(job->task);
  job->group->finish_job(false);
  free_job(job);
}

}  // namespace

void fail_jobs(Group& group, PyObject* exception) {
  for (Item* item = group.take_all(); item != nullptr;) {
    Item* next = item->next;
    if (item->cancel == cancel_job) settle(static_cast<Job*>(item)->task, {Phase::kFinished, nullptr, exception});
    (item->cancel == nullptr ? item->run : item->cancel)(*item);
    item = next;
  }
}

PyObject* submit_job(State& state, Group& group, PyObject* group_object, PyObject* context, PyObject* fn,
                     PyObject* args, PyObject* kwargs) {
  TaskObject* task = make_task(state, group.core());
  if (task == nullptr) return nullptr;
  auto* job = new (std::nothrow) Job;
  if (job == nullptr) {
    Py_DECREF(py(task));
    return PyErr_NoMemory();
  }
  job->run = run_job;
  job->cancel = cancel_job;
  job->group = group.ref();
  job->group_object = Ref::borrow(group_object).release();
  job->task = as<TaskObject>(Ref::borrow(py(task)).release());
  PyObject* const parts[4] = {context, fn, args, kwargs};
  for (int i = 0; i < 4; ++i) job->call[i] = Ref::borrow(parts[i]).release();
  task->job = job;
  task->doing = Doing::kSpawn;
  const rota_status status = group.submit(*job);
  if (status == ROTA_OK) return py(task);
  task->job = nullptr;
  task->phase = Phase::kCancelled;
  free_job(job);
  Py_DECREF(py(task));
  if (status == ROTA_ESHUTDOWN) {
    PyErr_SetString(PyExc_RuntimeError, "cannot schedule new futures after shutdown");
    return nullptr;
  }
  return raise(state, status, Doing::kSpawn);
}

}  // namespace rota_py
