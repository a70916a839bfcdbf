// SPDX-License-Identifier: MIT
//
// A million tasks that each sleep for 3 s, all at once: what one costs to spawn, and (peak_kib) how much memory they
// take together.
#include <latch>

#include "bench/tasks.h"

namespace bench {
namespace {

constexpr uint64_t kSleepers = 1'000'000;
constexpr uint64_t kSleepNs = 3'000'000'000;

struct Sleeper {
  std::latch* awake;
  rota_task* sleep = nullptr;

  rota_status poll(rota_context* cx) {
    if (sleep == nullptr) check(rota_sleep(rota_context_runtime(cx), kSleepNs, &sleep), "rota_sleep");
    const rota_status status = rota_task_poll(sleep, cx);
    if (status != ROTA_PENDING) awake->count_down();
    return status;
  }
  void drop() { rota_task_release(sleep); }
};

Result sleepers(const Options& options) {
  std::latch awake(kSleepers);
  const Runtime runtime(options);  // ends first: a task may still be inside count_down when wait() returns
  Sleeper sleeper = {&awake};
  const rota_spawn_desc desc = copying(sleeper);
  const uint64_t start = now_ns();
  for (uint64_t i = 0; i < kSleepers; ++i) spawn_detached(runtime, desc);
  const uint64_t spent = now_ns() - start;
  // If the first were awake before the last was spawned, the peak would not be that of a million.
  if (spent >= kSleepNs) fail("sleepers", "spawning them took longer than they sleep");
  awake.wait();
  return {kSleepers, static_cast<double>(spent) / static_cast<double>(kSleepers)};
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run(argc, argv, {{"sleepers", bench::sleepers}}); }
