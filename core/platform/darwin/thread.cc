// SPDX-License-Identifier: MIT
#include "core/platform/thread.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/types.h>
// After it.
#include <sys/sysctl.h>

namespace rota::platform {

void set_thread_name(const char* name) {
  char cut[64];
  snprintf(cut, sizeof cut, "%s", name);
  pthread_setname_np(cut);
}

uint64_t thread_id() {
  uint64_t id = 0;
  pthread_threadid_np(nullptr, &id);
  return id;
}

// There are no affinity masks and no quotas.
uint32_t available_cores() {
  int cores = 0;
  size_t size = sizeof cores;
  return sysctlbyname("hw.activecpu", &cores, &size, nullptr, 0) == 0 && cores > 0 ? static_cast<uint32_t>(cores) : 1;
}

}  // namespace rota::platform
