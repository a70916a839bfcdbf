// SPDX-License-Identifier: MIT
#include "core/sync/oneshot.h"

#include <atomic>
#include <thread>

#include "core/sync/fake_home.h"
#include "doctest/doctest.h"

namespace rota::sync {
namespace {

int dropped = 0;
const Drop kCount{.call = [](Drop::Function function, void* value) { function(value); },
                  .function = [](void* value) { dropped += *static_cast<int*>(value); }};

struct Fixture {
  Fixture() { dropped = 0; }
  ~Fixture() {
    oneshot->unref();
    CHECK(home.run() == 0);
    CHECK(home.everything_freed());
  }
  FakeHome home;
  Oneshot* oneshot = Oneshot::create(home, kCount).value();
  int value = 1, other = 10;
  void* got = nullptr;
};

TEST_CASE_FIXTURE(Fixture, "a value is sent once and received once") {
  CHECK(oneshot->try_recv(got) == Status::kAgain);
  CHECK(oneshot->send(&value) == Status::kOk);
  CHECK(oneshot->send(&other) == Status::kAlready);
  CHECK(oneshot->try_recv(got) == Status::kOk);
  CHECK(got == &value);
  CHECK(oneshot->try_recv(got) == Status::kAlready);
  CHECK(oneshot->send(&other) == Status::kAlready);
}

TEST_CASE_FIXTURE(Fixture, "a null pointer is a value") {
  got = &value;
  CHECK(oneshot->send(nullptr) == Status::kOk);
  CHECK(oneshot->try_recv(got) == Status::kOk);
  CHECK(got == nullptr);
}

TEST_CASE_FIXTURE(Fixture, "a value nobody received is dropped with the last handle") {
  CHECK(oneshot->send(&value) == Status::kOk);
  oneshot->ref();
  oneshot->unref();
  CHECK(dropped == 0);
  oneshot->unref();
  CHECK(dropped == 1);
  oneshot = Oneshot::create(home, Drop{}).value();
  CHECK(oneshot->send(&value) == Status::kOk);  // no drop function: nothing happens
}

TEST_CASE_FIXTURE(Fixture, "closing keeps what was sent and refuses what was not") {
  CHECK(oneshot->close() == Status::kOk);
  CHECK(oneshot->close() == Status::kAlready);
  CHECK(oneshot->send(&value) == Status::kClosed);
  CHECK(oneshot->try_recv(got) == Status::kClosed);
  CHECK(FakeHome::take(oneshot->recv(&got).value()) == Status::kClosed);
  oneshot->unref();
  oneshot = Oneshot::create(home, kCount).value();
  CHECK(oneshot->send(&value) == Status::kOk);
  CHECK(oneshot->close() == Status::kOk);
  CHECK(oneshot->send(&value) == Status::kAlready);
  CHECK(oneshot->try_recv(got) == Status::kOk);
  CHECK(dropped == 0);
}

TEST_CASE_FIXTURE(Fixture, "an operation gets the value, whether it comes before or after") {
  task::Header* before = oneshot->recv(&got).value();
  CHECK_FALSE(before->state.complete());
  CHECK(oneshot->send(&value) == Status::kOk);
  CHECK(FakeHome::take(before) == Status::kOk);
  CHECK(got == &value);
  CHECK(FakeHome::take(oneshot->recv(&got).value()) == Status::kAlready);
  oneshot->unref();
  oneshot = Oneshot::create(home, kCount).value();
  CHECK(oneshot->send(&other) == Status::kOk);
  CHECK(FakeHome::take(oneshot->recv(&got).value()) == Status::kOk);
  CHECK(got == &other);
}

TEST_CASE_FIXTURE(Fixture, "of several who wait the first gets the value, and the others learn it") {
  task::Header* first = oneshot->recv(&got).value();
  void* nothing = nullptr;
  task::Header* second = oneshot->recv(&nothing).value();
  task::Header* third = oneshot->recv(&nothing).value();
  CHECK(task::cancel(*first) == Status::kOk);
  CHECK(oneshot->send(&value) == Status::kOk);
  CHECK(FakeHome::take(first) == Status::kCancelled);
  CHECK(FakeHome::take(second) == Status::kOk);
  CHECK(FakeHome::take(third) == Status::kAlready);
  CHECK(got == nullptr);
  CHECK(nothing == &value);
}

TEST_CASE_FIXTURE(Fixture, "a value that came when everybody had cancelled waits for the next") {
  task::Header* first = oneshot->recv(&got).value();
  CHECK(task::cancel(*first) == Status::kOk);
  task::unref(*first);
  CHECK(oneshot->send(&value) == Status::kOk);
  CHECK(oneshot->try_recv(got) == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "a task that polls is woken by the value, by closing, and only then") {
  for (const bool close : {false, true}) {
    int polls = 0;
    task::Task* task = home.spawn([&](task::Context& context) {
      ++polls;
      return oneshot->poll_recv(context, got);
    });
    home.run();
    CHECK(polls == 1);
    CHECK((close ? oneshot->close() : oneshot->send(&value)) == Status::kOk);
    home.run();
    CHECK(polls == 2);
    CHECK(FakeHome::take(task) == (close ? Status::kClosed : Status::kOk));
    oneshot->unref();
    oneshot = Oneshot::create(home, kCount).value();
  }
}

TEST_CASE_FIXTURE(Fixture, "several tasks may poll; one gets the value") {
  task::Task* tasks[3];
  for (task::Task*& task : tasks) {
    task = home.spawn([&](task::Context& context) { return oneshot->poll_recv(context, got); });
  }
  home.run();
  CHECK(oneshot->send(&value) == Status::kOk);
  home.run();
  CHECK(FakeHome::take(tasks[0]) == Status::kOk);
  CHECK(FakeHome::take(tasks[1]) == Status::kAlready);
  CHECK(FakeHome::take(tasks[2]) == Status::kAlready);
}

TEST_CASE_FIXTURE(Fixture, "a poll without budget learns nothing and comes back") {
  CHECK(oneshot->send(&value) == Status::kOk);
  bool poor = true;
  task::Task* task = home.spawn([&](task::Context& context) {
    if (poor) {
      while (context.spend()) {
      }
      poor = false;
      CHECK(oneshot->poll_recv(context, got) == Status::kPending);
      CHECK(got == nullptr);
      return Status::kPending;
    }
    return oneshot->poll_recv(context, got);
  });
  home.run();
  CHECK(FakeHome::take(task) == Status::kOk);
  CHECK(got == &value);
}

TEST_CASE_FIXTURE(Fixture, "the last handle ends who waits for the value") {
  task::Header* waiting = oneshot->recv(&got).value();
  oneshot->unref();
  CHECK(FakeHome::take(waiting) == Status::kClosed);
  oneshot = Oneshot::create(home, kCount).value();
}

TEST_CASE("a value is received or dropped exactly once, whoever races") {
  FakeHome home;
  static std::atomic<int> freed;
  freed = 0;
  const Drop count{.call = [](Drop::Function function, void* value) { function(value); },
                   .function = [](void*) { ++freed; }};
  constexpr int kRounds = 1000;
  int received = 0, refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    Oneshot* oneshot = Oneshot::create(home, count).value();
    oneshot->ref();
    std::atomic<int> ready{0};
    std::thread sender([&] {
      ++ready;
      while (ready != 2) platform::yield_thread();
      if (!ok(oneshot->send(&home))) ++refused;
      oneshot->unref();
    });
    ++ready;
    while (ready != 2) platform::yield_thread();
    void* got = nullptr;
    task::Header* operation = oneshot->recv(&got).value();
    if (round % 3 == 0) (void)task::cancel(*operation);
    if (round % 3 == 1) (void)oneshot->close();
    if (home.wait(operation) == Status::kOk) {
      ++received;
      CHECK(got == &home);
    }
    oneshot->unref();
    sender.join();
  }
  CHECK(received + refused + freed == kRounds);
  CHECK(home.everything_freed());
}

}  // namespace
}  // namespace rota::sync
