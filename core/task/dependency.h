// SPDX-License-Identifier: MIT
//
// Dependencies: a task that starts when n others have ended. It holds a Countdown and an Edge for each of them in its
// own block; an edge stands among the wakers of its predecessor, so nothing is allocated.
//
//   born idle, left = 1 (the creator's hold) + n -- each predecessor's end, the hold's end: arrive --> left == 0: woken
//
// `left` can be raised only while it is not zero (raise): once a task has started, it cannot depend on anything more.
//
// Who sees what: arrive lowers `left` with acquire and release, so whoever lowers it to zero has seen what was done
// before all the others, and wakes the task, whose state word carries that on to its first poll.
//
// Thread safety: any thread. Lifetime: an edge that stands somewhere holds a reference on its task.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/task/header.h"
#include "core/task/waker_set.h"

namespace rota::task {

struct Countdown {
  explicit Countdown(uint32_t count) : left(count) {}

  // One more to wait for. False: it has started.
  [[nodiscard]] bool raise() {
    uint32_t now = left.load(base::memory_order_relaxed);
    do {
      if (now == 0 || now == UINT32_MAX) return false;
    } while (!left.compare_exchange_weak(now, now + 1, base::memory_order_relaxed, base::memory_order_relaxed));
    return true;
  }
  // One less. True: that was the last; the caller wakes the task.
  [[nodiscard]] bool lower(Status result) {
    if (!ok(result)) {
      Status none = Status::kOk;
      // relaxed: published by the countdown below.
      (void)failed.compare_exchange_strong(none, result, base::memory_order_relaxed, base::memory_order_relaxed);
    }
    return left.fetch_sub(1, base::memory_order_acq_rel) == 1;
  }

  base::Atomic<uint32_t> left;
  base::Atomic<Status> failed{Status::kOk};  // the first failure; to be read once started
};

struct Edge : WakerSet::Node {
  Edge(Task& successor, Countdown& of)
      : Node{.task = &successor, .next = nullptr, .count = 0, .edge = 1, .sweep_at = 0}, countdown(&of) {}

  Countdown* const countdown;
};

// The predecessor of an edge has ended with `result`. Consumes the edge's reference.
void arrive(Edge& edge, Status result);

// Lets the edge, whose place in the countdown is taken already, stand among those who wait for `predecessor`.
void depend(Header& predecessor, Edge& edge);

}  // namespace rota::task
