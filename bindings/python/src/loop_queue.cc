// SPDX-License-Identifier: MIT
#include "loop_queue.h"

#include <new>
#include <vector>

namespace rota_py {

struct Told {
  PyObject* task;
  PyObject* future;
};

struct LoopQueueObject {
  PyObject_HEAD State* state;
  Core* core;
  rota_queue* queue;
  rota_task* mark;  // complete: its completion wakes the loop for what was posted
  PyObject* loop;   // weak, for the cache
  std::mutex* mutex;
  std::vector<Told>* posted;  // under the mutex
};

namespace {

// A completion that found no loop any more: let go of what it holds, on a thread that may.
struct Unheard : Item {
  PyObject* task;
  PyObject* future;
};

void unheard(rota_task*, rota_status, void* task, void* future) {
  if (task == nullptr) return;  // the mark
  auto* item = new (std::nothrow) Unheard;
  if (item == nullptr) return;  // they leak: there is no memory to say so
  item->task = static_cast<PyObject*>(task);
  item->future = static_cast<PyObject*>(future);
  item->run = [](Item& raw) {
    auto& self = static_cast<Unheard&>(raw);
    done_now(as<TaskObject>(self.task));
    Py_DECREF(self.task);
    Py_DECREF(self.future);
    delete &self;
  };
  as<TaskObject>(item->task)->core->jobs().post(*item);
}

// Tells the future that waits for the task. Takes over neither.
void tell(State& state, PyObject* task, PyObject* future) {
  Ref done(PyObject_CallMethodObjArgs(future, state.s_done, nullptr));
  // A future that is done was cancelled: its waiter has given the task up.
  if (done.get() == Py_False) done = Ref(PyObject_CallMethodObjArgs(future, state.s_set_result, Py_None, nullptr));
  if (!done) PyErr_WriteUnraisable(task);
}

void hear(LoopQueueObject* self, Told told) {
  auto* task = as<TaskObject>(told.task);
  if (done_now(task)) {
    tell(*self->state, told.task, told.future);
  } else if (subscribe(task, py(self), told.future)) {
    // Another thread is settling it this moment, and will post it.
    Py_DECREF(told.task);
    return;
  } else {
    PyErr_WriteUnraisable(told.task);
  }
  Py_DECREF(told.future);
  Py_DECREF(told.task);
}

PyObject* drain(PyObject* raw, PyObject*) {
  auto* self = as<LoopQueueObject>(raw);
  if (self->core->forked()) Py_RETURN_NONE;
  constexpr uint32_t kBatch = 256;
  rota_completion batch[kBatch];
  uint32_t count = 0;
  rota_queue_pop(self->queue, batch, kBatch, &count);
  bool marked = false;
  for (uint32_t i = 0; i < count; ++i) {
    rota_task_release(batch[i].task);
    if (batch[i].user1 == nullptr) {
      marked = true;
    } else {
      hear(self, {static_cast<PyObject*>(batch[i].user1), static_cast<PyObject*>(batch[i].user2)});
    }
  }
  if (!marked) Py_RETURN_NONE;
  std::vector<Told> posted;
  {
    std::lock_guard<std::mutex> lock(*self->mutex);
    posted.swap(*self->posted);
  }
  for (const Told& told : posted) hear(self, told);
  Py_RETURN_NONE;
}

void dealloc(PyObject* raw) {
  auto* self = as<LoopQueueObject>(raw);
  if (self->state->cached_queue == raw) self->state->cached_queue = nullptr;
  if (self->core != nullptr && !self->core->forked()) {
    // Delivers what has landed through unheard().
    rota_queue_release(self->queue);
    rota_task_release(self->mark);
    for (size_t i = 0; self->posted != nullptr && i < self->posted->size(); ++i) {
      Py_DECREF((*self->posted)[i].task);
      Py_DECREF((*self->posted)[i].future);
    }
  }
  if (self->core != nullptr) {
    // Shut down: no thread of the runtime's is left to do it.
    if (self->core->closed() && !self->core->forked()) self->core->jobs().cancel_all();
    self->core->unref();
  }
  delete self->posted;
  delete self->mutex;
  Py_XDECREF(self->loop);
  free_object(raw);
}

PyMethodDef kMethods[] = {{"drain", drain, METH_NOARGS, "Tells the loop's futures what is complete."}, {}};

PyType_Slot kSlots[] = {
    {Py_tp_dealloc, slot(dealloc)},
    {Py_tp_methods, kMethods},
    {0, nullptr},
};

PyType_Spec kSpec = {
    "rota._rota.LoopQueue", sizeof(LoopQueueObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, kSlots,
};

// A task of the engine that is complete.
rota_status make_mark(rota_runtime* runtime, rota_task** out) {
  const rota_status status = rota_sleep(runtime, 0, out);
  if (status == ROTA_OK && rota_task_status(*out) == ROTA_PENDING) rota_task_wait(*out, ROTA_FOREVER);
  return status;
}

Ref make_queue(State& state, Core& core, PyObject* loop) {
  if (!core.usable()) return Ref();
  auto* self = allocate<LoopQueueObject>(state.loop_queue);
  Ref made(py(self));
  if (self == nullptr) return made;
  self->state = &state;
  self->core = core.ref();
  self->mutex = new (std::nothrow) std::mutex;
  self->posted = new (std::nothrow) std::vector<Told>;
  if (self->mutex == nullptr || self->posted == nullptr) {
    PyErr_NoMemory();
    return Ref();
  }
  rota_status status = rota_queue_create(core.runtime(), &self->queue);
  if (status == ROTA_OK) status = make_mark(core.runtime(), &self->mark);
  intptr_t handle = -1;
  if (status == ROTA_OK) status = rota_queue_handle(self->queue, &handle);
  if (status != ROTA_OK) {
    raise(state, status);
    return Ref();
  }
  self->loop = PyWeakref_NewRef(loop, nullptr);
  if (self->loop == nullptr) return Ref();
  Ref drains(PyObject_GetAttrString(made.get(), "drain"));
  if (!drains) return Ref();
  Ref fd(PyLong_FromSsize_t(handle));
  Ref added(PyObject_CallMethodObjArgs(loop, state.s_add_reader, fd.get(), drains.get(), nullptr));
  return added ? std::move(made) : Ref();
}

// What completed for a loop that was closed holds its futures, and these the loop: nothing but us ends that. Best
// effort.
void forget_closed_loops(State& state) {
  Ref loops(PySequence_List(state.loops));
  const Py_ssize_t count = loops ? PyList_Size(loops.get()) : 0;
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* loop = PyList_GetItem(loops.get(), i);
    Ref closed(PyObject_CallMethod(loop, "is_closed", nullptr));
    if (closed.get() == Py_True) Ref(PyObject_CallMethod(state.loops, "pop", "OO", loop, Py_None));
  }
  PyErr_Clear();
}

// The loop's queues: {core: queue}, kept for as long as the loop is.
Ref queues_of(State& state, PyObject* loop) {
  Ref queues(PyObject_CallMethod(state.loops, "get", "O", loop));
  if (!queues || queues.get() != Py_None) return queues;
  forget_closed_loops(state);
  queues = Ref(PyDict_New());
  if (!queues || PyObject_SetItem(state.loops, loop, queues.get()) != 0) return Ref();
  return queues;
}

}  // namespace

PyObject* running_loop_queue(State& state, Core& core, Ref* out) {
  if (state.get_running_loop == nullptr) {
    Ref asyncio(PyImport_ImportModule("asyncio"));
    if (!asyncio) return nullptr;
    state.get_running_loop = PyObject_GetAttrString(asyncio.get(), "get_running_loop");
  }
  if (state.get_running_loop == nullptr) return nullptr;
  Ref loop(PyObject_CallNoArgs(state.get_running_loop));
  if (!loop) return nullptr;
  PyObject* found = nullptr;
#ifndef Py_GIL_DISABLED  // without the GIL it could die between the look and the reference
  {
    auto* cached = as<LoopQueueObject>(state.cached_queue);
    if (cached != nullptr && cached->core == &core && PyWeakref_GetObject(cached->loop) == loop.get()) {
      found = Ref::borrow(py(cached)).release();
    }
  }
#endif
  if (found == nullptr) {
    Ref queues = queues_of(state, loop.get());
    Ref key(PyLong_FromVoidPtr(&core));
    if (!queues || !key) return nullptr;
    Ref queue = Ref::borrow(PyDict_GetItemWithError(queues.get(), key.get()));
    if (!queue) {
      if (PyErr_Occurred() != nullptr) return nullptr;
      queue = make_queue(state, core, loop.get());
      if (!queue || PyDict_SetItem(queues.get(), key.get(), queue.get()) != 0) return nullptr;
    }
    found = queue.release();
    state.cached_queue = found;
  }
  *out = std::move(loop);
  return found;
}

bool loop_queue_watch(PyObject* raw, TaskObject* task, PyObject* future) {
  auto* self = as<LoopQueueObject>(raw);
  rota_status status = ROTA_OK;
  bool watched = false;
  {
    PyLock lock(task);
    if (task->op != nullptr) {
      status = rota_task_on_done(task->op->handle, self->queue, unheard, task, future);
      watched = status == ROTA_OK;
    }
  }
  if (watched) {
    Py_INCREF(py(task));
    Py_INCREF(future);
    return true;
  }
  if (status != ROTA_OK) {
    raise(*self->state, status);
    return false;
  }
  return subscribe(task, raw, future);
}

void loop_queue_post(PyObject* raw, PyObject* task, PyObject* future) {
  auto* self = as<LoopQueueObject>(raw);
  Py_INCREF(task);
  bool first;
  {
    std::lock_guard<std::mutex> lock(*self->mutex);
    first = self->posted->empty();
    self->posted->push_back({task, future});
  }
  if (first) (void)rota_task_on_done(self->mark, self->queue, unheard, nullptr, nullptr);
}

bool add_loop_queue_type(PyObject* module, State& state) { return add_type(module, kSpec, state.loop_queue, nullptr); }

}  // namespace rota_py
