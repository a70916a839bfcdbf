// SPDX-License-Identifier: MIT
//
// What it costs to step aside: 200 tasks of 1000 yields each.
#include "bench/tasks.h"

namespace bench {
namespace {

constexpr uint64_t kTasks = 200;
constexpr uint32_t kYields = 1000;

struct Yielder {
  uint32_t left;

  rota_status poll(rota_context* cx) {
    if (left == 0) return ROTA_OK;
    --left;
    return rota_yield(cx);
  }
};

Result yield_many(const Options& options) {
  const Runtime runtime(options);
  std::vector<rota_task*> tasks(kTasks);
  return measure(kTasks * kYields, [&] {
    Yielder yielder = {kYields};
    const rota_spawn_desc desc = copying(yielder);
    const uint64_t start = now_ns();
    for (rota_task*& task : tasks) task = spawn(runtime, desc);
    for (rota_task* task : tasks) wait(task);
    return now_ns() - start;
  });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run(argc, argv, {{"yield_many", bench::yield_many}}); }
