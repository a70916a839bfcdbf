// SPDX-License-Identifier: MIT
#include "core/io/slab.h"

#include <new>

namespace rota::io {

Registration* Slab::take() {
  if (free_ == nullptr && !grow()) return nullptr;
  Registration* slot = free_;
  free_ = slot->next_free;
  slot->next_free = nullptr;
  return slot;
}

void Slab::give(Registration& slot) {
  slot.next_free = free_;
  free_ = &slot;
}

bool Slab::grow() {
  if (grown_ == kChunks) return false;
  const uint32_t count = kFirst << grown_;
  void* block = arena_.memory().allocate(sizeof(Registration) * count, alignof(Registration));
  if (block == nullptr) return false;
  auto* chunk = static_cast<Registration*>(block);
  const uint32_t first = count - kFirst;
  // The lowest index ends up in front: small programs stay in few cache lines.
  for (uint32_t i = count; i-- > 0;) give(*new (chunk + i) Registration(arena_, poller_, first + i));
  // release: pairs with at; a token that names these slots is made later.
  chunks_[grown_].store(chunk, base::memory_order_release);
  ++grown_;
  return true;
}

void Slab::clear() {
  base::MutexLock lock(mutex);
  for (uint32_t i = 0; i < grown_; ++i) {
    Registration* chunk = chunks_[i].load(base::memory_order_relaxed);
    const uint32_t count = kFirst << i;
    for (uint32_t j = 0; j < count; ++j) chunk[j].~Registration();
    arena_.memory().free(chunk, sizeof(Registration) * count, alignof(Registration));
    chunks_[i].store(nullptr, base::memory_order_relaxed);
  }
  grown_ = 0;
  free_ = nullptr;
}

}  // namespace rota::io
