// SPDX-License-Identifier: MIT
#include "core/platform/unix/system.h"

namespace rota::platform {

const clockid_t kMonotonicClock = CLOCK_MONOTONIC;

}  // namespace rota::platform
