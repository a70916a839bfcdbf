// SPDX-License-Identifier: MIT
//
// TokenTable: which descriptors are in a queue, and under which token; by descriptor.
//
// Thread safety: its owner's lock.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/platform/memory.h"

namespace rota::io {

class TokenTable {
 public:
  static constexpr uint64_t kNone = UINT64_MAX;

  void open(const platform::Memory& memory) { memory_ = memory; }
  void close() {
    memory_.free(tokens_, capacity_ * sizeof(uint64_t));
    tokens_ = nullptr;
    capacity_ = 0;
  }

  uint64_t get(intptr_t fd) const { return fd >= 0 && fd < static_cast<intptr_t>(capacity_) ? tokens_[fd] : kNone; }
  // Room for the descriptor. False: no memory.
  bool reserve(intptr_t fd) {
    if (fd < static_cast<intptr_t>(capacity_)) return true;
    const size_t capacity = std::max({size_t{64}, static_cast<size_t>(fd) + 1, capacity_ * 2});
    auto* tokens = static_cast<uint64_t*>(memory_.allocate(capacity * sizeof(uint64_t)));
    if (tokens == nullptr) return false;
    std::fill(std::copy_n(tokens_, capacity_, tokens), tokens + capacity, kNone);
    memory_.free(tokens_, capacity_ * sizeof(uint64_t));
    tokens_ = tokens;
    capacity_ = capacity;
    return true;
  }
  // A descriptor there is room for.
  void set(intptr_t fd, uint64_t token) { tokens_[fd] = token; }

 private:
  platform::Memory memory_;
  uint64_t* tokens_ = nullptr;
  size_t capacity_ = 0;
};

}  // namespace rota::io
