// SPDX-License-Identifier: MIT
//
// The poller contract: how long a poll lasts, and what ends it.
#pragma once

#include <atomic>
#include <thread>

#include "core/io/contract/support.h"

namespace rota::io::contract {

TEST_CASE_TEMPLATE_DEFINE("a wake ends one poll, made before, during or after it, however often", Backend,
                          poller_wake) {
  Opened<Backend> opened;
  constexpr uint64_t kWakeToken = Backend::Poller::kWakeToken;
  CHECK_FALSE(opened.poller.unfinished());
  for (int i = 0; i < 3; ++i) opened.poller.wake();
  CHECK(opened.poller.unfinished());
  CHECK(opened.poll(platform::kForever) == Reports{{kWakeToken, 0}});
  CHECK_FALSE(opened.poller.unfinished());
  CHECK(opened.poll(0).empty());
  opened.poller.wake();
  CHECK(opened.poll(0) == Reports{{kWakeToken, 0}});
  for (int round = 0; round < 200; ++round) {
    int written = 0;
    std::thread waker([&] {
      written = round;
      opened.poller.wake();
    });
    CHECK(opened.poll(platform::kForever).count(kWakeToken) == 1);
    CHECK(written == round);  // what came before the wake is seen
    waker.join();
  }
  CHECK(opened.poll(0).empty());
}

TEST_CASE_TEMPLATE_DEFINE("no wake is lost among many threads", Backend, poller_wake_many) {
  constexpr int kThreads = 4, kRounds = 500;
  Opened<Backend> opened;
  std::atomic<int> taken{0};
  std::vector<std::thread> wakers;
  std::atomic<int> turn{0};
  for (int t = 0; t < kThreads; ++t) {
    wakers.emplace_back([&] {
      for (int round = 1; round <= kRounds; ++round) {
        turn.fetch_add(1, std::memory_order_relaxed);
        opened.poller.wake();
        // Until it has been seen: each round needs a wake of its own.
        while (taken.load(std::memory_order_acquire) < round) platform::yield_thread();
      }
    });
  }
  for (int round = 1; round <= kRounds; ++round) {
    while (turn.load(std::memory_order_relaxed) < round * kThreads) (void)opened.poll(platform::kForever);
    // The last of them may still be on its way; a lost one would have left the poll above for ever.
    taken.store(round, std::memory_order_release);
  }
  for (std::thread& waker : wakers) waker.join();
  CHECK(turn.load() == kThreads * kRounds);
}

TEST_CASE_TEMPLATE_DEFINE("a poll with nothing to report lasts as long as it was asked to, and not less", Backend,
                          poller_timeout) {
  Opened<Backend> opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 1)));
  (void)opened.await(1, kWritable);
  for (const uint64_t timeout :
       {uint64_t{1}, uint64_t{999}, uint64_t{300'000}, uint64_t{1'000'001}, uint64_t{2'500'000}}) {
    for (int round = 0; round < 5; ++round) {
      const uint64_t begin = platform::now_ns();
      CHECK(opened.poll(timeout).empty());
      CHECK(platform::now_ns() - begin >= timeout);
    }
  }
}

TEST_CASE_TEMPLATE_DEFINE("the longest timeouts are long", Backend, poller_long_timeout) {
  Opened<Backend> opened;
  for (const uint64_t timeout : {UINT64_MAX - 1, UINT64_MAX / 2, uint64_t{1} << 62, uint64_t{86'400'000'000'000}}) {
    std::thread waker([&] { opened.poller.wake(); });
    CHECK(opened.poll(timeout) == Reports{{Backend::Poller::kWakeToken, 0}});
    waker.join();
  }
}

TEST_CASE_TEMPLATE_DEFINE("a report ends a poll with a timeout at once", Backend, poller_early) {
  Opened<Backend> opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 1)));
  (void)opened.await(1, kWritable);
  constexpr uint64_t kHour = 3'600'000'000'000;
  std::thread sender([&] { pair.send(); });
  const Reports reports = opened.poll(kHour);
  sender.join();
  REQUIRE(reports.count(1) == 1);
  CHECK((reports.at(1) & kReadable) != 0);
}

TEST_CASE_TEMPLATE_DEFINE("a poll under way is told of what is added, re-armed and deleted meanwhile", Backend,
                          poller_during) {
  Opened<Backend> opened;
  Listener listener;
  std::atomic<uint64_t> seen{UINT64_MAX};
  std::atomic<bool> done{false};
  std::thread poller([&] {
    while (!done.load()) {
      for (const auto& [token, ready] : opened.poll(platform::kForever)) {
        if (token != Backend::Poller::kWakeToken && (ready & kReadable) != 0) seen.store(token);
      }
    }
  });
  const auto wait_for = [&](uint64_t token) {
    while (seen.load() != token) platform::yield_thread();
    seen.store(UINT64_MAX);
  };
  for (uint64_t token = 0; token < 200; ++token) {
    Pair pair(listener);
    if (token % 2 == 0) pair.send();
    REQUIRE(ok(opened.add(pair.near(), token)));
    if (token % 2 != 0) pair.send();
    wait_for(token);
    Status end;
    (void)Pair::drain(pair.near(), end);
    opened.used_up(pair.near(), Direction::kRead);
    pair.send();
    wait_for(token);
    opened.del(pair.near());
  }
  done.store(true);
  opened.poller.wake();
  poller.join();
}

TEST_CASE_TEMPLATE_DEFINE("a set it has joined is readable as long as a poll would take something", Backend,
                          poller_join) {
  typename Backend::Set set;
  Opened<Backend> opened;
  REQUIRE(ok(set.open()));
  if (const Status joined = opened.poller.join(set); joined == Status::kNotSupported) {
    MESSAGE("left out: this backend cannot join a set");
    return;
  } else {
    REQUIRE(ok(joined));
  }
  const auto polled = [&] {
    Reports reports = opened.poll(0);
    set.settle();
    return reports;
  };
  CHECK_FALSE(Backend::readable(set));
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 2)));
  while (!Backend::readable(set)) platform::yield_thread();
  CHECK(Backend::readable(set));
  CHECK(polled().count(2) == 1);
  CHECK_FALSE(Backend::readable(set));
  opened.poller.wake();
  while (!Backend::readable(set)) platform::yield_thread();
  CHECK(polled().count(Backend::Poller::kWakeToken) == 1);
  CHECK_FALSE(Backend::readable(set));
  pair.send();
  while (!Backend::readable(set)) platform::yield_thread();
  CHECK(polled().count(2) == 1);
  CHECK_FALSE(Backend::readable(set));
}

}  // namespace rota::io::contract
