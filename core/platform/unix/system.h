// SPDX-License-Identifier: MIT
//
// What differs between the Unix systems and is needed by this folder. Each system's own folder defines it (system.cc).
#pragma once

#include <time.h>

namespace rota::platform {

// The clock of now_ns: never set, and stopped while the machine sleeps where the system has such a one.
extern const clockid_t kMonotonicClock;

}  // namespace rota::platform
