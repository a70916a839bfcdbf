// SPDX-License-Identifier: MIT
#include "core/task/state.h"

#include <thread>

#include "doctest/doctest.h"

namespace rota::task {

TEST_CASE("a task that was born notified runs once") {
  State state(1, true);
  CHECK_FALSE(state.wake().submit);  // it has its queue entry already
  CHECK(state.to_running() == State::Running::kRun);
  CHECK_FALSE(state.to_complete().wake_joiners);
  CHECK(state.complete());
  CHECK(state.unref());
}

TEST_CASE("a wake while idle asks for one submit, and only one") {
  State state(2, true);
  CHECK(state.to_running() == State::Running::kRun);
  CHECK(state.to_idle(false) == State::Idle::kIdle);
  CHECK(state.references() == 1);
  CHECK(state.wake().submit);
  CHECK_FALSE(state.wake().submit);
}

TEST_CASE("a wake while running makes the runner queue the task again") {
  State state(1, true);
  CHECK(state.to_running() == State::Running::kRun);
  CHECK_FALSE(state.wake().submit);
  CHECK(state.to_idle(false) == State::Idle::kNotified);
  CHECK(state.references() == 1);
  CHECK(state.to_running() == State::Running::kRun);
}

TEST_CASE("a yield queues the task again without a wake") {
  State state(1, true);
  CHECK(state.to_running() == State::Running::kRun);
  CHECK(state.to_idle(true) == State::Idle::kNotified);
}

TEST_CASE("a cancel is taken once, and reported wherever the task is") {
  SUBCASE("queued") {
    State state(1, true);
    const State::Cancelled did = state.cancel();
    CHECK(did.taken);
    CHECK_FALSE(did.submit);
    CHECK(state.to_running() == State::Running::kCancelled);
    CHECK_FALSE(state.cancel().taken);
  }
  SUBCASE("running") {
    State state(1, true);
    CHECK(state.to_running() == State::Running::kRun);
    CHECK_FALSE(state.cancel().submit);
    CHECK(state.to_idle(false) == State::Idle::kCancelled);
  }
  SUBCASE("idle") {
    State state(2, true);
    CHECK(state.to_running() == State::Running::kRun);
    CHECK(state.to_idle(false) == State::Idle::kIdle);
    CHECK(state.cancel().submit);
  }
  SUBCASE("complete") {
    State state(1, true);
    CHECK(state.to_running() == State::Running::kRun);
    (void)state.to_complete();
    CHECK_FALSE(state.cancel().taken);
    CHECK_FALSE(state.wake().submit);
  }
}

TEST_CASE("who holds the join lock when the task completes does the waking") {
  State state(1, true);
  CHECK(state.to_running() == State::Running::kRun);
  CHECK(state.lock_joiners());
  CHECK_FALSE(state.to_complete().wake_joiners);
  CHECK(state.unlock_joiners(true));
  CHECK_FALSE(state.lock_joiners());
}

TEST_CASE("who completes does the waking when nobody holds the join lock") {
  State state(1, true);
  CHECK(state.lock_joiners());
  CHECK_FALSE(state.unlock_joiners(true));
  CHECK(state.to_running() == State::Running::kRun);
  CHECK(state.to_complete().wake_joiners);
}

TEST_CASE("an operation is claimed by one of those who want to end it") {
  for (int round = 0; round < 2000; ++round) {
    State state(2, false);
    std::atomic<int> claimed{0};
    std::thread other([&] { claimed += state.claim() ? 1 : 0; });
    claimed += state.claim() ? 1 : 0;
    other.join();
    REQUIRE(claimed == 1);
  }
}

TEST_CASE("of many wakers and one runner, every wake is followed by a poll that sees it") {
  State state(3, true);
  std::atomic<int> written{0};
  std::atomic<int> entries{1};  // queue entries there are
  constexpr int kWakes = 20000;
  const auto waker = [&] {
    for (int i = 0; i < kWakes; ++i) {
      written.fetch_add(1, std::memory_order_relaxed);
      if (state.wake().submit) {
        state.ref();
        entries.fetch_add(1, std::memory_order_release);
      }
    }
  };
  std::thread a(waker), b(waker);
  int seen = 0;
  while (seen < 2 * kWakes) {
    while (entries.load(std::memory_order_acquire) == 0) std::this_thread::yield();
    REQUIRE(entries.fetch_sub(1) == 1);
    REQUIRE(state.to_running() == State::Running::kRun);
    seen = written.load(std::memory_order_relaxed);
    if (state.to_idle(false) == State::Idle::kNotified) entries.fetch_add(1);
  }
  a.join();
  b.join();
}

}  // namespace rota::task
