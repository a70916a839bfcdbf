// SPDX-License-Identifier: MIT
//
// What engines use, through rota.hpp: loops, helping waits, dependencies, groups, guests, hooks.
#include <rota/rota.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "doctest/doctest.h"

namespace {

using namespace std::chrono_literals;

rota::runtime make(uint32_t workers) { return rota::runtime(rota::runtime_options().workers(workers)); }

rota::task<> mark(std::atomic<int>& count) {
  ++count;
  co_return;
}
rota::task<> fail() {
  co_await rota::yield();
  throw std::runtime_error("no");
}
rota::task<int> give(int value) {
  co_await rota::yield();
  co_return value;
}
rota::task<> forever() { co_await rota::sleep(24h); }

}  // namespace

TEST_CASE("parallel_for visits every index once, by index or by range") {
  for (const uint32_t workers : {0u, 1u, 3u}) {
    rota::runtime rt = make(workers);
    std::vector<std::atomic<int>> seen(1000);
    rota::parallel_for(rt, seen.size(), [&](size_t i) { ++seen[i]; });
    const auto by_range = [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) ++seen[i];
    };
    rota::parallel_for(rt, seen.size(), by_range, {.grain = 7, .name = "range"});
    for (const auto& each : seen) CHECK(each.load() == 2);
  }
}

TEST_CASE("what a loop's body throws reaches the caller, once, and stops the loop") {
  rota::runtime rt = make(2);
  std::atomic<int> calls{0};
  const auto body = [&](size_t i) {
    ++calls;
    if (i == 3) throw std::out_of_range("three");
  };
  CHECK_THROWS_AS(rota::parallel_for(rt, 100000, body, {.grain = 1}), std::out_of_range);
  CHECK(calls.load() < 100000);
  const rota::result<void> failed = rota::try_parallel_for(rt, 4, body, {.grain = 1});
  CHECK(failed.status() == ROTA_EEXCEPTION);
  CHECK(failed.exception() != nullptr);
  CHECK(rota::try_parallel_for(rota::runtime_ref(nullptr), 4, body).status() == ROTA_EINVAL);
}

namespace {

rota::task<int> await_loops(std::atomic<int>& items) {
  auto body = [&items](size_t begin, size_t end) { items += static_cast<int>(end - begin); };
  co_await rota::parallel(500, body);
  auto throws = [](size_t i) {
    if (i == 7) throw std::out_of_range("seven");
  };
  int caught = 0;
  try {
    co_await rota::parallel(100, throws);
  } catch (const std::out_of_range&) {
    caught = 1;
  }
  co_return caught;
}

rota::task<> never_ending_loop(std::atomic<int>& items) {
  auto body = [&items](size_t) {
    ++items;
    std::this_thread::sleep_for(50us);  // work
  };
  co_await rota::parallel(SIZE_MAX, body, {.grain = 1});
}

}  // namespace

TEST_CASE("a loop can be awaited, and dropping it stops it") {
  for (const uint32_t workers : {0u, 1u, 2u}) {
    rota::runtime rt = make(workers);
    std::atomic<int> items{0};
    CHECK(rt.block_on(await_loops(items)) == 1);
    CHECK(items.load() == 500);
    if (workers == 0) continue;
    std::atomic<int> more{0};
    rota::join_handle<void> handle = rt.spawn(never_ending_loop(more));
    while (more.load() == 0) std::this_thread::yield();
    CHECK(handle.cancel() == ROTA_OK);
    CHECK(handle.try_wait().status() == ROTA_ECANCELED);
    CHECK(rt.shutdown() == ROTA_OK);
  }
}

namespace {

rota::task<int> help_inside(rota::runtime& rt) {
  rota::join_handle<int> child = rt.spawn(give(41));
  co_return child.help() + 1;
}

}  // namespace

TEST_CASE("a task may wait for its child on the only worker") {
  rota::runtime rt = make(1);
  CHECK(rt.spawn(help_inside(rt)).wait() == 42);
  rota::join_handle<int> outside = rt.spawn(give(7));
  CHECK(outside.help({.what = ROTA_HELP_PRIORITY, .floor = ROTA_PRIORITY_LOW}) == 7);
  rota::join_handle<void> endless = rt.spawn(forever());
  CHECK(endless.try_help(1ms).status() == ROTA_ETIMEDOUT);
  CHECK(endless.cancel() == ROTA_OK);
  CHECK(endless.try_help(10s).status() == ROTA_ECANCELED);
}

