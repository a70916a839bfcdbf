// SPDX-License-Identifier: MIT
//
// OwnedSet: every task of a runtime that waits for something, so that shutdown can find and cancel it. A task enters at the
// first poll that returns pending; one that is ready at once never does, and one that is queued or running is held by the
// queue or the runner.
//
// Thread safety: any thread. Sharded by the thread that inserts, so that workers hardly ever meet.
// Invariant: a member holds one reference on its task.
#pragma once

#include <cstdint>

#include "core/base/intrusive_list.h"
#include "core/base/mutex.h"
#include "core/task/header.h"

namespace rota::task {

class OwnedSet {
 public:
  static constexpr uint32_t kShards = 16;

  // Takes over one reference. False: closed, the task must be cancelled, and the reference is still the caller's.
  [[nodiscard]] bool insert(Task& task, uint32_t shard);
  // True: it was in, and its reference is the caller's to drop. False: shutdown has taken it.
  [[nodiscard]] bool remove(Task& task);

  // Refuses new members, and cancels all there are, each at its home. Any thread; calls submit with no lock held.
  void close_and_cancel_all();

 private:
  struct alignas(base::kCacheLine) Shard {
    base::Mutex mutex;
    base::IntrusiveList<Task, OwnedTag> tasks ABSL_GUARDED_BY(mutex);
    bool closed ABSL_GUARDED_BY(mutex) = false;
  };

  Shard shards_[kShards];
};

}  // namespace rota::task
