// SPDX-License-Identifier: MIT
#include "core/time/wheel.h"

#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "doctest/doctest.h"

namespace rota::time {
namespace {

constexpr uint64_t kMs = 1'000'000;

struct Timer : Entry {
  Timer() : Entry(on_fire) {}
  static void on_fire(Entry& entry, bool closed) {
    auto& self = static_cast<Timer&>(entry);
    ++self.fired;
    self.closed = closed;
  }
  int fired = 0;
  bool closed = false;
};

bool insert(Wheel& wheel, Timer& timer, uint64_t deadline) {
  bool earliest = false;
  REQUIRE(wheel.insert(timer, deadline, earliest));
  return earliest;
}

}  // namespace

TEST_CASE("a timer fires at its deadline to the nanosecond, and not before") {
  for (const uint64_t start : {uint64_t{0}, uint64_t{123'456'789}, (uint64_t{1} << 56) - 7}) {
    for (const uint64_t delay : {uint64_t{1}, uint64_t{999}, kMs, 5 * kMs + 3, 64 * kMs, 70 * kMs, 4096 * kMs,
                                 5000 * kMs, 3'600'000 * kMs, 86'400'000 * kMs}) {
      Wheel wheel(start);
      Timer timer;
      CHECK(insert(wheel, timer, start + delay));
      // Follow next_deadline as a sleeping worker would.
      int wakes = 0;
      while (wheel.next_deadline() < start + delay) {
        wheel.advance(wheel.next_deadline());
        CHECK(timer.fired == 0);
        REQUIRE(++wakes < 10);
      }
      wheel.advance(start + delay - 1);
      CHECK(timer.fired == 0);
      CHECK(wheel.next_deadline() == start + delay);
      CHECK(wheel.advance(start + delay) == 1);
      CHECK(timer.fired == 1);
      CHECK(wheel.next_deadline() == platform::kForever);
    }
  }
}

TEST_CASE("a removed timer does not fire, and cannot be removed twice") {
  Wheel wheel(0);
  Timer timer;
  insert(wheel, timer, 10 * kMs);
  CHECK(wheel.armed() == 1);
  CHECK(Wheel::remove(timer));
  CHECK_FALSE(Wheel::remove(timer));
  CHECK(wheel.armed() == 0);
  CHECK(wheel.advance(20 * kMs) == 0);
  CHECK(timer.fired == 0);
}

TEST_CASE("insert says when the new timer is the earliest") {
  Wheel wheel(0);
  Timer a, b, c;
  CHECK(insert(wheel, a, 100 * kMs));
  CHECK(insert(wheel, b, 50 * kMs));
  CHECK_FALSE(insert(wheel, c, 70 * kMs));
  CHECK(wheel.next_deadline() <= 50 * kMs);
  wheel.advance(200 * kMs);
  CHECK(a.fired + b.fired + c.fired == 3);
}

TEST_CASE("a closed wheel fires everything as closed, and takes nothing more") {
  Wheel wheel(0);
  Timer timers[3];
  for (uint64_t i = 0; i < 3; ++i) insert(wheel, timers[i], (i + 1) * 1000 * kMs);
  wheel.close();
  for (const Timer& timer : timers) CHECK((timer.fired == 1 && timer.closed));
  Timer late;
  bool earliest;
  CHECK_FALSE(wheel.insert(late, kMs, earliest));
}

TEST_CASE("a deadline that never comes is never due") {
  Wheel wheel(0);
  Timer timer;
  insert(wheel, timer, platform::kForever);
  uint64_t now = 0;
  for (int i = 0; i < 100; ++i) {
    now += uint64_t{1} << 50;
    CHECK(wheel.advance(now) == 0);
  }
  CHECK(Wheel::remove(timer));
}

TEST_CASE("a wheel agrees with a sorted map over hours of random timers") {
  std::mt19937_64 random(42);
  uint64_t now = 987'654'321;
  Wheel wheel(now);
  std::multimap<uint64_t, Timer*> expected;
  std::vector<std::unique_ptr<Timer>> timers;
  for (int step = 0; step < 30'000; ++step) {
    const int what = static_cast<int>(random() % 10);
    if (what < 6) {
      // Delays from nanoseconds to half a day, each order of magnitude alike.
      const uint64_t delay = random() % (uint64_t{1} << (random() % 46));
      timers.push_back(std::make_unique<Timer>());
      insert(wheel, *timers.back(), now + delay);
      expected.emplace(now + delay, timers.back().get());
    } else if (what < 8 && !expected.empty()) {
      auto victim = expected.lower_bound(now + random() % (uint64_t{1} << (random() % 46)));
      if (victim == expected.end()) victim = expected.begin();
      REQUIRE(Wheel::remove(*victim->second));
      expected.erase(victim);
    } else {
      now += random() % (uint64_t{1} << (random() % 40));
      const size_t fired = wheel.advance(now);
      size_t due = 0;
      while (!expected.empty() && expected.begin()->first <= now) {
        REQUIRE(expected.begin()->second->fired == 1);
        expected.erase(expected.begin());
        ++due;
      }
      REQUIRE(fired == due);
    }
    REQUIRE(wheel.armed() == expected.size());
    if (!expected.empty()) REQUIRE(wheel.next_deadline() <= expected.begin()->first);
  }
  for (auto& [deadline, timer] : expected) REQUIRE(timer->fired == 0);
  wheel.close();
}

TEST_CASE("a timer removed by another thread while it fires is either fired or removed") {
  for (int round = 0; round < 300; ++round) {
    Wheel wheel(0);
    Timer timers[8];
    for (Timer& timer : timers) insert(wheel, timer, kMs);
    int removed = 0;
    std::thread remover([&] {
      for (Timer& timer : timers) removed += Wheel::remove(timer) ? 1 : 0;
    });
    const size_t fired = wheel.advance(2 * kMs);
    remover.join();
    CHECK(fired + static_cast<size_t>(removed) == 8);
  }
}

}  // namespace rota::time
