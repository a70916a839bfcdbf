// SPDX-License-Identifier: MIT
#include "core/platform/affinity.h"

#include <sched.h>

namespace rota::platform {

Status set_thread_affinity(const uint32_t* cores, size_t count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (size_t i = 0; i < count; ++i) {
    if (cores[i] < CPU_SETSIZE) CPU_SET(cores[i], &set);
  }
  // Cores that do not exist are ignored, as long as one does.
  return sched_setaffinity(0, sizeof set, &set) == 0 ? Status::kOk : Status::kInvalid;
}

}  // namespace rota::platform
