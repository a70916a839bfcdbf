// SPDX-License-Identifier: MIT
//
// rota::join and rota::select: many awaits inside one engine task.
#include <rota/rota.hpp>

#include "doctest/doctest.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

rota::runtime two_workers() { return rota::runtime(rota::runtime_options().workers(2)); }

struct Counted {
  explicit Counted(int& live) : live_(&live) { ++*live_; }
  Counted(const Counted&) = delete;
  ~Counted() { --*live_; }
  int* live_;
};

rota::task<int> give(int value) { co_return value; }

rota::task<int> give_later(int value) {
  co_await rota::yield();
  co_return value;
}

rota::task<int> wait_for(rota::oneshot<int>& value, int& live) {
  Counted here(live);
  co_return (co_await value.recv()).value();
}

rota::task<> fail(std::string why) {
  co_await rota::yield();
  throw std::runtime_error(why);
}

TEST_CASE("two sleeps joined in one task take as long as one") {
  rota::runtime rt = two_workers();
  std::string order;
  auto nap = [&order](char begin, char end) -> rota::task<> {
    order += begin;
    co_await rota::sleep(100ms);
    order += end;
  };
  auto body = [&]() -> rota::task<> {
    const auto before = rt.metrics().tasks_spawned;
    co_await rota::join(nap('a', 'A'), nap('b', 'B'));
    CHECK(rt.metrics().tasks_spawned == before);
  };
  const auto start = clock_type::now();
  rt.block_on(body());
  const auto took = clock_type::now() - start;
  CHECK(took >= 100ms);
  CHECK(took < 200ms);
  CHECK(order.substr(0, 2) == "ab");
  CHECK(order.size() == 4);
}

TEST_CASE("join gives every result in order, whatever its type") {
  rota::runtime rt = two_workers();
  auto unique = []() -> rota::task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
  auto body = [&]() -> rota::task<> {
    auto [a, b, c, d] = co_await rota::join(give_later(1), rota::yield(), unique(), rota::spawn(give(4)));
    CHECK(a == 1);
    static_assert(std::is_same_v<decltype(b), std::monostate>);
    CHECK(*c == 3);
    CHECK(d == 4);
  };
  rt.block_on(body());
  CHECK(std::get<0>(rt.block_on(rota::join(give(9)))) == 9);
}

TEST_CASE("join of a vector, wider than the budget of one poll") {
  rota::runtime rt = two_workers();
  constexpr int kWidth = 500;
  auto body = [&]() -> rota::task<int> {
    std::vector<rota::task<int>> children;
    auto child = [](int i) -> rota::task<int> {
      co_await rota::sleep(1ms);
      co_return i;
    };
    for (int i = 0; i < kWidth; ++i) children.push_back(child(i));
    int next = 0;
    for (int value : co_await rota::join(std::move(children))) {
      CHECK(value == next++);
    }
    co_await rota::join(std::vector<rota::task<>>());
    co_return next;
  };
  CHECK(rt.block_on(body()) == kWidth);
}

TEST_CASE("in a join wider than the budget the last child is reached too") {
  rota::runtime rt = two_workers();
  constexpr int kWidth = 400;
  int live = 0;
  auto body = [&]() -> rota::task<> {
    std::vector<rota::oneshot<int>> values(kWidth);
    std::vector<rota::task<int>> children;
    // The last child alone ends at first; its successors are woken by those behind them.
    auto link = [&](int i) -> rota::task<int> {
      const int value = co_await wait_for(values[i], live);
      if (i > 0) values[i - 1].send(value + 1);
      co_return value;
    };
    for (int i = 0; i < kWidth; ++i) children.push_back(link(i));
    auto start = [&]() -> rota::task<> {
      co_await rota::yield();
      values[kWidth - 1].send(0);
    };
    auto [chain, started] = co_await rota::join(rota::join(std::move(children)), start());
    CHECK(chain.front() == kWidth - 1);
  };
  rt.block_on(body());
  CHECK(live == 0);
}

TEST_CASE("beside a join wider than the budget everything else gets its turn") {
  rota::runtime rt = two_workers();
  constexpr int kWidth = 300;
  int live = 0;
  rota::oneshot<int> never(rt), last(rt);
  auto wide = [&]() -> rota::task<> {
    std::vector<rota::task<int>> children;
    for (int i = 0; i < kWidth; ++i) children.push_back(wait_for(never, live));
    co_await rota::join(std::move(children));
  };
  auto body = [&]() -> rota::task<> {
    CHECK((co_await rota::try_(rota::timeout(wide(), 1ms))).status() == ROTA_ETIMEDOUT);
    auto by_time = co_await rota::select(wide(), rota::sleep(1ms));
    CHECK(by_time.index == 1);
    auto send = [&]() -> rota::task<> {
      co_await rota::sleep(1ms);
      last.send(1);
    };
    // What is sent last is waited for in the middle, by an operation that spends budget too.
    auto by_value = co_await rota::select(wide(), wait_for(last, live), rota::join(wide(), send()));
    CHECK(by_value.index == 1);
    CHECK(live == 0);
  };
  rt.block_on(body());
}

