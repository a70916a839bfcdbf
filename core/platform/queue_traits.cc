// SPDX-License-Identifier: MIT
#include "core/platform/queue_traits.h"

#include "core/base/check.h"

namespace rota::platform {

// Of external linkage, though nobody else names it: the gold linker gives a file-local variable of this model another's
// place in a shared library.
[[gnu::tls_model("initial-exec")]] constinit thread_local const Memory* current_memory = nullptr;

namespace {

struct alignas(kDefaultAlign) Prefix {
  const Memory* memory;
  size_t size;
};

}  // namespace

QueueMemoryScope::QueueMemoryScope(const Memory& memory) : outer_(current_memory) { current_memory = &memory; }
QueueMemoryScope::~QueueMemoryScope() { current_memory = outer_; }

void* QueueTraits::malloc(size_t size) {
  ROTA_CHECK(current_memory != nullptr);
  auto* prefix = static_cast<Prefix*>(current_memory->allocate(sizeof(Prefix) + size));
  if (prefix == nullptr) return nullptr;
  *prefix = {current_memory, sizeof(Prefix) + size};
  return prefix + 1;
}

void QueueTraits::free(void* block) {
  if (block == nullptr) return;
  Prefix* prefix = static_cast<Prefix*>(block) - 1;
  prefix->memory->free(prefix, prefix->size);
}

}  // namespace rota::platform
