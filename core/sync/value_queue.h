// SPDX-License-Identifier: MIT
//
// ValueQueue: the values inside a channel, in order, in a list of blocks. It has two ends with
// nothing in common but the links between blocks, so that one who puts and one who takes need not
// know of each other:
//
//   front_ --> [ next | taken taken VALUE VALUE ] --> [ next | VALUE VALUE VALUE ----- ] <-- back_
//
// A spent block waits in `spare_` for the other end to use it again: in a steady state no memory
// comes or goes.
//
// Thread safety: put by one thread at a time, take by one thread at a time. Whoever takes knows
// from elsewhere, with an acquire, that the value has been put.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/platform/arena.h"

namespace rota::sync {

class ValueQueue {
 public:
  ValueQueue() = default;
  ValueQueue(const ValueQueue&) = delete;
  ValueQueue& operator=(const ValueQueue&) = delete;

  // False: no memory; nothing was put.
  [[nodiscard]] bool put(void* value, platform::Arena& arena) {
    if (back_.used == kSlots && !grow(arena)) return false;
    back_.block->values[back_.used++] = value;
    return true;
  }

  // Precondition: there is one.
  void* take(platform::Arena& arena) {
    if (front_.used == kSlots) advance(arena);
    return front_.block->values[front_.used++];
  }

  // Frees the blocks. Precondition: every value has been taken.
  void free(platform::Arena& arena);

 private:
  static constexpr uint32_t kSlots = 63;

  struct Block {
    Block* next;  // written by who puts, before the first value of the next block is
    void* values[kSlots];
  };
  struct End {
    Block* block = nullptr;
    uint32_t used = kSlots;
  };

  bool grow(platform::Arena& arena);
  void advance(platform::Arena& arena);

  // Who puts.
  alignas(base::kCacheLine) End back_;
  Block* first_ = nullptr;  // the first block of all; read once, by who takes
  // Left by who takes, taken by who puts. acq_rel on both sides: the block's bytes change hands.
  base::Atomic<Block*> spare_{nullptr};
  // Who takes.
  alignas(base::kCacheLine) End front_;
};

}  // namespace rota::sync