TEST_CASE("join throws the first exception in order, after all have ended") {
  rota::runtime rt = two_workers();
  bool ended = false;
  auto slow = [&]() -> rota::task<> {
    for (int i = 0; i < 5; ++i) co_await rota::yield();
    ended = true;
  };
  auto body = [&]() -> rota::task<> { co_await rota::join(give(1), fail("first"), slow(), fail("second")); };
  CHECK_THROWS_WITH_AS(rt.block_on(body()), "first", std::runtime_error);
  CHECK(ended);

  auto many = [&]() -> rota::task<> {
    std::vector<rota::task<>> children;
    children.push_back(slow());
    children.push_back(fail("third"));
    co_await rota::join(std::move(children));
  };
  CHECK_THROWS_WITH_AS(rt.block_on(many()), "third", std::runtime_error);
}

TEST_CASE("a join dropped where it waits destroys all its children") {
  rota::runtime rt = two_workers();
  int live = 0;
  rota::oneshot<int> never(rt);
  auto body = [&]() -> rota::task<rota_status> {
    auto both = rota::join(wait_for(never, live), rota::join(wait_for(never, live), rota::sleep(1h)));
    co_return (co_await rota::try_(rota::timeout(std::move(both), 1ms))).status();
  };
  CHECK(rt.block_on(body()) == ROTA_ETIMEDOUT);
  CHECK(live == 0);
}

TEST_CASE("select gives the first and destroys the others at their await") {
  rota::runtime rt = two_workers();
  int live = 0;
  rota::oneshot<int> never(rt);
  auto body = [&]() -> rota::task<> {
    auto first = co_await rota::select(wait_for(never, live), give_later(8), rota::sleep(1h));
    CHECK(live == 0);
    REQUIRE(first.index == 1);
    CHECK(std::get<1>(first.value) == 8);
  };
  rt.block_on(body());
  CHECK(rt.block_on(rota::select(rota::sleep(1h), rota::yield())).index == 1);
}

TEST_CASE("select: of several that are ready the first in order wins, and later ones do not begin") {
  rota::runtime rt = two_workers();
  bool begun = false;
  auto later = [&]() -> rota::task<> {
    begun = true;
    co_return;
  };
  auto body = [&]() -> rota::task<> {
    auto first = co_await rota::select(give(1), later());
    CHECK(first.index == 0);
  };
  rt.block_on(body());
  CHECK_FALSE(begun);
}

TEST_CASE("select throws what the winner threw") {
  rota::runtime rt = two_workers();
  CHECK_THROWS_WITH_AS(rt.block_on(rota::select(rota::sleep(1h), fail("won"))), "won", std::runtime_error);
}

TEST_CASE("select over a vector") {
  rota::runtime rt = two_workers();
  int live = 0;
  rota::oneshot<int> never(rt);
  auto body = [&]() -> rota::task<> {
    std::vector<rota::task<int>> children;
    for (int i = 0; i < 3; ++i) children.push_back(wait_for(never, live));
    children.push_back(give_later(5));
    auto first = co_await rota::select(std::move(children));
    CHECK(first.index == 3);
    CHECK(first.value == 5);
    CHECK(live == 0);
  };
  rt.block_on(body());
  CHECK(rt.try_block_on(rota::select(std::vector<rota::task<int>>())).status() == ROTA_EINVAL);
}

TEST_CASE("a lock given to a select's loser is given back") {
  rota::runtime rt = two_workers();
  auto body = [&]() -> rota::task<> {
    rota::mutex m;
    rota::semaphore s(2);
    auto guard = co_await m.lock();
    auto held = co_await s.acquire(2);
    {
      // Both stand in line, then get what they wait for, and are dropped before they look again.
      auto give_back = [&]() -> rota::task<> {
        co_await rota::yield();
        guard.unlock();
        held.release();
      };
      auto first = co_await rota::select(give_back(), rota::join(m.lock(), s.acquire(2)));
      CHECK(first.index == 0);
    }
    CHECK(co_await rota::timeout(m.lock(), 10s));
    CHECK(co_await rota::timeout(s.acquire(2), 10s));
    CHECK(s.available() == 2);
  };
  rt.block_on(body());
}

}  // namespace
