// SPDX-License-Identifier: MIT
#include "core/platform/unix/system.h"

namespace rota::platform {

// mach_absolute_time: finer than CLOCK_MONOTONIC, which counts microseconds.
const clockid_t kMonotonicClock = CLOCK_UPTIME_RAW;

}  // namespace rota::platform
