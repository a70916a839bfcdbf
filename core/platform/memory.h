// SPDX-License-Identifier: MIT
//
// Memory: where the engine's bytes come from: the host's allocator when it gave one, else mimalloc, linked in under
// its own names so that the host's malloc stays what it was.
//
// Thread safety: any thread. Constant after construction.
#pragma once

#include <cstddef>

namespace rota::platform {

inline constexpr size_t kDefaultAlign = 16;

class Memory {
 public:
  using AllocFn = void* (*)(void* user, size_t size, size_t align);
  using FreeFn = void (*)(void* user, void* memory, size_t size, size_t align);

  // The engine's own allocator.
  Memory() = default;
  // The host's. Neither function is null.
  Memory(AllocFn alloc, FreeFn free, void* user) : alloc_(alloc), free_(free), user_(user) {}

  // `size` bytes aligned to `align` (a power of two), or nullptr.
  void* allocate(size_t size, size_t align = kDefaultAlign) const {
    return alloc_ == nullptr ? default_allocate(size, align) : alloc_(user_, size, align);
  }
  // Takes back what allocate gave; same size and align. nullptr is fine.
  void free(void* memory, size_t size, size_t align = kDefaultAlign) const {
    if (memory == nullptr) return;
    free_ == nullptr ? default_free(memory) : free_(user_, memory, size, align);
  }

 private:
  static void* default_allocate(size_t size, size_t align);
  static void default_free(void* memory);

  AllocFn alloc_ = nullptr;
  FreeFn free_ = nullptr;
  void* user_ = nullptr;
};

}  // namespace rota::platform