TEST_CASE("tasks start after others, and a failure runs down") {
  rota::runtime rt = make(2);
  std::atomic<int> count{0};
  rota::join_handle<void> first = rt.spawn(mark(count)), bad = rt.spawn(fail());
  rota_task* const both[] = {first.get(), bad.get()};
  rota::join_handle<void> skipped = rt.spawn(mark(count), {.after = both});
  rota::join_handle<void> cleanup = rt.spawn(mark(count), {.after = both, .flags = ROTA_SPAWN_AFTER_ANY});
  cleanup.wait();
  CHECK(skipped.try_wait().status() == ROTA_EEXCEPTION);
  CHECK(count.load() == 2);
  rota::join_handle<void> held = rt.spawn(mark(count), {.after_room = 1, .flags = ROTA_SPAWN_HELD});
  CHECK(held.after(cleanup.get()) == ROTA_EINVAL);  // its handle was waited for, and has let go
  CHECK(held.after(first.get()) == ROTA_OK);
  CHECK(held.start() == ROTA_OK);
  held.wait();
  CHECK(count.load() == 3);
}

namespace {

rota::task<> spawns_a_child(std::atomic<int>& count) {
  rota::spawn(mark(count)).detach();
  co_return;
}
rota::task<> waits_for(rota::group group) { co_await group.join(); }

}  // namespace

TEST_CASE("a group is joined, cancelled and drained") {
  for (const uint32_t workers : {0u, 1u, 2u}) {
    rota::runtime rt = make(workers);
    std::atomic<int> count{0};
    rota::group group(rt), below = rota::group::below(rt, group);
    group.spawn(rt, spawns_a_child(count)).detach();
    below.spawn(rt, mark(count)).detach();
    CHECK(below.close() == ROTA_OK);
    CHECK(group.close() == ROTA_OK);
    rt.block_on(waits_for(group));
    CHECK(count.load() == 1 + 1);
    CHECK(group.spawn(rt, forever()).try_wait().status() == ROTA_ECLOSED);
    rota::group another(rt);
    rota::join_handle<void> endless = another.spawn(rt, forever());
    CHECK(another.size() == 1);
    CHECK(another.drain() == ROTA_OK);
    CHECK(endless.try_wait().status() == ROTA_ECANCELED);
  }
  CHECK(rota::group(rota::runtime_ref(nullptr)).drain() == ROTA_EINVAL);
}

TEST_CASE("guests alone drive a runtime") {
  rota::runtime rt(rota::runtime_options().workers(0).blocking_max(0).guests_max(2));
  std::atomic<bool> stop{false};
  std::vector<std::thread> crew;
  for (int i = 0; i < 2; ++i) {
    crew.emplace_back([&] {
      rota::guest guest(rt);
      while (!stop.load()) CHECK(guest.serve(1ms) == ROTA_OK);
    });
  }
  CHECK(rt.spawn(give(5)).wait() == 5);
  stop = true;
  for (std::thread& each : crew) each.join();
  rota::guest one(rt), two(rt);
  CHECK(rota::guest::enter(rt).status() == ROTA_EAGAIN);
  CHECK(one.run(0, 1ms) == ROTA_OK);
}

TEST_CASE("a profiler sees coroutines by their names") {
  static std::atomic<int> begun, named;
  begun = named = 0;
  const rota_profiler profiler{
      sizeof profiler, 0,
      [](void*, const rota_poll_info* poll) {
        ++begun;
        if (std::string_view(poll->name == nullptr ? "" : poll->name, poll->name_len) == "give") ++named;
      },
      nullptr, nullptr};
  rota::runtime rt(rota::runtime_options().workers(1).threads_max(1).profiler(&profiler));
  CHECK(rt.spawn(give(1), {.name = "give"}).wait() == 1);
  CHECK(rt.shutdown() == ROTA_OK);
  CHECK(named.load() == 2);
  CHECK(begun.load() == 2);
}
