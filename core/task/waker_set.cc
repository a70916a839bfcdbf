// SPDX-License-Identifier: MIT
#include "core/task/waker_set.h"

#include "core/task/header.h"

namespace rota::task {

Status WakerSet::add(Task& task, platform::Arena& arena) {
  if (first_ == &task) return Status::kOk;
  if (first_ != nullptr && first_->state.complete()) {
    unref(*first_);
    first_ = nullptr;
  }
  for (Node* node = more_; node != nullptr; node = node->next) {
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
  if (*head == nullptr) return;
  (*head)->count = count;
  (*head)->sweep_at = count * 2 < 8 ? 8 : count * 2;
}

}  // namespace rota::task
