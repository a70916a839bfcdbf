// SPDX-License-Identifier: MIT
//
// OwnedSet: everything of a runtime that waits for something, so that shutdown can find and cancel it. A task enters at
// the first poll that returns pending; one that is ready at once never does, and one that is queued or running is held
// by the queue or the runner. An operation enters when it stands in a line that only another task or thread will move.
//
// Thread safety: any thread. Sharded, tasks by the thread that inserts, so that workers hardly ever meet.
// Invariant: a membership holds one reference on its member.
#pragma once

#include <cstdint>

#include "core/base/intrusive_list.h"
#include "core/base/mutex.h"
#include "core/task/header.h"

namespace rota::task {

class OwnedSet {
 public:
  static constexpr uint32_t kShards = 16;

  // Takes over one reference. False: closed, the member must be cancelled, and the reference is still the caller's.
  [[nodiscard]] bool insert(Owned& member);
  // For a member that others can end already (it is in a group): takes over one reference. In any case it ends: when
  // the set is closed it is cancelled; one that was ended before it came in is let go again.
  void insert_shared(Owned& member);
  // True: it was in, and its reference is the caller's to drop. False: shutdown has taken it.
  [[nodiscard]] bool remove(Owned& member);

  // Refuses new members, and cancels all there are, tasks each at its home. Any thread; calls submit with no lock held.
  void close_and_cancel_all();

 private:
  struct alignas(base::kCacheLine) Shard {
    base::Mutex mutex;
    base::IntrusiveList<Owned, OwnedTag> members ABSL_GUARDED_BY(mutex);
    bool closed ABSL_GUARDED_BY(mutex) = false;
  };

  Shard shards_[kShards];
};

}  // namespace rota::task
