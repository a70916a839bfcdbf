// SPDX-License-Identifier: MIT
#include "core/platform/arena.h"

namespace rota::platform {

// Of external linkage, though nobody else names it: the gold linker gives a file-local variable of this model another's
// place in a shared library.
[[gnu::tls_model("initial-exec")]] constinit thread_local Arena::Thread* current_thread = nullptr;

Arena::Thread::Thread(Arena& arena) : arena_(arena), outer_(current_thread) { current_thread = this; }

Arena::Thread::~Thread() {
  current_thread = outer_;
  arena_.add(blocks_ - kBias);  // last: may destroy the arena
}

void* Arena::allocate(size_t size, size_t align) {
  void* block = memory_.allocate(size, align);
  if (block != nullptr) count(1);
  return block;
}

void Arena::free(void* block, size_t size, size_t align) {
  if (block == nullptr) return;
  memory_.free(block, size, align);
  count(-1);  // last: may destroy the arena
}

void Arena::count(int64_t blocks) {
  Thread* thread = current_thread;
  if (thread != nullptr && &thread->arena_ == this) {
    thread->blocks_ += blocks;
  } else {
    add(blocks);
  }
}

void Arena::add(int64_t delta) {
  if (shared_.fetch_add(delta, base::memory_order_acq_rel) + delta == 0) on_empty_(user_);
}

}  // namespace rota::platform
