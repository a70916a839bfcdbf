// SPDX-License-Identifier: MIT
//
// rota::sleep, timeout, interval and yield.
#include <rota/rota.hpp>

#include "doctest/doctest.h"

#include <memory>
#include <stdexcept>
#include <string>

namespace {

using namespace std::chrono_literals;

rota::runtime two_workers() { return rota::runtime(rota::runtime_options().workers(2)); }

TEST_CASE("a sleep is never early") {
  rota::runtime rt = two_workers();
  auto body = [&]() -> rota::task<> {
    const auto start = rt.now();
    co_await rota::sleep(3ms);
    CHECK(rt.now() - start >= 3ms);
    const auto deadline = rt.now() + 3ms;
    co_await rota::sleep_until(deadline);
    CHECK(rt.now() >= deadline);
    co_await rota::sleep(-1s);
    co_await rota::sleep(0s);
  };
  rt.block_on(body());
}

TEST_CASE("timeout gives the result in time") {
  rota::runtime rt = two_workers();
  auto give = []() -> rota::task<std::unique_ptr<int>> {
    co_await rota::yield();
    co_return std::make_unique<int>(2);
  };
  CHECK(*rt.block_on(rota::timeout(give(), 1h)) == 2);
  auto fail = []() -> rota::task<> {
    throw std::runtime_error("inner");
    co_return;
  };
  CHECK_THROWS_WITH_AS(rt.block_on(rota::timeout(fail(), 1h)), "inner", std::runtime_error);
}

TEST_CASE("timeout throws ROTA_ETIMEDOUT and destroys what was too slow before it goes on") {
  rota::runtime rt = two_workers();
  auto alive = std::make_shared<int>();
  auto slow = [](std::shared_ptr<int>) -> rota::task<> { co_await rota::sleep(24h); };
  auto body = [&]() -> rota::task<> {
    rota_status status = ROTA_OK;
    try {
      co_await rota::timeout(slow(alive), 1ms);
    } catch (const rota::error& e) {
      status = e.status();
    }
    CHECK(status == ROTA_ETIMEDOUT);
    CHECK(alive.use_count() == 1);
    CHECK((co_await rota::try_(rota::timeout(slow(alive), 1ms))).status() == ROTA_ETIMEDOUT);
    CHECK(alive.use_count() == 1);
  };
  rt.block_on(body());
}

TEST_CASE("dropped sleeps leave no timer behind") {
  rota::runtime rt = two_workers();
  auto body = [&]() -> rota::task<> {
    for (int i = 0; i < 100; ++i) {
      auto first = co_await rota::select(rota::sleep(24h), rota::yield());
      CHECK(first.index == 1);
    }
  };
  rt.block_on(body());
  // They leave the wheel lazily, at the latest when the runtime ends; none of them may keep it from ending.
  CHECK(rt.shutdown(10s) == ROTA_OK);
}

TEST_CASE("an interval ticks a period apart") {
  rota::runtime rt = two_workers();
  auto body = [&]() -> rota::task<> {
    rota::interval every(2ms);
    const auto first = co_await every.tick();
    const auto second = co_await every.tick();
    const auto third = co_await every.tick();
    CHECK(second - first == 2ms);
    CHECK(third - second == 2ms);
    CHECK(rt.now() >= third);
  };
  rt.block_on(body());
}

TEST_CASE("an interval that could not be made says so when it is awaited") {
  rota::runtime rt = two_workers();
  rota::interval none(2ms);  // no runtime is current here
  rota::interval zero(rt, 0ms);
  auto body = [&]() -> rota::task<> {
    CHECK((co_await rota::try_(none.tick())).status() == ROTA_EINVAL);
    CHECK((co_await rota::try_(zero.tick())).status() == ROTA_EINVAL);
  };
  rt.block_on(body());
}

TEST_CASE("yield lets the others of a join run in turn") {
  rota::runtime rt = two_workers();
  std::string order;
  auto say = [&](char c) -> rota::task<> {
    for (int i = 0; i < 3; ++i) {
      order += c;
      co_await rota::yield();
    }
  };
  rt.block_on(rota::join(say('a'), say('b')));
  CHECK(order == "ababab");
}

}  // namespace
