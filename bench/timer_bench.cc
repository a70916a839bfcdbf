// SPDX-License-Identifier: MIT
//
// 100,000 sleeps with delays of an hour and more, started and then cancelled by one worker task: what a server with a
// time limit on each connection does all day.
#include "bench/tasks.h"

namespace bench {
namespace {

constexpr uint64_t kTimers = 100'000;
constexpr uint64_t kHour = 3'600'000'000'000;

struct Timers {
  Joining sleeping = {};
  uint64_t insert_ns = 0;
  uint64_t cancel_ns = 0;
  bool cancelled = false;

  rota_status poll(rota_context* cx) {
    const uint64_t start = now_ns();
    if (!cancelled) {
      rota_runtime* runtime = rota_context_runtime(cx);
      for (uint64_t i = 0; i < kTimers; ++i) {
        // Delays in no order, up to a minute apart.
        const uint64_t delay = kHour + i * 7919 % 60'000 * 1'000'000;
        rota_task* sleep = nullptr;
        check(rota_sleep(runtime, delay, &sleep), "rota_sleep");
        sleeping.add(sleep);
      }
      const uint64_t middle = now_ns();
      insert_ns = middle - start;
      for (rota_task* sleep : sleeping.tasks()) check(rota_task_cancel(sleep), "rota_task_cancel");
      cancel_ns = now_ns() - middle;
      cancelled = true;
      return join(cx, now_ns());
    }
    return join(cx, start);
  }

  /// Seeing that they have ended, and freeing them, is part of cancelling.
  rota_status join(rota_context* cx, uint64_t start) {
    const rota_status status = sleeping.poll(cx, ROTA_ECANCELED);
    cancel_ns += now_ns() - start;
    return status;
  }
};

template <uint64_t Timers::* part>
Result timers(const Options& options) {
  const Runtime runtime(options);
  return measure(kTimers, [&] {
    Timers state;
    state.sleeping.reserve(kTimers);
    run_on_worker(runtime, state);
    return state.*part;
  });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"timers_insert", bench::timers<&bench::Timers::insert_ns>},
                     {"timers_cancel", bench::timers<&bench::Timers::cancel_ns>}});
}
