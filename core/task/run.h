// SPDX-License-Identifier: MIT
//
// Running a task: the one place where poll functions are called.
//
// Thread safety: whoever owns the task's queue entry.
#pragma once

#include "core/task/context.h"
#include "core/task/header.h"

namespace rota::task {

enum class [[nodiscard]] After {
  kDone,    // complete, or waiting for something: the entry's reference is gone
  kAgain,   // woken while it was polled: queue it again; the reference is the new entry's
  kYielded  // the same, but behind everything that is ready and a look at the driver
};

// Polls once, or cancels when that was asked for. Consumes the queue entry.
After run(Task& task, Context& context, uint32_t budget = Context::kBudget);

// Runs a task that has just been taken out of line (State::take), as run does; the runner's reference is consumed.
After run_taken(Task& task, State::Take how, Context& context, uint32_t budget = Context::kBudget);

// Ends a task that the caller has in RUNNING: drops its state, publishes the result, wakes who waits, leaves the owned
// set, and drops the caller's reference.
void finish(Task& task, Status result);

// Cancels a task taken from a queue that closes. Consumes the queue entry. Called from inside itself, through what a
// task's end sets off, it leaves the task to the outer call.
void cancel_entry(Task& task);

}  // namespace rota::task
