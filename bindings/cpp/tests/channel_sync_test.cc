// SPDX-License-Identifier: MIT
//
// rota::channel, oneshot, mutex, semaphore and notify, between tasks and threads; and operations given up midway.
#include <rota/rota.hpp>

#include "doctest/doctest.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

rota::runtime two_workers() { return rota::runtime(rota::runtime_options().workers(2)); }

struct Counted {
  explicit Counted(std::atomic<int>& live) : live_(&live) { ++*live_; }
  Counted(Counted&& other) noexcept : live_(other.live_) { ++*live_; }
  Counted& operator=(Counted&&) = default;
  ~Counted() { --*live_; }
  std::atomic<int>* live_;
};

TEST_CASE("a channel carries values from tasks and threads to a task, in order") {
  rota::runtime rt = two_workers();
  constexpr int kEach = 2000;
  rota::channel<std::unique_ptr<int>> ch(rt, 4);
  auto producer = [](rota::channel<std::unique_ptr<int>> to) -> rota::task<> {
    for (int i = 0; i < kEach; ++i) (co_await to.send(std::make_unique<int>(i))).value();
  };
  auto consumer = [&]() -> rota::task<int> {
    int count = 0;
    for (;;) {
      auto next = co_await ch.recv();
      if (!next.ok()) {
        CHECK(next.status() == ROTA_ECLOSED);
        co_return count;
      }
      ++count;
    }
  };
  auto all = rt.spawn(consumer());
  auto first = rt.spawn(producer(ch));
  std::thread second([&] {
    // A plain thread drives the same coroutine itself.
    rt.block_on(producer(ch));
  });
  second.join();
  first.wait();
  CHECK(ch.close() == ROTA_OK);
  CHECK(all.wait() == 2 * kEach);
}

TEST_CASE("try_send and try_recv, full, empty and closed") {
  rota::runtime rt = two_workers();
  rota::channel<std::unique_ptr<int>> ch(rt, 1);
  CHECK(ch.try_recv().status() == ROTA_EAGAIN);
  CHECK(ch.try_send(std::make_unique<int>(1)) == ROTA_OK);
  auto kept = std::make_unique<int>(2);
  CHECK(ch.try_send(std::move(kept)) == ROTA_EAGAIN);
  REQUIRE(kept != nullptr);
  CHECK(ch.size() == 1);
  ch.close();
  CHECK(ch.try_send(std::move(kept)) == ROTA_ECLOSED);
  CHECK(*ch.try_recv().value() == 1);
  CHECK(ch.try_recv().status() == ROTA_ECLOSED);
  CHECK(rt.block_on(ch.send(std::move(kept))).status() == ROTA_ECLOSED);
}

TEST_CASE("values nobody received, and values of sends given up, are destroyed") {
  rota::runtime rt = two_workers();
  std::atomic<int> live{0};
  {
    rota::channel<Counted> ch(rt, 2);
    auto body = [&]() -> rota::task<> {
      CHECK((co_await ch.send(Counted(live))).ok());
      CHECK((co_await ch.send(Counted(live))).ok());
      CHECK(live == 2);
      auto first = co_await rota::select(ch.send(Counted(live)), rota::yield());
      CHECK(first.index == 1);
      CHECK(live == 2);
      {
        auto never_awaited = ch.send(Counted(live));
      }
      CHECK(live == 2);
    };
    rt.block_on(body());
  }
  CHECK(live == 0);
}

TEST_CASE("a send given up just as it goes in stays in, once") {
  rota::runtime rt = two_workers();
  std::atomic<int> live{0};
  {
    rota::channel<Counted> ch(rt, 1);
    auto body = [&]() -> rota::task<> {
      CHECK((co_await ch.send(Counted(live))).ok());
      auto make_room = [&]() -> rota::task<> {
        co_await rota::yield();
        CHECK(ch.try_recv().ok());
      };
      // The send waits, make_room lets it in and wins before the send has looked again.
      auto first = co_await rota::select(make_room(), ch.send(Counted(live)));
      CHECK(first.index == 0);
      CHECK(ch.size() == 1);
      CHECK(live == 1);
    };
    rt.block_on(body());
  }
  CHECK(live == 0);
}

TEST_CASE("oneshot: sent by a thread, received by a task; once") {
  rota::runtime rt = two_workers();
  rota::oneshot<std::unique_ptr<int>> value(rt);
  CHECK(value.try_recv().status() == ROTA_EAGAIN);
  auto receiver = [](rota::oneshot<std::unique_ptr<int>> from) -> rota::task<int> {
    co_return *(co_await from.recv()).value();
  };
  auto handle = rt.spawn(receiver(value));
  std::thread([value]() mutable { value.send(std::make_unique<int>(9)); }).join();
  CHECK(handle.wait() == 9);
  CHECK(value.send(std::make_unique<int>(10)) == ROTA_EALREADY);
  CHECK(value.try_recv().status() == ROTA_EALREADY);

  rota::oneshot<int> closed(rt);
  closed.close();
  CHECK(closed.send(1) == ROTA_ECLOSED);
  CHECK(rt.block_on(closed.recv()).status() == ROTA_ECLOSED);

  std::atomic<int> live{0};
  {
    CHECK(rota::oneshot<Counted>(rt).send(Counted(live)) == ROTA_OK);
  }
  CHECK(live == 0);
}

