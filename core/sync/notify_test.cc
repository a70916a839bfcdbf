// SPDX-License-Identifier: MIT
#include "core/sync/notify.h"

#include <atomic>
#include <thread>
#include <vector>

#include "core/sync/fake_home.h"
#include "doctest/doctest.h"

namespace rota::sync {
namespace {

struct Fixture {
  ~Fixture() {
    notify->unref();
    CHECK(home.everything_freed());
  }
  FakeHome home;
  Notify* notify = Notify::create(home).value();
};

TEST_CASE_FIXTURE(Fixture, "notify_one wakes the longest waiting") {
  task::Header* first = notify->wait().value();
  task::Header* second = notify->wait().value();
  notify->notify_one();
  CHECK(FakeHome::take(first) == Status::kOk);
  CHECK_FALSE(second->state.complete());
  notify->notify_one();
  CHECK(FakeHome::take(second) == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "without a waiter one notification is remembered, and one only") {
  notify->notify_one();
  notify->notify_one();
  CHECK(FakeHome::take(notify->wait().value()) == Status::kOk);
  task::Header* second = notify->wait().value();
  CHECK_FALSE(second->state.complete());
  notify->notify_one();
  CHECK(FakeHome::take(second) == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "notify_all wakes those that wait now and is not remembered") {
  std::vector<task::Header*> operations;
  for (int i = 0; i < 5; ++i) operations.push_back(notify->wait().value());
  notify->notify_all();
  for (task::Header* operation : operations) CHECK(FakeHome::take(operation) == Status::kOk);
  notify->notify_all();
  task::Header* late = notify->wait().value();
  CHECK_FALSE(late->state.complete());
  CHECK(task::cancel(*late) == Status::kOk);
  CHECK(FakeHome::take(late) == Status::kCancelled);
}

TEST_CASE_FIXTURE(Fixture, "notify_all leaves a remembered notification alone") {
  notify->notify_one();
  notify->notify_all();
  CHECK(FakeHome::take(notify->wait().value()) == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "a notification is not spent on who has cancelled") {
  task::Header* first = notify->wait().value();
  task::Header* second = notify->wait().value();
  CHECK(task::cancel(*first) == Status::kOk);
  CHECK(task::cancel(*first) == Status::kAlready);
  notify->notify_one();
  CHECK(FakeHome::take(first) == Status::kCancelled);
  CHECK(FakeHome::take(second) == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "after the last waiter has cancelled a notification is remembered again") {
  task::Header* first = notify->wait().value();
  CHECK(task::cancel(*first) == Status::kOk);
  task::unref(*first);
  notify->notify_one();
  CHECK(FakeHome::take(notify->wait().value()) == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "the last handle ends who waits to be notified") {
  task::Header* waiting = notify->wait().value();
  notify->unref();
  CHECK(FakeHome::take(waiting) == Status::kClosed);
  notify = Notify::create(home).value();
}

TEST_CASE("no notification is lost between threads, whoever cancels") {
  Fixture f;
  constexpr int kNotifications = 20000;
  // Each notification is answered before the next is given, so that none may be folded into
  // another.
  std::atomic<int> answered{0};
  std::atomic<bool> stop{false};
  const auto listen = [&](int seed) {
    for (int i = seed; !stop; ++i) {
      task::Header* operation = f.notify->wait().value();
      if (i % 3 == 0 && ok(task::cancel(*operation))) {
        task::unref(*operation);
        continue;
      }
      while (!operation->state.complete() && !stop) platform::yield_thread();
      if (!operation->state.complete()) (void)task::cancel(*operation);
      if (FakeHome::take(operation) == Status::kOk) ++answered;
    }
  };
  std::thread first(listen, 0), second(listen, 1);
  for (int i = 1; i <= kNotifications; ++i) {
    f.notify->notify_one();
    while (answered.load() != i) platform::yield_thread();
  }
  stop = true;
  first.join();
  second.join();
  CHECK(answered == kNotifications);
}

}  // namespace
}  // namespace rota::sync
