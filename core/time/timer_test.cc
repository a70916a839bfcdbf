// SPDX-License-Identifier: MIT
#include "core/time/timer.h"

#include "core/task/fake_home.h"
#include "core/time/wheel.h"
#include "doctest/doctest.h"

namespace rota::time {
namespace {

constexpr uint64_t kHour = 3'600'000'000'000;

// One wheel. `firing`: as if each entry were on its way into fire() on another thread, so that it cannot be disarmed.
struct OneWheel final : Timers {
  bool arm(Entry& entry, uint64_t deadline_ns) override {
    bool earliest;
    return wheel.insert(entry, deadline_ns, earliest);
  }
  bool disarm(Entry& entry) override { return !firing && Wheel::remove(entry); }

  Wheel wheel{platform::now_ns()};
  bool firing = false;
};

struct Fixture {
  Fixture() : home(arena.get()), timer(Timer::create(arena.get(), timers)) {}
  ~Fixture() {
    timer->unref();
    CHECK(arena.released_everything());
  }
  Status poll() {
    Status status = Status::kInvalid;
    task::Task& task = home.spawn([&](task::Context& context) {
      status = timer->poll(context);
      return Status::kOk;
    });
    home.run_all();
    task::unref(task);
    return status;
  }

  task::TestArena arena;
  task::FakeHome home;
  OneWheel timers;
  Timer* timer;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a timer that is moved while it fires waits for its new deadline") {
  const uint64_t now = platform::now_ns();
  REQUIRE(ok(timer->start(now)));
  timers.firing = true;
  REQUIRE(ok(timer->start(now + kHour)));
  timers.firing = false;
  timers.wheel.advance(platform::now_ns());
  CHECK(poll() == Status::kPending);
  CHECK(timers.wheel.armed() == 1);
  CHECK(timer->stop() == Status::kOk);
  CHECK(timers.wheel.armed() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a timer that is stopped while it fires does not fire") {
  REQUIRE(ok(timer->start(platform::now_ns())));
  timers.firing = true;
  CHECK(timer->stop() == Status::kOk);
  timers.firing = false;
  timers.wheel.advance(platform::now_ns());
  CHECK(poll() == Status::kPending);
  CHECK(timer->stop() == Status::kAlready);
}

TEST_CASE_FIXTURE(Fixture, "closing the wheel closes the timer") {
  REQUIRE(ok(timer->start(platform::now_ns() + kHour)));
  timers.wheel.close();
  CHECK(poll() == Status::kShutdown);
  CHECK(timer->start(1) == Status::kShutdown);
}

}  // namespace rota::time
