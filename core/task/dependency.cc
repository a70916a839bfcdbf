// SPDX-License-Identifier: MIT
#include "core/task/dependency.h"

namespace rota::task {

void arrive(Edge& edge, Status result) {
  Task& task = *edge.task;
  if (edge.countdown->lower(result)) {
    wake_and_unref(task);
  } else {
    unref(task);
  }
}

void depend(Header& predecessor, Edge& edge) {
  if (!predecessor.state.lock_joiners()) {
    ref(*edge.task);
    arrive(edge, predecessor.result);
    return;
  }
  platform::Arena& arena = predecessor.home->arena();
  predecessor.joiners.add_edge(edge, arena);
  // Not empty for sure, but it may have completed before the lock was gone: then the waking is ours.
  if (predecessor.state.unlock_joiners(true)) predecessor.joiners.wake_all(arena, predecessor.result);
}

}  // namespace rota::task
