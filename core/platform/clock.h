// SPDX-License-Identifier: MIT
//
// The monotonic clock: nanoseconds since some fixed point, never going back.
#pragma once

#include <cstdint>

namespace rota::platform {

inline constexpr uint64_t kForever = UINT64_MAX;

uint64_t now_ns();

// A point `delay_ns` after `from_ns`, kForever when that is beyond the clock.
constexpr uint64_t deadline_after(uint64_t from_ns, uint64_t delay_ns) {
  return delay_ns > kForever - from_ns ? kForever : from_ns + delay_ns;
}

}  // namespace rota::platform
