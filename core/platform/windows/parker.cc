// SPDX-License-Identifier: MIT
#include "core/platform/parker.h"

#include "core/platform/windows/win32.h"

namespace rota::platform {

void futex_wait(base::Atomic<uint32_t>& word, uint32_t expected, uint64_t deadline_ns) {
  constexpr uint64_t kNsPerMs = 1'000'000;
  DWORD limit = INFINITE;
  if (deadline_ns != kForever) {
    const uint64_t now = now_ns();
    if (now >= deadline_ns) return;
    // Up, never down: not before the time asked for.
    const uint64_t ms = (deadline_ns - now - 1) / kNsPerMs + 1;
    limit = ms < INFINITE ? static_cast<DWORD>(ms) : INFINITE - 1;
  }
  ::WaitOnAddress(&word, &expected, sizeof expected, limit);
}

void futex_wake(base::Atomic<uint32_t>& word) { ::WakeByAddressSingle(&word); }

}  // namespace rota::platform
