// SPDX-License-Identifier: MIT
//
// rota::task: chains of a million awaits on an ordinary stack, exceptions through awaits, kinds of results, and what is
// destroyed when.
#include <rota/rota.hpp>

#include "doctest/doctest.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;

constexpr int kMillion = 1'000'000;

rota::runtime two_workers() { return rota::runtime(rota::runtime_options().workers(2)); }

// Counts how many of its kind live.
struct Counted {
  explicit Counted(int& live) : live_(&live) { ++*live_; }
  Counted(const Counted& other) : live_(other.live_) { ++*live_; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*live_; }
  int* live_;
};

rota::task<int> one() { co_return 1; }

rota::task<int> add_up(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await one();
  co_return sum;
}

rota::task<int> depth(int left) {
  if (left == 0) co_return 0;
  co_return 1 + co_await depth(left - 1);
}

rota::task<int> throw_at(int left) {
  if (left == 0) throw std::runtime_error("the bottom");
  co_return co_await throw_at(left - 1);
}

// Each level keeps an object and waits for the next; the last waits for a value that never comes.
rota::task<> wait_at(int left, rota::oneshot<int>& never, int& live) {
  Counted here(live);
  if (left == 0) {
    const auto value = co_await never.recv();
    CHECK_FALSE(value.ok());
  } else {
    co_await wait_at(left - 1, never, live);
  }
}

TEST_CASE("a million awaits in a loop") {
  rota::runtime rt = two_workers();
  CHECK(rt.block_on(add_up(kMillion)) == kMillion);
  CHECK(rt.spawn(add_up(kMillion)).wait() == kMillion);
}

TEST_CASE("a recursion a million awaits deep, on a small stack too") {
  rota::runtime rt(rota::runtime_options().workers(2).stack_size(256 * 1024));
  CHECK(rt.block_on(depth(kMillion)) == kMillion);
  CHECK(rt.spawn(depth(kMillion)).wait() == kMillion);
}

TEST_CASE("a chain a million frames deep is destroyed where it waits") {
  rota::runtime rt(rota::runtime_options().workers(2).stack_size(256 * 1024));
  int live = 0;
  rota::oneshot<int> never(rt);
  auto body = [&]() -> rota::task<int> {
    const auto end = co_await rota::try_(rota::timeout(wait_at(kMillion, never, live), 0ms));
    co_return end.status();
  };
  CHECK(rt.block_on(body()) == ROTA_ETIMEDOUT);
  CHECK(live == 0);
  CHECK(rt.spawn(body()).wait() == ROTA_ETIMEDOUT);
  CHECK(live == 0);
}

TEST_CASE("an exception passes ten thousand awaits") {
  rota::runtime rt = two_workers();
  CHECK_THROWS_WITH_AS(rt.block_on(throw_at(10'000)), "the bottom", std::runtime_error);
}

TEST_CASE("an exception is caught where it is awaited, and the task goes on") {
  rota::runtime rt = two_workers();
  auto body = []() -> rota::task<std::string> {
    std::string said;
    try {
      co_await throw_at(3);
    } catch (const std::runtime_error& e) {
      said = e.what();
    }
    said += std::to_string(co_await one());
    co_return said;
  };
  CHECK(rt.block_on(body()) == "the bottom1");
}

TEST_CASE("try_ gives a task's value or its exception as a result") {
  rota::runtime rt = two_workers();
  auto body = []() -> rota::task<> {
    auto good = co_await rota::try_(one());
    CHECK(good.ok());
    CHECK(good.value() == 1);
    auto bad = co_await rota::try_(throw_at(2));
    CHECK(bad.status() == ROTA_EEXCEPTION);
    CHECK_THROWS_AS(bad.value(), std::runtime_error);
  };
  rt.block_on(body());
}

TEST_CASE("results may be move-only, references, or nothing") {
  rota::runtime rt = two_workers();
  int place = 5;
  auto unique = []() -> rota::task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  auto reference = [&]() -> rota::task<int&> { co_return place; };
  auto nothing = []() -> rota::task<> { co_return; };
  auto body = [&]() -> rota::task<std::unique_ptr<int>> {
    co_await nothing();
    (co_await reference())++;
    co_return co_await unique();
  };
  CHECK(*rt.block_on(body()) == 7);
  CHECK(place == 6);
  CHECK(std::addressof(rt.block_on(reference())) == &place);
  CHECK(*rt.spawn(unique()).wait() == 7);
}

TEST_CASE("a task that never runs destroys its parameters and nothing else") {
  int live = 0;
  bool ran = false;
  auto make = [&ran](Counted) -> rota::task<> {
    ran = true;
    co_return;
  };
  {
    auto unused = make(Counted(live));
    CHECK(live == 1);
    auto moved = std::move(unused);
    CHECK(live == 1);
    CHECK(moved);
    CHECK_FALSE(unused);
  }
  CHECK(live == 0);
  CHECK_FALSE(ran);
}

TEST_CASE("a task is awaited once: what was moved from answers with an error") {
  rota::runtime rt = two_workers();
  CHECK(rt.try_block_on(rota::task<int>()).status() == ROTA_EINVAL);
  auto body = []() -> rota::task<rota_status> {
    auto once = one();
    CHECK(co_await std::move(once) == 1);
    co_return (co_await rota::try_(std::move(once))).status();
  };
  CHECK(rt.block_on(body()) == ROTA_EINVAL);
}

TEST_CASE("what a child holds is gone before its parent goes on") {
  rota::runtime rt = two_workers();
  int live = 0;
  auto child = [](Counted given) -> rota::task<int> {
    Counted local(*given.live_);
    co_await rota::yield();
    co_return *given.live_;
  };
  auto body = [&]() -> rota::task<> {
    const int within = co_await child(Counted(live));
    CHECK(within >= 2);
    CHECK(live == 0);
  };
  rt.block_on(body());
}

TEST_CASE("block_on inside a task is refused") {
  rota::runtime rt = two_workers();
  auto body = [&]() -> rota::task<rota_status> { co_return rt.try_block_on(one()).status(); };
  CHECK(rt.block_on(body()) == ROTA_EDEADLK);
  CHECK(rt.spawn(body()).wait() == ROTA_EDEADLK);
}

// An operation of the user's own: pending once, then seven.
struct Seven {
  using value_type = int;
  static constexpr bool throws = true;
  bool asked = false;
  rota_status poll(rota_context* cx) { return std::exchange(asked, true) ? ROTA_OK : rota_yield(cx); }
  rota::result<int> finish(rota_status status) {
    if (status != ROTA_OK) return rota::failure{status};
    return 7;
  }
};

TEST_CASE("a type of the user's own is awaitable when it is an operation") {
  rota::runtime rt = two_workers();
  auto body = []() -> rota::task<int> {
    Seven held;
    co_return co_await Seven() + co_await held;
  };
  CHECK(rt.block_on(body()) == 14);
  CHECK(rt.block_on(Seven()) == 7);
}

}  // namespace
