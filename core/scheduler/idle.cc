// SPDX-License-Identifier: MIT
#include "core/scheduler/idle.h"

namespace rota::scheduler {

uint32_t Idle::wake_one() {
  if (!should_wake()) return kNobody;
  base::MutexLock lock(mutex_);
  if (sleeper_count_ == 0 || !should_wake()) return kNobody;
  word_.fetch_add(kAwakeOne + 1, base::memory_order_seq_cst);
  return sleepers_[--sleeper_count_];
}

bool Idle::try_search() {
  if (2 * searching_of(word_.load(base::memory_order_relaxed)) >= workers_) return false;
  word_.fetch_add(1, base::memory_order_seq_cst);
  return true;
}

bool Idle::stop_searching() { return searching_of(word_.fetch_sub(1, base::memory_order_seq_cst)) == 1; }

void Idle::fall_asleep(uint32_t worker, bool searching) {
  base::MutexLock lock(mutex_);
  word_.fetch_sub(kAwakeOne + (searching ? 1 : 0), base::memory_order_seq_cst);
  sleepers_[sleeper_count_++] = worker;
}

bool Idle::wake_self(uint32_t worker) {
  base::MutexLock lock(mutex_);
  for (uint32_t i = 0; i < sleeper_count_; ++i) {
    if (sleepers_[i] != worker) continue;
    sleepers_[i] = sleepers_[--sleeper_count_];
    word_.fetch_add(kAwakeOne, base::memory_order_seq_cst);
    return true;
  }
  return false;
}

}  // namespace rota::scheduler
