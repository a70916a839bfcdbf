// SPDX-License-Identifier: MIT
//
// Classes: in which order priority classes are taken from, and lists that are taken from in this order.
//
// The rule, everywhere: high before normal before low; but every 8th turn begins with normal, and every 64th with low.
// So whatever the load, no class waits for ever.
//
// Thread safety: none; values of their owner.
#pragma once

#include <cstdint>

#include "core/task/header.h"

namespace rota::scheduler {

using task::Priority;

struct ClassOrder {
  Priority at[task::kPriorities];
};

constexpr ClassOrder order_of_turn(uint32_t turn) {
  if (turn % 64 == 63) return {{Priority::kLow, Priority::kHigh, Priority::kNormal}};
  if (turn % 8 == 7) return {{Priority::kNormal, Priority::kHigh, Priority::kLow}};
  return {{Priority::kHigh, Priority::kNormal, Priority::kLow}};
}

// Whether `priority` is `floor` or above.
constexpr bool reaches(Priority priority, Priority floor) {
  constexpr uint32_t kRank[task::kPriorities] = {1, 2, 0};  // by Priority's numbers
  return kRank[static_cast<uint32_t>(priority)] >= kRank[static_cast<uint32_t>(floor)];
}

// Ready tasks in order of arrival, one list a class.
class ClassLists {
 public:
  ClassLists() = default;
  ClassLists(const ClassLists&) = delete;
  ClassLists& operator=(const ClassLists&) = delete;

  bool empty() const { return size_ == 0; }
  bool any(Priority floor) const {
    for (uint32_t i = 0; i < task::kPriorities; ++i) {
      if (lists_[i].first != nullptr && reaches(static_cast<Priority>(i), floor)) return true;
    }
    return false;
  }
  uint32_t size() const { return size_; }

  void push(task::Task& task) {
    List& list = lists_[static_cast<uint32_t>(task.priority)];
    task.next = nullptr;
    (list.first == nullptr ? list.first : list.last->next) = &task;
    list.last = &task;
    ++size_;
  }

  // The next by the rule, of those at or above `floor`; nullptr when there is none.
  task::Task* pop(Priority floor = Priority::kLow) {
    if (size_ == 0) return nullptr;
    const ClassOrder order = order_of_turn(turn_);
    for (const Priority priority : order.at) {
      List& list = lists_[static_cast<uint32_t>(priority)];
      task::Task* task = list.first;
      if (task == nullptr || !reaches(priority, floor)) continue;
      list.first = task->next;
      --size_;
      ++turn_;
      return task;
    }
    return nullptr;
  }

 private:
  struct List {
    task::Task* first = nullptr;
    task::Task* last = nullptr;  // when there is a first
  };
  List lists_[task::kPriorities];
  uint32_t size_ = 0;
  uint32_t turn_ = 0;
};

}  // namespace rota::scheduler
