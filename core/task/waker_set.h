// SPDX-License-Identifier: MIT
//
// WakerSet: the tasks to wake when something happens. Nearly always it holds one, which costs no allocation; more go to
// a list. Adding looks for the task among the newest of the list only, so that a hundred thousand may wait for one
// thing: a task may then be in it twice, and is woken twice, which is harmless. Whenever the list has doubled, tasks
// that ended without leaving and those that are in it twice are swept out, so it stays in proportion to those that
// wait.
//
// A member may also be an Edge (dependency.h): it lies in its task's own block, and counts down instead of waking.
//
// Thread safety: none; the owner's lock protects it.
// Invariant: each member holds one reference on its task. Empty before destruction (wake_all or clear).
#pragma once

#include <cstdint>

#include "core/base/status.h"
#include "core/platform/arena.h"

namespace rota::task {

struct Task;
struct Edge;

class WakerSet {
 public:
  struct Node {
    Task* task;
    Node* next;
    uint32_t count : 31;  // head only: nodes in the list
    uint32_t edge : 1;    // an Edge, which is not the arena's to free
    uint32_t sweep_at;    // head only: count at which to sweep
  };

  WakerSet() = default;
  WakerSet(const WakerSet&) = delete;
  WakerSet& operator=(const WakerSet&) = delete;

  bool empty() const { return first_ == nullptr && more_ == nullptr; }

  // Adds a task, if it is not in yet. kNoMemory: it is not in.
  Status add(Task& task, platform::Arena& arena);

  // Adds an edge, with a reference on its task. Never fails.
  void add_edge(Edge& edge, platform::Arena& arena);

  // Takes all out into `into`, which must be empty: so that they can be woken after the lock is gone.
  void take(WakerSet& into);

  // Wakes all; empty afterwards. `result` is what edges are told.
  void wake_all(platform::Arena& arena, Status result = Status::kOk);
  // Forgets all; empty afterwards.
  void clear(platform::Arena& arena);

  // Calls f(Task&) for each.
  template <class F>
  void for_each(F f) const {
    if (first_ != nullptr) f(*first_);
    for (const Node* node = more_; node != nullptr; node = node->next) f(*node->task);
  }

 private:
  // How many of the newest are looked at for the task that is added.
  static constexpr uint32_t kLook = 16;

  // The counts of a node that comes in front.
  void put_in_front(Node& node);
  static void drop(Node* node, platform::Arena& arena);
  static void sweep(Node** head, platform::Arena& arena);
  // How many are left, and how many of these are no edges.
  struct Left {
    uint32_t all, wakers;
  };
  static Left drop_complete(Node** head, platform::Arena& arena);
  static uint32_t drop_doubles(Node** head, uint32_t count, platform::Arena& arena);

  Task* first_ = nullptr;
  Node* more_ = nullptr;
};

}  // namespace rota::task
