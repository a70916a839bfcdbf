// SPDX-License-Identifier: MIT
//
// Sleeps, timeouts, timers and intervals on the real clock. Lower bounds only: how late a machine is, is its own
// affair.
#include <vector>

#include "tests/integration/support.h"

using namespace rota_test;

namespace {

constexpr uint64_t kMs = 1'000'000;

Task sleep(rota_runtime* runtime, uint64_t delay_ns) {
  rota_task* task = nullptr;
  REQUIRE(rota_sleep(runtime, delay_ns, &task) == ROTA_OK);
  return Task(task);
}

class Timer {
 public:
  explicit Timer(rota_runtime* runtime) { REQUIRE(rota_timer_create(runtime, &timer_) == ROTA_OK); }
  ~Timer() { rota_timer_release(timer_); }
  Timer(const Timer&) = delete;
  operator rota_timer*() const { return timer_; }
  rota_status wait(rota_runtime* runtime) const {
    return block_on(runtime, [this](rota_context* cx) { return rota_timer_poll(timer_, cx); });
  }

 private:
  rota_timer* timer_ = nullptr;
};

}  // namespace

TEST_CASE("a sleep is never early, whoever waits for it") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    for (const uint64_t delay : {uint64_t{0}, uint64_t{1}, uint64_t{300'000}, 3 * kMs, 12 * kMs}) {
      const uint64_t begin = rota_now(runtime);
      CHECK(sleep(runtime, delay).wait() == ROTA_OK);
      CHECK(rota_now(runtime) - begin >= delay);
      Task inner;
      const uint64_t again = rota_now(runtime);
      Task task = spawn(runtime, [&](rota_context* cx) {
        if (inner == nullptr) inner = sleep(runtime, delay);
        return rota_task_poll(inner, cx);
      });
      CHECK(task.wait() == ROTA_OK);
      CHECK(rota_now(runtime) - again >= delay);
    }
  });
}

TEST_CASE("500 sleeps on few threads overlap") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    const uint64_t begin = rota_now(runtime);
    std::vector<Task> sleeps;
    for (int i = 0; i < 500; ++i) sleeps.push_back(sleep(runtime, 20 * kMs));
    for (const Task& task : sleeps) CHECK(task.wait() == ROTA_OK);
    const uint64_t took = rota_now(runtime) - begin;
    CHECK(took >= 20 * kMs);
    CHECK(took < 500 * 20 * kMs / 4);
  });
}

TEST_CASE("a cancelled sleep ends at once, and only once") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Task task = sleep(runtime, ROTA_FOREVER);
    CHECK(task.status() == ROTA_PENDING);
    CHECK(rota_task_cancel(task) == ROTA_OK);
    CHECK(task.wait() == ROTA_ECANCELED);
    CHECK(rota_task_cancel(task) == ROTA_EALREADY);
    rota_metrics metrics{};
    CHECK(rota_metrics_read(runtime, &metrics, sizeof metrics) == ROTA_OK);
    CHECK(metrics.timers == 0);
  });
}

TEST_CASE("a timeout gives the task's own status, or cancels it") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    rota_task* raw = nullptr;
    Task quick = sleep(runtime, 1 * kMs);
    REQUIRE(rota_timeout(quick, 10'000 * kMs, &raw) == ROTA_OK);
    CHECK(Task(raw).wait() == ROTA_OK);

    Task slow = sleep(runtime, ROTA_FOREVER);
    const uint64_t begin = rota_now(runtime);
    REQUIRE(rota_timeout(slow, 5 * kMs, &raw) == ROTA_OK);
    CHECK(Task(raw).wait() == ROTA_ETIMEDOUT);
    CHECK(rota_now(runtime) - begin >= 5 * kMs);
    CHECK(slow.wait() == ROTA_ECANCELED);

    Task target = sleep(runtime, ROTA_FOREVER);
    REQUIRE(rota_timeout(target, ROTA_FOREVER, &raw) == ROTA_OK);
    Task timeout(raw);
    CHECK(timeout.wait(0) == ROTA_ETIMEDOUT);
    CHECK(rota_task_cancel(timeout) == ROTA_OK);
    CHECK(timeout.wait() == ROTA_ECANCELED);
    CHECK(target.wait() == ROTA_ECANCELED);

    Task done = spawn(runtime, [](rota_context*) { return ROTA_EIO; });
    CHECK(done.wait() == ROTA_EIO);
    REQUIRE(rota_timeout(done, 0, &raw) == ROTA_OK);
    CHECK(Task(raw).wait() == ROTA_EIO);
  });
}

