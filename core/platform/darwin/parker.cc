// SPDX-License-Identifier: MIT
#include "core/platform/parker.h"

#include <cstdint>

// Of libSystem since macOS 10.12, in no header; libc++ waits on atomics with them too. os_sync_wait_on_address, which
// is in one, came with macOS 14.4.
extern "C" {
int __ulock_wait(uint32_t operation, void* address, uint64_t value, uint32_t timeout_us);  // NOLINT
int __ulock_wake(uint32_t operation, void* address, uint64_t wake_value);                  // NOLINT
}

namespace rota::platform {
namespace {

constexpr uint32_t kCompareAndWait = 1, kNoErrno = 0x01000000;

}  // namespace

void futex_wait(base::Atomic<uint32_t>& word, uint32_t expected, uint64_t deadline_ns) {
  uint32_t timeout_us = 0;  // for ever
  if (deadline_ns != kForever) {
    const uint64_t now = now_ns();
    if (now >= deadline_ns) return;
    // Up; and what is too long for one call comes back for another.
    const uint64_t us = (deadline_ns - now - 1) / 1000 + 1;
    timeout_us = us < UINT32_MAX ? static_cast<uint32_t>(us) : UINT32_MAX;
  }
  (void)__ulock_wait(kCompareAndWait | kNoErrno, &word, expected, timeout_us);
}

void futex_wake(base::Atomic<uint32_t>& word) { (void)__ulock_wake(kCompareAndWait | kNoErrno, &word, 0); }

}  // namespace rota::platform
