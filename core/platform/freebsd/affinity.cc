// SPDX-License-Identifier: MIT
#include "core/platform/affinity.h"

#include <sys/param.h>
// After it.
#include <sys/cpuset.h>

namespace rota::platform {

Status set_thread_affinity(const uint32_t* cores, size_t count) {
  cpuset_t there, set;
  if (::cpuset_getaffinity(CPU_LEVEL_CPUSET, CPU_WHICH_PID, -1, sizeof there, &there) != 0)
    return Status::kNotSupported;
  CPU_ZERO(&set);
  bool any = false;
  for (size_t i = 0; i < count; ++i) {
    // One that there is not would make the whole call fail.
    if (cores[i] >= CPU_SETSIZE || !CPU_ISSET(cores[i], &there)) continue;
    CPU_SET(cores[i], &set);
    any = true;
  }
  if (!any) return Status::kInvalid;
  const int result = ::cpuset_setaffinity(CPU_LEVEL_WHICH, CPU_WHICH_TID, -1, sizeof set, &set);
  return result == 0 ? Status::kOk : Status::kInvalid;
}

}  // namespace rota::platform
