// SPDX-License-Identifier: MIT
#include "core/platform/parker.h"

#include <sys/types.h>
// After it.
#include <sys/umtx.h>
#include <time.h>

namespace rota::platform {

void futex_wait(base::Atomic<uint32_t>& word, uint32_t expected, uint64_t deadline_ns) {
  void* size = nullptr;
  _umtx_time deadline{};
  if (deadline_ns != kForever) {
    deadline._timeout.tv_sec = static_cast<time_t>(deadline_ns / 1'000'000'000u);
    deadline._timeout.tv_nsec = static_cast<long>(deadline_ns % 1'000'000'000u);
    // An absolute time: no drift over repeated waits.
    deadline._flags = UMTX_ABSTIME;
    deadline._clockid = CLOCK_MONOTONIC;
    size = reinterpret_cast<void*>(sizeof deadline);
  }
  (void)::_umtx_op(&word, UMTX_OP_WAIT_UINT_PRIVATE, expected, size, size == nullptr ? nullptr : &deadline);
}

void futex_wake(base::Atomic<uint32_t>& word) { (void)::_umtx_op(&word, UMTX_OP_WAKE_PRIVATE, 1, nullptr, nullptr); }

}  // namespace rota::platform
