// SPDX-License-Identifier: MIT
#include "core/sync/value_queue.h"

namespace rota::sync {

bool ValueQueue::grow(platform::Arena& arena) {
  Block* block = spare_.exchange(nullptr, base::memory_order_acq_rel);
  if (block == nullptr) block = static_cast<Block*>(arena.allocate(sizeof(Block)));
  if (block == nullptr) return false;
  block->next = nullptr;
  (back_.block == nullptr ? first_ : back_.block->next) = block;
  back_ = {block, 0};
  return true;
}

void ValueQueue::advance(platform::Arena& arena) {
  Block* spent = front_.block;
  front_ = {spent == nullptr ? first_ : spent->next, 0};
  if (spent == nullptr) return;
  arena.free(spare_.exchange(spent, base::memory_order_acq_rel), sizeof(Block));
}

void ValueQueue::free(platform::Arena& arena) {
  arena.free(spare_.exchange(nullptr, base::memory_order_acq_rel), sizeof(Block));
  // Without a value inside, both ends are in the same block, but for a queue that nothing was taken
  // from.
  arena.free(back_.block, sizeof(Block));
  back_ = front_ = {};
}

}  // namespace rota::sync