TEST_CASE("a mutex held across awaits lets one in at a time") {
  rota::runtime rt = two_workers();
  rota::mutex m(rt);
  int inside = 0;
  int total = 0;
  auto body = [&]() -> rota::task<> {
    for (int i = 0; i < 50; ++i) {
      auto guard = co_await m.lock();
      CHECK(++inside == 1);
      co_await rota::yield();
      --inside;
      ++total;
    }
  };
  std::vector<rota::join_handle<void>> handles;
  for (int i = 0; i < 4; ++i) handles.push_back(rt.spawn(body()));
  for (auto& handle : handles) handle.wait();
  CHECK(total == 200);
  auto guard = m.try_lock();
  CHECK(guard);
  CHECK_FALSE(m.try_lock());
  guard.unlock();
  CHECK(m.try_lock());
}

TEST_CASE("a mutex whose waiting task is cancelled goes to the next") {
  rota::runtime rt = two_workers();
  rota::mutex m(rt);
  auto body = [&]() -> rota::task<> { auto guard = co_await m.lock(); };
  // Cancelled at any moment: before it stands in line, in line, and while it is handed the lock.
  for (int i = 0; i < 300; ++i) {
    auto guard = rt.block_on(m.lock());
    auto first = rt.spawn(body());
    auto second = rt.spawn(body());
    if (i % 3 == 0) rt.block_on(rota::yield());
    std::thread cancels([&] { first.cancel(); });
    guard.unlock();
    cancels.join();
    CHECK_NOTHROW(second.try_wait(30s).value());
    (void)first.try_wait().status();
  }
  CHECK(rt.block_on(rota::timeout(m.lock(), 10s)));
}

TEST_CASE("semaphore: permits are counted, given back, and closed") {
  rota::runtime rt = two_workers();
  rota::semaphore s(rt, 2);
  auto body = [&]() -> rota::task<> {
    auto two = co_await s.acquire(2);
    CHECK_FALSE(s.try_acquire());
    auto first = co_await rota::select(s.acquire(), rota::yield());
    CHECK(first.index == 1);
    two.release();
    CHECK(s.available() == 2);
    (co_await s.acquire()).forget();
    CHECK(s.available() == 1);
    CHECK(s.add(1) == ROTA_OK);
    auto moved = s.try_acquire(2);
    auto holder = std::move(moved);
    CHECK(s.available() == 0);
    auto closer = [&]() -> rota::task<> {
      co_await rota::yield();
      s.close();
    };
    auto [end, closed] = co_await rota::join(rota::try_(s.acquire()), closer());
    CHECK(end.status() == ROTA_ECLOSED);
  };
  rt.block_on(body());
}

TEST_CASE("notify wakes one, or all, and remembers one") {
  rota::runtime rt = two_workers();
  rota::notify n(rt);
  auto body = [&]() -> rota::task<> {
    n.one();
    co_await n.wait();  // remembered
    auto a = n.wait();
    auto b = n.wait();
    n.one();
    auto first = co_await rota::select(std::move(b), std::move(a));
    CHECK(first.index == 1);
    auto c = n.wait();
    auto d = n.wait();
    n.all();
    co_await rota::timeout(rota::join(std::move(c), std::move(d)), 10s);
    // A notification whose receiver is dropped goes on to the next.
    {
      auto dropped = n.wait(), next = n.wait();
      n.one();
      {
        auto gone = std::move(dropped);
      }
      co_await next;
    }
  };
  rt.block_on(body());
}

TEST_CASE("without a runtime everything says so") {
  rota::mutex m;
  CHECK(m.status() == ROTA_EINVAL);
  CHECK_FALSE(m.try_lock());
  rota::channel<int> ch;
  CHECK(ch.status() == ROTA_EINVAL);
  CHECK(ch.try_send(1) == ROTA_EINVAL);
  rota::runtime rt = two_workers();
  CHECK(rt.block_on(rota::try_(m.lock())).status() == ROTA_EINVAL);
  CHECK(rt.block_on(ch.recv()).status() == ROTA_EINVAL);
  CHECK(rt.block_on(rota::try_(rota::notify().wait())).status() == ROTA_EINVAL);
  CHECK(rt.block_on(rota::try_(rota::semaphore(1).acquire())).status() == ROTA_EINVAL);
  CHECK(rota::oneshot<int>().send(1) == ROTA_EINVAL);
}

}  // namespace