TEST_CASE("a timer can be set again, moved and stopped") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Timer timer(runtime);
    CHECK(rota_timer_stop(timer) == ROTA_EALREADY);
    for (int round = 0; round < 3; ++round) {
      const uint64_t begin = rota_now(runtime);
      CHECK(rota_timer_start(timer, ROTA_FOREVER) == ROTA_OK);
      CHECK(rota_timer_start(timer, 4 * kMs) == ROTA_OK);
      CHECK(timer.wait(runtime) == ROTA_OK);
      CHECK(rota_now(runtime) - begin >= 4 * kMs);
      CHECK(timer.wait(runtime) == ROTA_OK);  // it stays fired
      CHECK(rota_timer_stop(timer) == ROTA_EALREADY);
    }
    CHECK(rota_timer_start_at(timer, 0) == ROTA_OK);  // in the past
    CHECK(timer.wait(runtime) == ROTA_OK);
    CHECK(rota_timer_start(timer, ROTA_FOREVER) == ROTA_OK);
    CHECK(rota_timer_stop(timer) == ROTA_OK);
    CHECK(rota_timer_stop(timer) == ROTA_EALREADY);
  });
}

TEST_CASE("a timer that is moved again and again while it fires still fires last") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Timer timer(runtime);
    Task waiter = spawn(runtime, [&](rota_context* cx) { return rota_timer_poll(timer, cx); });
    uint64_t last = 0;
    for (int i = 0; i < 2000 && waiter.status() == ROTA_PENDING; ++i) {
      last = rota_now(runtime) + 50'000 + static_cast<uint64_t>(i % 7) * 30'000;
      REQUIRE(rota_timer_start_at(timer, last) == ROTA_OK);
    }
    CHECK(waiter.wait() == ROTA_OK);
  });
}

TEST_CASE("an interval ticks in step; what it does about missed ticks is its policy") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    rota_interval* interval = nullptr;
    CHECK(rota_interval_create(runtime, 0, ROTA_MISSED_BURST, &interval) == ROTA_EINVAL);
    CHECK(rota_interval_create(runtime, 1, 3, &interval) == ROTA_EINVAL);
    for (const uint32_t missed : {ROTA_MISSED_BURST, ROTA_MISSED_SKIP, ROTA_MISSED_DELAY}) {
      constexpr uint64_t kPeriod = 2 * kMs;
      const uint64_t begin = rota_now(runtime);
      REQUIRE(rota_interval_create(runtime, kPeriod, missed, &interval) == ROTA_OK);
      // Five periods pass before anybody looks.
      CHECK(sleep(runtime, 5 * kPeriod + kMs).wait() == ROTA_OK);
      uint64_t due[4] = {};
      uint64_t took[4] = {};
      int ticks = 0;
      CHECK(block_on(runtime, [&](rota_context* cx) -> rota_status {
              while (ticks < 4) {
                const rota_status status = rota_interval_poll(interval, cx, &due[ticks]);
                if (status != ROTA_OK) return status;
                took[ticks] = rota_now(runtime);
                ++ticks;
              }
              return ROTA_OK;
            }) == ROTA_OK);
      CHECK(due[0] >= begin + kPeriod);
      for (int i = 0; i < 4; ++i) CHECK(took[i] >= due[i]);
      for (int i = 1; i < 4; ++i) CHECK(due[i] >= due[i - 1] + kPeriod);
      if (missed == ROTA_MISSED_BURST) {
        CHECK(due[1] == due[0] + kPeriod);
        CHECK(due[3] == due[0] + 3 * kPeriod);
      } else if (missed == ROTA_MISSED_SKIP) {
        CHECK((due[1] - due[0]) % kPeriod == 0);
        CHECK(due[1] >= due[0] + 5 * kPeriod);
      } else {
        CHECK(due[1] >= begin + 6 * kPeriod + kMs);
      }
      rota_task* tick = nullptr;
      REQUIRE(rota_interval_tick(interval, &tick) == ROTA_OK);
      CHECK(Task(tick).wait() == ROTA_OK);
      rota_interval_release(interval);
    }
  });
}

TEST_CASE("shutdown ends sleeps and timers") {
  for (const uint32_t workers : {0u, 2u}) {
    Runtime runtime(workers);
    Task task = sleep(runtime, ROTA_FOREVER);
    Timer timer(runtime);
    CHECK(rota_timer_start(timer, ROTA_FOREVER) == ROTA_OK);
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    CHECK(task.wait() == ROTA_ECANCELED);
    CHECK(rota_timer_start(timer, 1) == ROTA_ESHUTDOWN);
    rota_task* late = nullptr;
    CHECK(rota_sleep(runtime, 1, &late) == ROTA_ESHUTDOWN);
  }
}

TEST_CASE("timers of a worker that is stuck in a poll are fired by another") {
  Runtime runtime(2);
  Event entered, leave;
  Task stuck = spawn(runtime, [&](rota_context*) -> rota_status {
    entered.set();
    leave.wait();
    return ROTA_OK;
  });
  entered.wait();
  // From outside they go to the wheels in turn: half of them to the stuck worker's.
  std::vector<Task> sleeps;
  for (int i = 0; i < 20; ++i) sleeps.push_back(sleep(runtime, 5 * kMs));
  for (const Task& task : sleeps) CHECK(task.wait(20'000 * kMs) == ROTA_OK);
  leave.set();
  CHECK(stuck.wait() == ROTA_OK);
}
