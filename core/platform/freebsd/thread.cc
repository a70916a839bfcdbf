// SPDX-License-Identifier: MIT
#include "core/platform/thread.h"

#include <pthread.h>
#include <pthread_np.h>
#include <stdio.h>
#include <sys/param.h>
// After it.
#include <sys/cpuset.h>
#include <unistd.h>

namespace rota::platform {

void set_thread_name(const char* name) {
  char cut[MAXCOMLEN + 1];
  snprintf(cut, sizeof cut, "%s", name);
  pthread_set_name_np(pthread_self(), cut);
}

uint64_t thread_id() { return static_cast<uint64_t>(pthread_getthreadid_np()); }

uint32_t available_cores() {
  cpuset_t set;
  if (cpuset_getaffinity(CPU_LEVEL_WHICH, CPU_WHICH_PID, -1, sizeof set, &set) == 0) {
    const int cores = CPU_COUNT(&set);
    if (cores > 0) return static_cast<uint32_t>(cores);
  }
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? static_cast<uint32_t>(online) : 1;
}

}  // namespace rota::platform
