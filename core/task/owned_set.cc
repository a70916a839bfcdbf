// SPDX-License-Identifier: MIT
#include "core/task/owned_set.h"

namespace rota::task {

bool OwnedSet::insert(Task& task, uint32_t shard) {
  shard %= kShards;
  base::MutexLock lock(shards_[shard].mutex);
  if (shards_[shard].closed) return false;
  task.shard = shard;
  shards_[shard].tasks.push_back(task);
  return true;
}

bool OwnedSet::remove(Task& task) {
  Shard& shard = shards_[task.shard];
  base::MutexLock lock(shard.mutex);
  if (!task.linked()) return false;
  shard.tasks.remove(task);
  return true;
}

void OwnedSet::close_and_cancel_all() {
  for (Shard& shard : shards_) {
    for (;;) {
      Task* task;
      {
        base::MutexLock lock(shard.mutex);
        shard.closed = true;
        task = shard.tasks.pop_front();
      }
      if (task == nullptr) break;
      // It ends where it lives: its home gets it once more, and the runner sees that it is cancelled.
      (void)cancel(*task);
      unref(*task);  // the member's reference
    }
  }
}

}  // namespace rota::task
