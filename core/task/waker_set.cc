// SPDX-License-Identifier: MIT
#include "core/task/waker_set.h"

#include <algorithm>
#include <functional>

#include "core/task/header.h"

namespace rota::task {

Status WakerSet::add(Task& task, platform::Arena& arena) {
  if (first_ == &task) return Status::kOk;
  if (first_ != nullptr && first_->state.complete()) {
    unref(*first_);
    first_ = nullptr;
  }
  uint32_t looked = 0;
  for (Node* node = more_; node != nullptr && looked < kLook; node = node->next, ++looked) {
    if (node->task == &task) return Status::kOk;
  }
  if (first_ == nullptr) {
    ref(task);
    first_ = &task;
    return Status::kOk;
  }
  constexpr uint32_t kFirstSweep = 8;
  if (more_ != nullptr && more_->count >= more_->sweep_at) sweep(&more_, arena);
  const uint32_t count = more_ == nullptr ? 1 : more_->count + 1;
  const uint32_t sweep_at = more_ == nullptr ? kFirstSweep : more_->sweep_at;
  Node* node = arena.make<Node>(Node{&task, more_, count, sweep_at});
  if (node == nullptr) return Status::kNoMemory;
  ref(task);
  more_ = node;
  return Status::kOk;
}

void WakerSet::take(WakerSet& into) {
  into.first_ = first_;
  into.more_ = more_;
  first_ = nullptr;
  more_ = nullptr;
}

void WakerSet::wake_all(platform::Arena& arena) {
  Task* first = first_;
  Node* node = more_;
  first_ = nullptr;
  more_ = nullptr;
  if (first != nullptr) wake_and_unref(*first);
  while (node != nullptr) {
    Node* next = node->next;
    wake_and_unref(*node->task);
    arena.destroy(node);
    node = next;
  }
}

void WakerSet::clear(platform::Arena& arena) {
  if (first_ != nullptr) unref(*first_);
  first_ = nullptr;
  while (more_ != nullptr) {
    Node* next = more_->next;
    unref(*more_->task);
    arena.destroy(more_);
    more_ = next;
  }
}

void WakerSet::sweep(Node** head, platform::Arena& arena) {
  uint32_t count = drop_complete(head, arena);
  if (count > kLook) count = drop_doubles(head, count, arena);
  if (*head == nullptr) return;
  (*head)->count = count;
  (*head)->sweep_at = count * 2 < 8 ? 8 : count * 2;
}

uint32_t WakerSet::drop_complete(Node** head, platform::Arena& arena) {
  uint32_t count = 0;
  for (Node** link = head; *link != nullptr;) {
    Node* node = *link;
    if (node->task->state.complete()) {
      *link = node->next;
      unref(*node->task);
      arena.destroy(node);
    } else {
      ++count;
      link = &node->next;
    }
  }
  return count;
}

// Sorts them, so that doubles are neighbours. Without memory for that they stay until the next time.
uint32_t WakerSet::drop_doubles(Node** head, uint32_t count, platform::Arena& arena) {
  const size_t bytes = sizeof(Node*) * count;
  auto* nodes = static_cast<Node**>(arena.allocate(bytes));
  if (nodes == nullptr) return count;
  uint32_t filled = 0;
  for (Node* node = *head; node != nullptr; node = node->next) nodes[filled++] = node;
  std::sort(nodes, nodes + filled, [](const Node* a, const Node* b) { return std::less<>()(a->task, b->task); });
  uint32_t kept = 0;
  Node** link = head;
  for (uint32_t i = 0; i < filled; ++i) {
    if (i + 1 < filled && nodes[i + 1]->task == nodes[i]->task) {
      unref(*nodes[i]->task);  // not the last: its double holds another
      arena.destroy(nodes[i]);
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
