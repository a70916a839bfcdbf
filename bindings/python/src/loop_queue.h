// SPDX-License-Identifier: MIT
//
// LoopQueue: where one event loop hears of what is complete: a rota_queue whose handle the loop watches. One for each
// loop and runtime.
//
//   an operation:  engine -> the queue itself (rota_task_on_done)
//   a function:    the thread that ran it -> posted_, and for the first one a mark in the queue
//
// Either way the loop wakes once from empty to non-empty, and takes what is there in batches on its own thread, under
// one hold of the GIL.
//
// Thread safety: post from any thread; the rest on the loop's. Lifetime: the loop's.
#pragma once

#include "task.h"

namespace rota_py {

// The queue of the running loop for this runtime: a new reference. *loop: that loop, a new reference. nullptr: an
// exception is set (RuntimeError without a running loop).
PyObject* running_loop_queue(State& state, Core& core, Ref* loop);

// Has an operation's completion tell `future`. False: an exception is set.
bool loop_queue_watch(PyObject* queue, TaskObject* task, PyObject* future);

// A finished function's task; takes over `future`.
void loop_queue_post(PyObject* queue, PyObject* task, PyObject* future);

}  // namespace rota_py
