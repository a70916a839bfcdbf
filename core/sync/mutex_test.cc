// SPDX-License-Identifier: MIT
#include "core/sync/mutex.h"

#include <thread>
#include <vector>

#include "core/sync/fake_home.h"
#include "core/task/join.h"
#include "doctest/doctest.h"

namespace rota::sync {
namespace {

struct Fixture {
  ~Fixture() {
    mutex->unref();
    CHECK(home.run() == 0);
    CHECK(home.everything_freed());
  }
  FakeHome home;
  Mutex* mutex = Mutex::create(home).value();
};

TEST_CASE_FIXTURE(Fixture, "a mutex is taken once and given back once") {
  CHECK(mutex->try_lock() == Status::kOk);
  CHECK(mutex->try_lock() == Status::kBusy);
  CHECK(mutex->unlock() == Status::kOk);
  CHECK(mutex->unlock() == Status::kNotPermitted);
  CHECK(mutex->try_lock() == Status::kOk);
  CHECK(mutex->unlock() == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "locking a free mutex is complete at once") {
  CHECK(FakeHome::take(mutex->lock().value()) == Status::kOk);
  CHECK(mutex->try_lock() == Status::kBusy);
  CHECK(mutex->unlock() == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "a mutex is handed over in the order of the line, and is not free in between") {
  CHECK(mutex->try_lock() == Status::kOk);
  task::Header* first = mutex->lock().value();
  task::Header* second = mutex->lock().value();
  CHECK_FALSE(first->state.complete());
  CHECK(mutex->unlock() == Status::kOk);
  CHECK(mutex->try_lock() == Status::kBusy);
  CHECK_FALSE(second->state.complete());
  CHECK(FakeHome::take(first) == Status::kOk);
  CHECK(mutex->unlock() == Status::kOk);
  CHECK(FakeHome::take(second) == Status::kOk);
  CHECK(mutex->unlock() == Status::kOk);
  CHECK(mutex->unlock() == Status::kNotPermitted);
}

TEST_CASE_FIXTURE(Fixture, "who cancels leaves the line, and who holds the lock already cannot") {
  CHECK(mutex->try_lock() == Status::kOk);
  task::Header* first = mutex->lock().value();
  task::Header* second = mutex->lock().value();
  CHECK(task::cancel(*first) == Status::kOk);
  CHECK(task::cancel(*first) == Status::kAlready);
  CHECK(mutex->unlock() == Status::kOk);
  CHECK(task::cancel(*second) == Status::kAlready);
  CHECK(FakeHome::take(first) == Status::kCancelled);
  CHECK(FakeHome::take(second) == Status::kOk);
  CHECK(mutex->unlock() == Status::kOk);
  CHECK(mutex->try_lock() == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "a line that everybody left leaves no trace") {
  CHECK(mutex->try_lock() == Status::kOk);
  task::Header* waiter = mutex->lock().value();
  CHECK(task::cancel(*waiter) == Status::kOk);
  task::unref(*waiter);
  CHECK(mutex->unlock() == Status::kOk);
  CHECK(mutex->try_lock() == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "a released lock operation keeps its place and gets the lock") {
  CHECK(mutex->try_lock() == Status::kOk);
  task::unref(*mutex->lock().value());
  CHECK(mutex->unlock() == Status::kOk);
  CHECK(mutex->try_lock() == Status::kBusy);
  CHECK(mutex->unlock() == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "the last handle ends who waits") {
  CHECK(mutex->try_lock() == Status::kOk);
  task::Header* first = mutex->lock().value();
  task::Header* second = mutex->lock().value();
  mutex->unref();
  CHECK(FakeHome::take(first) == Status::kClosed);
  CHECK(task::cancel(*second) == Status::kAlready);
  CHECK(FakeHome::take(second) == Status::kClosed);
  mutex = Mutex::create(home).value();
}

TEST_CASE_FIXTURE(Fixture, "an operation that was granted at once outlives the mutex") {
  task::Header* operation = mutex->lock().value();
  mutex->unref();
  CHECK(task::cancel(*operation) == Status::kAlready);
  CHECK(FakeHome::take(operation) == Status::kOk);
  mutex = Mutex::create(home).value();
}

TEST_CASE_FIXTURE(Fixture, "a task that waits for the lock is woken with it") {
  CHECK(mutex->try_lock() == Status::kOk);
  task::Header* operation = mutex->lock().value();
  int polls = 0;
  task::Task* task = home.spawn([&](task::Context& context) {
    ++polls;
    return task::poll_join(*operation, context);
  });
  home.run();
  CHECK(polls == 1);
  CHECK(mutex->unlock() == Status::kOk);
  home.run();
  CHECK(polls == 2);
  CHECK(FakeHome::take(task) == Status::kOk);
  task::unref(*operation);
}

TEST_CASE("threads that lock, wait and cancel never hold it together") {
  for (int round = 0; round < 3; ++round) {
    Fixture f;
    int inside = 0;  // protected by the mutex
    constexpr int kThreads = 4, kTurns = 4000;
    const auto work = [&f, &inside](int seed) {
      int held = 0;
      for (int i = 0; i < kTurns; ++i) {
        if ((i + seed) % 3 == 0 && !ok(f.mutex->try_lock())) continue;
        if ((i + seed) % 3 != 0) {
          task::Header* operation = f.mutex->lock().value();
          if ((i + seed) % 3 == 1 && ok(task::cancel(*operation))) {
            CHECK(FakeHome::take(operation) == Status::kCancelled);
            continue;
          }
          if (f.home.wait(operation) != Status::kOk) std::abort();
        }
        ++inside;
        ++held;
        if (!ok(f.mutex->unlock())) std::abort();
      }
      return held;
    };
    std::vector<int> held(kThreads);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) threads.emplace_back([&, t] { held[t] = work(t); });
    for (std::thread& thread : threads) thread.join();
    int sum = 0;
    for (int h : held) sum += h;
    CHECK(inside == sum);
    CHECK(f.mutex->try_lock() == Status::kOk);
    CHECK(f.mutex->unlock() == Status::kOk);
  }
}

}  // namespace
}  // namespace rota::sync
