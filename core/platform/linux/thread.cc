// SPDX-License-Identifier: MIT
#include "core/platform/thread.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace rota::platform {
namespace {

// The first number in a file, or -1 ("max", or no such file).
long long read_number(const char* path, long long* second) {
  FILE* file = fopen(path, "re");
  if (file == nullptr) return -1;
  long long first = -1;
  if (fscanf(file, "%lld %lld", &first, second) < 1) first = -1;
  fclose(file);
  return first;
}

// Cores' worth of time the cgroup grants, or 0 for no limit. cgroup v2: cpu.max of this group and each above it; v1:
// cpu.cfs_quota_us.
uint32_t cgroup_quota_cores() {
  uint32_t least = 0;
  const auto consider = [&least](long long quota, long long period) {
    if (quota <= 0 || period <= 0) return;
    const auto cores = static_cast<uint32_t>((quota + period - 1) / period);
    if (least == 0 || cores < least) least = cores;
  };
  char line[PATH_MAX];
  if (FILE* self = fopen("/proc/self/cgroup", "re")) {
    while (fgets(line, sizeof line, self) != nullptr) {
      if (strncmp(line, "0::/", 4) != 0) continue;
      line[strcspn(line, "\n")] = '\0';
      char* group = line + 3;
      for (;;) {
        char path[PATH_MAX + 64];
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", strcmp(group, "/") == 0 ? "" : group);
        long long period = 0;
        const long long quota = read_number(path, &period);
        consider(quota, period);
        char* slash = strrchr(group, '/');
        if (slash == nullptr) break;
        *slash = '\0';
      }
    }
    fclose(self);
  }
  long long unused = 0;
  consider(read_number("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", &unused),
           read_number("/sys/fs/cgroup/cpu/cpu.cfs_period_us", &unused));
  return least;
}

}  // namespace

void set_thread_name(const char* name) {
  char cut[16];
  snprintf(cut, sizeof cut, "%s", name);
  pthread_setname_np(pthread_self(), cut);
}

uint64_t thread_id() { return static_cast<uint64_t>(syscall(SYS_gettid)); }

uint32_t available_cores() {
  uint32_t cores = 0;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = static_cast<uint32_t>(CPU_COUNT(&set));
  if (cores == 0) {
    // More processors than cpu_set_t holds, or no affinity at all.
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    cores = online > 0 ? static_cast<uint32_t>(online) : 1;
  }
  const uint32_t quota = cgroup_quota_cores();
  return quota != 0 && quota < cores ? quota : cores;
}

}  // namespace rota::platform
