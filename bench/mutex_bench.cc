// SPDX-License-Identifier: MIT
//
// Two tasks that take and give back one lock, as fast as they can: the cost of a turn of either.
#include "bench/tasks.h"

namespace bench {
namespace {

constexpr uint64_t kTurns = 500'000;

struct Contender {
  rota_mutex* mutex;
  uint64_t* counter;  // protected by the mutex
  uint64_t left;
  rota_task* locking = nullptr;  // stands in line for the lock

  rota_status poll(rota_context* cx) {
    while (left != 0) {
      if (locking == nullptr) {
        // A lock that is free never makes its taker wait: without this the others would.
        if (rota_budget(cx) == ROTA_PENDING) return ROTA_PENDING;
        const rota_status status = rota_mutex_try_lock(mutex);
        if (status == ROTA_EBUSY) {
          check(rota_mutex_lock(mutex, &locking), "rota_mutex_lock");
        } else {
          check(status, "rota_mutex_try_lock");
        }
      }
      if (locking != nullptr) {
        const rota_status status = rota_task_poll(locking, cx);
        if (status == ROTA_PENDING) return ROTA_PENDING;
        check(status, "rota_mutex_lock");
        rota_task_release(locking);
        locking = nullptr;
      }
      ++*counter;
      check(rota_mutex_unlock(mutex), "rota_mutex_unlock");
      --left;
    }
    return ROTA_OK;
  }
};

Result mutex(const Options& options) {
  const Runtime runtime(options);
  rota_mutex* mutex = nullptr;
  check(rota_mutex_create(runtime, &mutex), "rota_mutex_create");
  const Result result = measure(2 * kTurns, [&] {
    uint64_t counter = 0;
    Contender contender = {mutex, &counter, kTurns};
    const rota_spawn_desc desc = copying(contender);
    const uint64_t start = now_ns();
    rota_task* first = spawn(runtime, desc);
    rota_task* second = spawn(runtime, desc);
    wait(first);
    wait(second);
    const uint64_t spent = now_ns() - start;
    if (counter != 2 * kTurns) fail("mutex", "both were inside at once");
    return spent;
  });
  rota_mutex_release(mutex);
  return result;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run(argc, argv, {{"mutex", bench::mutex}}); }
