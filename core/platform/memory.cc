// SPDX-License-Identifier: MIT
#include "core/platform/memory.h"

// Sanitizer builds define ROTA_SYSTEM_MALLOC: they must see each block come and go.
#if defined(ROTA_SYSTEM_MALLOC)
#include <cstdlib>
#else
#include "mimalloc.h"
#endif

namespace rota::platform {

#if defined(ROTA_SYSTEM_MALLOC)

void* Memory::default_allocate(size_t size, size_t align) {
  return std::aligned_alloc(align, (size + align - 1) & ~(align - 1));
}
void Memory::default_free(void* memory) { std::free(memory); }

#else

void* Memory::default_allocate(size_t size, size_t align) {
  return align <= kDefaultAlign ? mi_malloc(size) : mi_malloc_aligned(size, align);
}
void Memory::default_free(void* memory) { mi_free(memory); }

#endif

}  // namespace rota::platform
