// SPDX-License-Identifier: MIT
#include "core/platform/clock.h"

#include <time.h>

#include "core/platform/unix/system.h"

namespace rota::platform {

uint64_t now_ns() {
  timespec now;
  clock_gettime(kMonotonicClock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace rota::platform
