// SPDX-License-Identifier: MIT
#include "core/platform/parker.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace rota::platform {

void futex_wait(base::Atomic<uint32_t>& word, uint32_t expected, uint64_t deadline_ns) {
  timespec deadline;
  timespec* limit = nullptr;
  if (deadline_ns != kForever) {
    deadline.tv_sec = static_cast<time_t>(deadline_ns / 1'000'000'000u);
    deadline.tv_nsec = static_cast<long>(deadline_ns % 1'000'000'000u);
    limit = &deadline;
  }
  // FUTEX_WAIT_BITSET takes an absolute time on CLOCK_MONOTONIC: no drift over repeated waits.
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected, limit,
          nullptr, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake(base::Atomic<uint32_t>& word) {
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, nullptr, nullptr, 0);
}

}  // namespace rota::platform
