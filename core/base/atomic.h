// SPDX-License-Identifier: MIT
//
// Atomic<T>: every atomic of the engine goes through this name, so that a model checker's atomic can stand in for it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace rota::base {

template <class T>
using Atomic = std::atomic<T>;

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

// What one cache line is worth on the processors we know. std::hardware_destructive_interference_size differs between
// compilers' flags and so must not appear in a layout.
inline constexpr size_t kCacheLine = 64;

// A counter that one thread writes and any thread reads: no read-modify-write.
class OwnedCounter {
 public:
  void add(uint64_t n = 1) { value_.store(value_.load(memory_order_relaxed) + n, memory_order_relaxed); }
  uint64_t read() const { return value_.load(memory_order_relaxed); }

 private:
  Atomic<uint64_t> value_{0};
};

}  // namespace rota::base
