// SPDX-License-Identifier: MIT
//
// Arena: the memory of one runtime, and the answer to "when may the runtime itself go?". Every block that a handle, a
// task or a waker keeps alive is counted here, so a child needs no reference of its own to its runtime: as long as its
// block lives, the arena, and with it the runtime, lives. The last block that goes, after the owner and all threads
// have left, calls `on_empty`.
//
// Counting costs no shared write on the engine's threads: each has a counter of its own (Arena::Thread), folded into
// the shared one when it leaves. Biases keep the shared counter from reaching zero while somebody has not folded:
//
//   shared = kBias * (owner + threads inside) + blocks counted by others       zero only when all of it is gone
//
// Thread safety: any thread. Lifetime: until on_empty has been called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "core/base/atomic.h"
#include "core/platform/memory.h"

namespace rota::platform {

class Arena {
 public:
  // on_empty(user) is called once, on the thread that lets the last block go; it may destroy the arena.
  Arena(Memory memory, void (*on_empty)(void* user), void* user) : memory_(memory), on_empty_(on_empty), user_(user) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  const Memory& memory() const { return memory_; }
  void* user() const { return user_; }

  // A counted block, or nullptr.
  void* allocate(size_t size, size_t align = kDefaultAlign);
  void free(void* block, size_t size, size_t align = kDefaultAlign);

  template <class T, class... Args>
  T* make(Args&&... args) {
    void* block = allocate(sizeof(T), alignof(T) < kDefaultAlign ? kDefaultAlign : alignof(T));
    return block == nullptr ? nullptr : new (block) T(std::forward<Args>(args)...);
  }
  template <class T>
  void destroy(T* object) {
    if (object == nullptr) return;
    object->~T();
    free(object, sizeof(T), alignof(T) < kDefaultAlign ? kDefaultAlign : alignof(T));
  }

  // The owner has gone. Once.
  void release_owner() { add(-kBias); }

  // A thread of the engine while it is inside; owned by that thread's stack.
  class Thread {
   public:
    explicit Thread(Arena& arena);
    ~Thread();
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;

   private:
    friend class Arena;
    Arena& arena_;
    Thread* const outer_;
    int64_t blocks_ = 0;  // only this thread
  };

  // Called by the creator of a thread before it starts, so that the arena outlives the start; the Thread object on
  // the new thread takes this place over.
  void reserve_thread() { add(kBias); }
  // Takes that back when the thread could not be started.
  void unreserve_thread() { add(-kBias); }

 private:
  static constexpr int64_t kBias = int64_t{1} << 48;

  void count(int64_t blocks);
  void add(int64_t delta);

  const Memory memory_;
  void (*const on_empty_)(void*);
  void* const user_;
  // Written by everyone who is not inside a Thread. acq_rel: what was done to a block by the thread that freed it
  // happens before on_empty.
  alignas(base::kCacheLine) base::Atomic<int64_t> shared_{kBias};
};

}  // namespace rota::platform
