// SPDX-License-Identifier: MIT
//
// Calls that block, through the pool: the round trip of one, the cost of one among 100,000, and how long 500 that sleep
// for 100 ms take together.
#include "bench/tasks.h"

namespace bench {
namespace {

rota_status no_op(void*) { return ROTA_OK; }

rota_status sleep_100_ms(void*) {
  const timespec delay = {0, 100'000'000};
  nanosleep(&delay, nullptr);
  return ROTA_OK;
}

/// Has `batch` jobs in flight at once, `batches` times.
struct Jobs {
  rota_blocking_fn job;
  uint64_t batch;
  uint64_t batches;
  Joining joining = {};

  rota_status poll(rota_context* cx) {
    for (;;) {
      if (joining.poll(cx) == ROTA_PENDING) return ROTA_PENDING;
      if (batches == 0) return ROTA_OK;
      --batches;
      for (uint64_t i = 0; i < batch; ++i) {
        rota_task* task = nullptr;
        check(rota_spawn_blocking(rota_context_runtime(cx), job, nullptr, nullptr, &task), "rota_spawn_blocking");
        joining.add(task);
      }
    }
  }
};

uint64_t run_jobs(const Runtime& runtime, rota_blocking_fn job, uint64_t batch, uint64_t batches) {
  Jobs jobs = {job, batch, batches};
  jobs.joining.reserve(batch);
  const uint64_t start = now_ns();
  run_on_worker(runtime, jobs);
  return now_ns() - start;
}

Result blocking_one(const Options& options) {
  const Runtime runtime(options);
  return measure(2000, [&] { return run_jobs(runtime, no_op, 1, 2000); });
}

Result blocking_100k(const Options& options) {
  const Runtime runtime(options);
  return measure(100'000, [&] { return run_jobs(runtime, no_op, 100'000, 1); });
}

/// One operation is the whole crowd. Each round has a pool of its own, whose threads must all be started.
Result blocking_sleep_500(const Options& options) {
  return measure(1, [&] {
    const Runtime runtime(options);
    return run_jobs(runtime, sleep_100_ms, 500, 1);
  });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"blocking_one", bench::blocking_one},
                     {"blocking_100k", bench::blocking_100k},
                     {"blocking_sleep_500", bench::blocking_sleep_500}});
}
