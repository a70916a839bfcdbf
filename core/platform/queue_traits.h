// SPDX-License-Identifier: MIT
//
// QueueTraits: makes a moodycamel::ConcurrentQueue take its memory from a runtime. The queue asks through static
// functions, so the memory is named by a scope around each call into the queue, and remembered in front of each block
// for the way back.
//
// Thread safety: any thread, each with its own scope.
#pragma once

#include <cstddef>

#include "concurrentqueue/concurrentqueue.h"
#include "core/platform/memory.h"

namespace rota::platform {

class QueueMemoryScope {
 public:
  explicit QueueMemoryScope(const Memory& memory);
  ~QueueMemoryScope();
  QueueMemoryScope(const QueueMemoryScope&) = delete;
  QueueMemoryScope& operator=(const QueueMemoryScope&) = delete;

 private:
  const Memory* const outer_;
};

struct QueueTraits : moodycamel::ConcurrentQueueDefaultTraits {
  // Freed blocks go back to the memory they came from; no scope is needed for that.
  static void* malloc(size_t size);
  static void free(void* block);
};

}  // namespace rota::platform
