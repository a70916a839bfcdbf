// SPDX-License-Identifier: MIT
//
// What a measurement asks of the machine: the time, this process' memory, and how busy everybody else was.
//
// Linux only, as the figures they are compared with are.
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>

namespace bench {

inline uint64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

inline uint64_t to_ns(const timeval& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_usec) * 1000;
}

/// CPU time used so far by `who`, RUSAGE_SELF or RUSAGE_THREAD.
inline uint64_t cpu_ns(int who) {
  rusage usage = {};
  getrusage(who, &usage);
  return to_ns(usage.ru_utime) + to_ns(usage.ru_stime);
}

/// The most memory this process has had resident. Not ru_maxrss: that one inherits the peak of whoever started us.
inline uint64_t peak_kib() {
  FILE* file = fopen("/proc/self/status", "r");
  if (file == nullptr) return 0;
  uint64_t peak = 0;
  char line[256];
  while (fgets(line, sizeof line, file) != nullptr) {
    if (sscanf(line, "VmHWM: %" SCNu64, &peak) == 1) break;
  }
  fclose(file);
  return peak;
}

/// CPU time the whole machine has spent since it started, in the kernel's ticks; 0 when it does not say.
inline uint64_t machine_busy_ticks() {
  FILE* file = fopen("/proc/stat", "r");
  if (file == nullptr) return 0;
  uint64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
  const int fields =
      fscanf(file, "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
             &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal);
  fclose(file);
  return fields == 8 ? user + nice + system + irq + softirq + steal : 0;
}

/// Measures, over its life, which share of the machine other processes took.
class Neighbours {
 public:
  Neighbours() : wall_(now_ns()), own_(cpu_ns(RUSAGE_SELF)), busy_(machine_busy_ticks()) {}

  /// True when they took more than a tenth, with one tick of grace for each core: that is how fine the kernel counts.
  bool loud() const {
    const double cores = static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
    const double tick = 1e9 / static_cast<double>(sysconf(_SC_CLK_TCK));
    const double busy = static_cast<double>(machine_busy_ticks() - busy_) * tick;
    const double own = static_cast<double>(cpu_ns(RUSAGE_SELF) - own_);
    return busy - own > 0.1 * cores * static_cast<double>(now_ns() - wall_) + cores * tick;
  }

 private:
  const uint64_t wall_;
  const uint64_t own_;
  const uint64_t busy_;
};

}  // namespace bench

#endif  // BENCH_MACHINE_H
