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

uint32_t Idle::wake_some(uint32_t most, uint32_t* into) {
  if (awake_of(word_.load(base::memory_order_seq_cst)) == workers_) return 0;
  base::MutexLock lock(mutex_);
  const uint32_t count = most < sleeper_count_ ? most : sleeper_count_;
  if (count != 0) word_.fetch_add(count * (kAwakeOne + 1), base::memory_order_seq_cst);
  for (uint32_t i = 0; i < count; ++i) into[i] = sleepers_[--sleeper_count_];
  return count;
}

bool Idle::try_search(uint32_t working) {
  if (2 * searching_of(word_.load(base::memory_order_relaxed)) >= working) return false;
  word_.fetch_add(1, base::memory_order_seq_cst);
  return true;
}

bool Idle::stop_searching() { return searching_of(word_.fetch_sub(1, base::memory_order_seq_cst)) == 1; }

void Idle::fall_asleep(uint32_t worker, bool searching, bool last) {
  base::MutexLock lock(mutex_);
  word_.fetch_sub(kAwakeOne + (searching ? 1 : 0), base::memory_order_seq_cst);
  uint32_t place = sleeper_count_++;
  for (; last && place != 0; --place) sleepers_[place] = sleepers_[place - 1];
  sleepers_[place] = worker;
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
