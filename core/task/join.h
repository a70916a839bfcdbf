// SPDX-License-Identifier: MIT
//
// Waiting for a task or operation from inside another task's poll.
//
// Thread safety: any thread; any number of tasks may wait for the same one.
#pragma once

#include "core/task/context.h"
#include "core/task/header.h"

namespace rota::task {

// The result of `target`, or kPending: then `waiter` is woken when it is complete. kNoMemory: not registered.
Status join(Header& target, Task& waiter);

// The same from inside the waiter's poll: spends budget, and refuses a task that waits for itself (kDeadlock).
Status poll_join(Header& target, Context& context);

}  // namespace rota::task
