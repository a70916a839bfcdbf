// SPDX-License-Identifier: MIT
//
// The contract of core/platform/signal.h as a suite. The cases are templates over a System:
//
//   Signal, Alarm, SignalSet   what is tested
//   bool readable(x)           the handle of one of them is readable (signalled) now, as a host would see it
//
// A test says ROTA_SIGNAL_CONTRACT(System) in this namespace.
#pragma once

#include <cstdint>
#include <thread>
#include <vector>

#include "core/platform/clock.h"
#include "core/platform/thread.h"
#include "doctest/doctest.h"

namespace rota::platform::contract {

template <class System, class Object>
void wait_until_readable(const Object& object) {
  while (!System::readable(object)) yield_thread();
}

TEST_CASE_TEMPLATE_DEFINE("a signal is up from raise to clear, however often each is called", System, signal_levels) {
  typename System::Signal signal;
  REQUIRE(ok(signal.open()));
  CHECK_FALSE(System::readable(signal));
  signal.clear();
  CHECK_FALSE(System::readable(signal));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i <= round; ++i) signal.raise();
    CHECK(System::readable(signal));
    CHECK(System::readable(signal));
    for (int i = 0; i <= round; ++i) signal.clear();
    CHECK_FALSE(System::readable(signal));
  }
  for (int round = 0; round < 50; ++round) {
    std::thread other([&] { signal.raise(); });
    wait_until_readable<System>(signal);
    other.join();
    signal.clear();
    CHECK_FALSE(System::readable(signal));
  }
}

TEST_CASE_TEMPLATE_DEFINE("an alarm is up from its deadline on, not before, until it is set again", System,
                          signal_alarm) {
  typename System::Alarm alarm;
  REQUIRE(ok(alarm.open()));
  CHECK_FALSE(System::readable(alarm));
  for (const uint64_t delay : {uint64_t{1}, uint64_t{300'000}, uint64_t{2'000'000}}) {
    const uint64_t deadline = now_ns() + delay;
    alarm.set(deadline);
    wait_until_readable<System>(alarm);
    CHECK(now_ns() >= deadline);
    CHECK(System::readable(alarm));
  }
  alarm.set(now_ns() + 3'600'000'000'000);
  CHECK_FALSE(System::readable(alarm));
  // Earlier, and already past.
  alarm.set(now_ns() - 1);
  wait_until_readable<System>(alarm);
  alarm.set(0);
  wait_until_readable<System>(alarm);
  alarm.set(kForever);
  CHECK_FALSE(System::readable(alarm));
  alarm.set(kForever);
  CHECK_FALSE(System::readable(alarm));
  alarm.set(kForever - 1);
  CHECK_FALSE(System::readable(alarm));
  alarm.set(now_ns() + 1);
  wait_until_readable<System>(alarm);
}

TEST_CASE_TEMPLATE_DEFINE("a set is up as long as one of its members is", System, signal_set) {
  typename System::Signal first, second;
  typename System::Alarm alarm;
  typename System::SignalSet inner, outer;
  REQUIRE(ok(first.open()));
  REQUIRE(ok(second.open()));
  REQUIRE(ok(alarm.open()));
  REQUIRE(ok(inner.open()));
  REQUIRE(ok(outer.open()));
  REQUIRE(ok(inner.add(first)));
  REQUIRE(ok(inner.add(alarm)));
  REQUIRE(ok(outer.add(second)));
  REQUIRE(ok(outer.add(inner)));
  const auto settle = [&] {
    inner.settle();
    outer.settle();
  };
  CHECK_FALSE(System::readable(outer));
  first.raise();
  wait_until_readable<System>(inner);
  wait_until_readable<System>(outer);
  second.raise();
  first.clear();
  settle();
  CHECK_FALSE(System::readable(inner));
  wait_until_readable<System>(outer);
  second.clear();
  settle();
  CHECK_FALSE(System::readable(outer));
  alarm.set(now_ns() + 200'000);
  wait_until_readable<System>(outer);
  settle();
  CHECK(System::readable(outer));
  alarm.set(kForever);
  settle();
  CHECK_FALSE(System::readable(outer));
  // And once more after it was down.
  for (int round = 0; round < 20; ++round) {
    std::thread other([&] { first.raise(); });
    wait_until_readable<System>(outer);
    other.join();
    first.clear();
    settle();
    CHECK_FALSE(System::readable(outer));
  }
}

}  // namespace rota::platform::contract

#define ROTA_SIGNAL_CONTRACT(System)                \
  TEST_CASE_TEMPLATE_INVOKE(signal_levels, System); \
  TEST_CASE_TEMPLATE_INVOKE(signal_alarm, System);  \
  TEST_CASE_TEMPLATE_INVOKE(signal_set, System)
