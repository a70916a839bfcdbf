// SPDX-License-Identifier: MIT
#include "core/task/waker_set.h"

#include <algorithm>
#include <functional>

#include "core/task/dependency.h"
#include "core/task/header.h"

namespace rota::task {
namespace {

constexpr uint32_t kFirstSweep = 8;

}  // namespace

Status WakerSet::add(Task& task, platform::Arena& arena) {
  if (first_ == &task) return Status::kOk;
  if (first_ != nullptr && first_->state.complete()) {
    unref(*first_);
    first_ = nullptr;
  }
  uint32_t looked = 0;
  for (Node* node = more_; node != nullptr && looked < kLook; node = node->next, ++looked) {
    if (node->task == &task && !node->edge) return Status::kOk;
  }
  if (first_ == nullptr) {
    ref(task);
    first_ = &task;
    return Status::kOk;
  }
  if (more_ != nullptr && more_->count >= more_->sweep_at) sweep(&more_, arena);
  Node* node = arena.make<Node>(Node{.task = &task, .next = nullptr, .count = 0, .edge = 0, .sweep_at = 0});
  if (node == nullptr) return Status::kNoMemory;
  ref(task);
  put_in_front(*node);
  return Status::kOk;
}

void WakerSet::add_edge(Edge& edge, platform::Arena& arena) {
  if (more_ != nullptr && more_->count >= more_->sweep_at) sweep(&more_, arena);
  ref(*edge.task);
  put_in_front(edge);
}

void WakerSet::put_in_front(Node& node) {
  node.count = more_ == nullptr ? 1 : more_->count + 1;
  node.sweep_at = more_ == nullptr ? kFirstSweep : more_->sweep_at;
  node.next = more_;
  more_ = &node;
}

// Gives up a member's reference, and the node.
void WakerSet::drop(Node* node, platform::Arena& arena) {
  Task& task = *node->task;
  if (!node->edge) arena.destroy(node);
  unref(task);
}

void WakerSet::take(WakerSet& into) {
  into.first_ = first_;
  into.more_ = more_;
  first_ = nullptr;
  more_ = nullptr;
}

void WakerSet::wake_all(platform::Arena& arena, Status result) {
  Task* first = first_;
  Node* node = more_;
  first_ = nullptr;
  more_ = nullptr;
  if (first != nullptr) wake_and_unref(*first);
  while (node != nullptr) {
    Node* next = node->next;
    if (node->edge) {
      arrive(static_cast<Edge&>(*node), result);
    } else {
      wake_and_unref(*node->task);
      arena.destroy(node);
    }
    node = next;
  }
}

void WakerSet::clear(platform::Arena& arena) {
  if (first_ != nullptr) unref(*first_);
  first_ = nullptr;
  while (more_ != nullptr) {
    Node* next = more_->next;
    drop(more_, arena);
    more_ = next;
  }
}

void WakerSet::sweep(Node** head, platform::Arena& arena) {
  const Left left = drop_complete(head, arena);
  // Edges have no doubles: a set of edges alone is swept without memory.
  const uint32_t count = left.wakers > kLook ? drop_doubles(head, left.all, arena) : left.all;
  if (*head == nullptr) return;
  (*head)->count = count;
  (*head)->sweep_at = count * 2 < 8 ? 8 : count * 2;
}

WakerSet::Left WakerSet::drop_complete(Node** head, platform::Arena& arena) {
  Left left{.all = 0, .wakers = 0};
  for (Node** link = head; *link != nullptr;) {
    Node* node = *link;
    if (node->task->state.complete()) {
      *link = node->next;
      drop(node, arena);
    } else {
      ++left.all;
      if (!node->edge) ++left.wakers;
      link = &node->next;
    }
  }
  return left;
}

// Sorts them, so that doubles are neighbours. Without memory for that they stay until the next time. Edges each count,
// also when two belong to the same task.
uint32_t WakerSet::drop_doubles(Node** head, uint32_t count, platform::Arena& arena) {
  const size_t bytes = sizeof(Node*) * count;
  auto* nodes = static_cast<Node**>(arena.allocate(bytes));
  if (nodes == nullptr) return count;
  uint32_t filled = 0;
  for (Node* node = *head; node != nullptr; node = node->next) nodes[filled++] = node;
  std::sort(nodes, nodes + filled, [](const Node* a, const Node* b) {
    return a->edge != b->edge ? a->edge < b->edge : std::less<>()(a->task, b->task);
  });
  uint32_t kept = 0;
  Node** link = head;
  for (uint32_t i = 0; i < filled; ++i) {
    if (i + 1 < filled && nodes[i + 1]->task == nodes[i]->task && !nodes[i]->edge && !nodes[i + 1]->edge) {
      drop(nodes[i], arena);  // not the last reference: its double holds another
    } else {
      *link = nodes[i];
      link = &nodes[i]->next;
      ++kept;
    }
  }
  *link = nullptr;
  arena.free(nodes, bytes);
  return kept;
}

}  // namespace rota::task
