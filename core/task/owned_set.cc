// SPDX-License-Identifier: MIT
#include "core/task/owned_set.h"

namespace rota::task {

bool OwnedSet::insert(Owned& member) {
  Shard& shard = shards_[member.shard % kShards];
  base::MutexLock lock(shard.mutex);
  if (shard.closed) return false;
  shard.members.push_back(member);
  return true;
}

// Who ends a member marks its state, and then looks for it here: if it did not find it, we see the mark.
void OwnedSet::insert_shared(Owned& member) {
  if (!insert(member)) {
    (void)cancel(member);
    unref(member);
  } else if (member.state.touched() && remove(member)) {
    unref(member);
  }
}

bool OwnedSet::remove(Owned& member) {
  Shard& shard = shards_[member.shard % kShards];
  base::MutexLock lock(shard.mutex);
  if (!member.linked()) return false;
  shard.members.remove(member);
  return true;
}

void OwnedSet::close_and_cancel_all() {
  for (Shard& shard : shards_) {
    for (;;) {
      Owned* member;
      {
        base::MutexLock lock(shard.mutex);
        shard.closed = true;
        member = shard.members.pop_front();
      }
      if (member == nullptr) break;
      // A task ends where it lives: its home gets it once more, and the runner sees that it is cancelled.
      (void)cancel(*member);
      unref(*member);  // the membership's reference
    }
  }
}

}  // namespace rota::task
