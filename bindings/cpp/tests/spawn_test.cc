// SPDX-License-Identifier: MIT
//
// rota::spawn, rota::spawn_blocking, join_handle and runtime: who delivers what to whom, and that nothing is left
// behind.
#include <rota/rota.hpp>

#include "doctest/doctest.h"

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

rota::runtime two_workers(uint32_t blocking_max = 4) {
  return rota::runtime(rota::runtime_options().workers(2).blocking_max(blocking_max).name("test"));
}

struct Counted {
  explicit Counted(std::atomic<int>& live) : live_(&live) { ++*live_; }
  Counted(Counted&& other) noexcept : live_(other.live_) { ++*live_; }
  Counted& operator=(Counted&&) = delete;
  ~Counted() { --*live_; }
  std::atomic<int>* live_;
};

rota::task<std::unique_ptr<int>> give(int value) { co_return std::make_unique<int>(value); }
rota::task<int> fail() {
  co_await rota::yield();
  throw std::runtime_error("failed");
}
// Says when it waits, and waits for a value that never comes.
rota::task<int> wait_in(Counted, rota::oneshot<int> never, std::promise<void>& waits) {
  waits.set_value();
  co_return (co_await never.recv()).value();
}

TEST_CASE("a task spawns a task and awaits it") {
  rota::runtime rt = two_workers();
  auto body = []() -> rota::task<int> {
    const auto inside = rota_current_runtime();
    auto handle = rota::spawn(give(3), {.name = "giver"});
    const char* name = nullptr;
    const size_t length = rota_task_name(handle.get(), &name);
    CHECK(std::string(name, length) == "giver");
    auto three = co_await handle;
    auto again = co_await rota::try_(handle);
    CHECK(again.status() == ROTA_EALREADY);
    auto four = co_await rota::spawn(give(4));
    CHECK(inside == rota_current_runtime());
    co_return *three** four;
  };
  CHECK(rt.block_on(body()) == 12);
  CHECK(rt.spawn(body()).wait() == 12);
}

TEST_CASE("an exception reaches whoever awaits the handle, or waits for it") {
  rota::runtime rt = two_workers();
  auto body = []() -> rota::task<> { co_await rota::spawn(fail()); };
  CHECK_THROWS_WITH_AS(rt.block_on(body()), "failed", std::runtime_error);
  CHECK_THROWS_WITH_AS(rt.spawn(fail()).wait(), "failed", std::runtime_error);
  auto handle = rt.spawn(fail());
  auto end = handle.try_wait();
  CHECK(end.status() == ROTA_EEXCEPTION);
  CHECK(end.exception() != nullptr);
}

TEST_CASE("a rota::error keeps its status on its way through tasks and handles") {
  rota::runtime rt = two_workers();
  auto body = []() -> rota::task<> {
    throw rota::error(ROTA_EPROTO);
    co_return;
  };
  auto handle = rt.spawn(body());
  CHECK(rota_task_wait(handle.get(), ROTA_FOREVER) == ROTA_EPROTO);
  CHECK(handle.try_wait().status() == ROTA_EPROTO);
  CHECK_THROWS_WITH_AS(rt.block_on(body()), rota_status_message(ROTA_EPROTO), rota::error);
}

TEST_CASE("a cancelled task is destroyed where it waits") {
  rota::runtime rt = two_workers();
  std::atomic<int> live{0};
  std::promise<void> waits;
  auto handle = rt.spawn(wait_in(Counted(live), rota::oneshot<int>(rt), waits));
  waits.get_future().wait();
  CHECK(handle.status() == ROTA_PENDING);
  CHECK(handle.cancel() == ROTA_OK);
  auto end = handle.try_wait();
  CHECK(end.status() == ROTA_ECANCELED);
  CHECK(live == 0);
  CHECK_THROWS_AS(std::move(end).value(), rota::error);
}

TEST_CASE("cancelled in a task, the awaiting task goes on with ROTA_ECANCELED") {
  rota::runtime rt = two_workers();
  auto forever = []() -> rota::task<int> {
    co_await rota::sleep(24h);
    co_return 0;
  };
  auto body = [&]() -> rota::task<rota_status> {
    auto handle = rota::spawn(forever());
    handle.cancel();
    co_return (co_await rota::try_(handle)).status();
  };
  CHECK(rt.block_on(body()) == ROTA_ECANCELED);
}

TEST_CASE("a dropped handle lets the task run on, and its result is freed") {
  std::atomic<int> live{0};
  {
    std::promise<void> ran;
    std::atomic<bool> first{true};
    auto body = [&]() -> rota::task<std::unique_ptr<Counted>> {
      co_await rota::yield();
      auto made = std::make_unique<Counted>(live);
      if (first.exchange(false)) ran.set_value();
      co_return made;
    };
    rota::runtime rt = two_workers();  // goes first: its end waits for polls in progress, which use the lambda
    {
      auto dropped = rt.spawn(body());
    }
    ran.get_future().wait();
    rt.spawn(body()).detach();
  }
  CHECK(live == 0);
}

