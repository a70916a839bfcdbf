// SPDX-License-Identifier: MIT
//
// What a runtime costs that has nothing to do, and how long it takes to do something again.
#include <dirent.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "bench/tasks.h"

namespace bench {
namespace {

constexpr time_t kIdleSeconds = 3;

rota_metrics metrics_of(const Runtime& runtime) {
  rota_metrics metrics;
  check(rota_metrics_read(runtime, &metrics, sizeof metrics), "rota_metrics_read");
  return metrics;
}

/// Until every worker sleeps and every blocking thread is without a job.
void settle(const Runtime& runtime) {
  const uint64_t start = now_ns();
  for (;;) {
    const rota_metrics metrics = metrics_of(runtime);
    if (metrics.workers_parked == metrics.workers && metrics.blocking_idle == metrics.blocking_threads) return;
    if (now_ns() - start > 10'000'000'000) fail("idle", "the workers do not go to sleep");
    sched_yield();
  }
}

struct Usage {
  uint64_t switches = 0;  // how often a thread has left a core, which is how often it had got one
  uint64_t cpu_ns = 0;
};

uint64_t switches_of(const std::string& tid) {
  FILE* file = fopen(("/proc/self/task/" + tid + "/status").c_str(), "r");
  if (file == nullptr) fail("idle", "a thread has ended");
  uint64_t sum = 0;
  int found = 0;
  char line[256];
  while (fgets(line, sizeof line, file) != nullptr) {
    unsigned long long count = 0;
    if (sscanf(line, "voluntary_ctxt_switches: %llu", &count) == 1 ||
        sscanf(line, "nonvoluntary_ctxt_switches: %llu", &count) == 1) {
      sum += count;
      ++found;
    }
  }
  fclose(file);
  if (found != 2) fail("idle", "the system does not count context switches");
  return sum;
}

/// To the nanosecond, which getrusage is not. The clock of any thread of this process is named as glibc's
/// pthread_getcpuclockid names it: by its number, "of one thread" (4) and "as the scheduler counts" (2).
uint64_t cpu_of(const std::string& tid) {
  const auto clock = static_cast<clockid_t>(~static_cast<uint32_t>(std::stoul(tid)) << 3 | 4 | 2);
  timespec time;
  if (clock_gettime(clock, &time) != 0) fail("idle", "a thread's CPU time cannot be read");
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

/// Of all threads of this process but the calling one.
Usage usage_of_others() {
  const std::string self = std::to_string(syscall(SYS_gettid));
  DIR* folder = opendir("/proc/self/task");
  if (folder == nullptr) fail("/proc/self/task", "cannot be read");
  Usage sum;
  while (const dirent* entry = readdir(folder)) {  // NOLINT(concurrency-mt-unsafe): this thread's own stream
    const std::string tid = entry->d_name;
    if (tid[0] == '.' || tid == self) continue;
    sum.switches += switches_of(tid);
    sum.cpu_ns += cpu_of(tid);
  }
  closedir(folder);
  return sum;
}

/// Each part of the engine has worked once before it is to be idle.
void use(const Runtime& runtime) {
  wait(spawn(runtime, nothing()));
  rota_task* task = nullptr;
  check(rota_sleep(runtime, 1'000'000, &task), "rota_sleep");
  wait(task);
  check(rota_spawn_blocking(
            runtime, [](void*) -> rota_status { return ROTA_OK; }, nullptr, nullptr, &task),
        "rota_spawn_blocking");
  wait(task);
}

/// ops: wake-ups of the engine's threads in 3 s; ns_per_op: CPU time they used in all.
Result idle(const Options& options) {
  const Runtime runtime(options);
  use(runtime);
  settle(runtime);
  // A parked worker has announced its sleep; a moment later it has left its core.
  timespec span = {0, 50'000'000};
  nanosleep(&span, nullptr);
  const Usage before = usage_of_others();
  span = {kIdleSeconds, 0};
  nanosleep(&span, nullptr);
  const Usage after = usage_of_others();
  return {after.switches - before.switches, static_cast<double>(after.cpu_ns - before.cpu_ns)};
}

/// Tells when it was polled.
struct Sleepyhead {
  std::atomic<rota_waker*> waker = nullptr;
  std::atomic<uint64_t> woken_at = 0;
  std::atomic<bool> stop = false;

  rota_status poll(rota_context* cx) {
    const uint64_t now = now_ns();
    if (stop.load(std::memory_order_acquire)) return ROTA_OK;
    if (waker.load(std::memory_order_relaxed) == nullptr) {
      waker.store(rota_waker_clone(cx), std::memory_order_release);
      waker.notify_one();
    } else {
      woken_at.store(now, std::memory_order_release);
      woken_at.notify_one();
    }
    return ROTA_PENDING;
  }
};

/// From a thread outside waking a task of an idle runtime to that task's poll. The median of single wakes.
Result wake_latency(const Options& options) {
  constexpr uint64_t kWakes = 2000;
  const Runtime runtime(options);
  Sleepyhead task_state;
  rota_task* task = spawn(runtime, borrowing(task_state));
  task_state.waker.wait(nullptr);
  rota_waker* waker = task_state.waker.load(std::memory_order_acquire);
  std::vector<double> latencies;
  latencies.reserve(kWakes);
  for (uint64_t i = 0; i < kWakes; ++i) {
    settle(runtime);
    task_state.woken_at.store(0, std::memory_order_relaxed);
    const uint64_t start = now_ns();
    check(rota_waker_wake(waker), "rota_waker_wake");
    task_state.woken_at.wait(0);
    latencies.push_back(static_cast<double>(task_state.woken_at.load(std::memory_order_acquire) - start));
  }
  task_state.stop.store(true, std::memory_order_release);
  check(rota_waker_wake(waker), "rota_waker_wake");
  rota_waker_release(waker);
  wait(task);
  return {kWakes, median(latencies)};
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"idle", bench::idle}, {"wake_latency", bench::wake_latency}});
}