TEST_CASE("a handle outlives its task and its runtime") {
  std::atomic<int> live{0};
  rota::join_handle<std::unique_ptr<Counted>> ended;
  rota::join_handle<int> waiting;
  std::promise<void> waits;
  {
    rota::runtime rt = two_workers();
    auto body = [&]() -> rota::task<std::unique_ptr<Counted>> { co_return std::make_unique<Counted>(live); };
    ended = rt.spawn(body());
    REQUIRE(rota_task_wait(ended.get(), ROTA_FOREVER) == ROTA_OK);
    waiting = rt.spawn(wait_in(Counted(live), rota::oneshot<int>(rt), waits));
    waits.get_future().wait();
    CHECK(live == 2);
  }
  CHECK(live == 1);  // the runtime's end destroyed the waiting one
  CHECK_FALSE(waiting.try_wait().ok());
  {
    auto value = ended.wait();
  }
  CHECK(live == 0);
}

TEST_CASE("a spawn that fails is delivered by the handle") {
  std::atomic<int> live{0};
  rota::runtime rt = two_workers();
  rt.shutdown();
  std::promise<void> waits;
  auto handle = rt.spawn(wait_in(Counted(live), rota::oneshot<int>(), waits));
  CHECK(live == 0);
  CHECK(handle.status() == ROTA_ESHUTDOWN);
  CHECK(handle.try_wait().status() == ROTA_ESHUTDOWN);
  CHECK(rota::spawn(give(1)).try_wait().status() == ROTA_EINVAL);
  CHECK(rt.spawn_blocking([kept = Counted(live)] {}).try_wait().status() == ROTA_ESHUTDOWN);
  CHECK(live == 0);
  CHECK(rt.try_block_on(give(1)).status() == ROTA_ESHUTDOWN);
}

TEST_CASE("try_wait gives up when the time has passed, and may be called again") {
  rota::runtime rt = two_workers();
  rota::oneshot<int> value(rt);
  auto body = [](rota::oneshot<int> from) -> rota::task<int> { co_return (co_await from.recv()).value(); };
  auto handle = rt.spawn(body(value));
  CHECK(handle.try_wait(1ms).status() == ROTA_ETIMEDOUT);
  value.send(11);
  CHECK(handle.try_wait(10s).value() == 11);
}

TEST_CASE("spawn_blocking gives what the job returns or throws") {
  rota::runtime rt = two_workers();
  auto body = []() -> rota::task<> {
    const auto here = std::this_thread::get_id();
    auto there =
        co_await rota::spawn_blocking([] { return std::make_unique<std::thread::id>(std::this_thread::get_id()); });
    CHECK(*there != here);
    co_await rota::spawn_blocking([] {});
    auto bad = rota::spawn_blocking([]() -> int { throw std::runtime_error("in the job"); });
    CHECK_THROWS_WITH_AS(co_await bad, "in the job", std::runtime_error);
  };
  rt.block_on(body());
  CHECK(rt.spawn_blocking([] { return 5; }).wait() == 5);
}

TEST_CASE("a blocking job is cancelled while queued, not while it runs, and freed on either path") {
  std::atomic<int> live{0};
  {
    rota::runtime rt = two_workers(1);
    std::promise<void> runs, go;
    auto running = rt.spawn_blocking([&, kept = Counted(live)] {
      runs.set_value();
      go.get_future().wait();
      return 1;
    });
    runs.get_future().wait();
    auto queued = rt.spawn_blocking([kept = Counted(live)] { return 2; });
    CHECK(live == 2);
    CHECK(queued.cancel() == ROTA_OK);
    CHECK(queued.try_wait().status() == ROTA_ECANCELED);
    CHECK(running.cancel() == ROTA_EBUSY);
    go.set_value();
    CHECK(running.wait() == 1);
    CHECK(live == 0);
  }
}

TEST_CASE("tasks that await handles are destroyed there without harm to what they await") {
  rota::runtime rt = two_workers();
  rota::oneshot<int> value(rt);
  auto inner = [](rota::oneshot<int> from) -> rota::task<int> { co_return (co_await from.recv()).value(); };
  auto handle = rt.spawn(inner(value));
  auto body = [&]() -> rota::task<> {
    CHECK((co_await rota::try_(rota::timeout(handle.join(), 1ms))).status() == ROTA_ETIMEDOUT);
  };
  rt.block_on(body());
  value.send(6);
  CHECK(handle.wait() == 6);
}

TEST_CASE("options and the current runtime") {
  CHECK(rota::runtime::create(rota::runtime_options().workers(ROTA_WORKERS_MAX + 1)).status() == ROTA_EINVAL);
  rota::runtime rt = two_workers();
  CHECK(rt.workers() == 2);
  CHECK(rota::runtime::current().get() == nullptr);
  auto body = [&]() -> rota::task<> {
    CHECK(rota::runtime::current().get() == rt.get());
    co_return;
  };
  rt.block_on(body());
  CHECK(rt.metrics().workers == 2);
}

}  // namespace
