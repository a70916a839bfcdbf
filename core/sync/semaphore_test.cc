// SPDX-License-Identifier: MIT
#include "core/sync/semaphore.h"

#include <atomic>
#include <thread>
#include <vector>

#include "core/sync/fake_home.h"
#include "doctest/doctest.h"

namespace rota::sync {
namespace {

struct Fixture {
  ~Fixture() {
    semaphore->unref();
    CHECK(home.everything_freed());
  }
  FakeHome home;
  Semaphore* semaphore = Semaphore::create(home, 3u).value();
};

TEST_CASE_FIXTURE(Fixture, "permits are taken as far as they reach") {
  CHECK(semaphore->available() == 3);
  CHECK(semaphore->try_acquire(2) == Status::kOk);
  CHECK(semaphore->try_acquire(2) == Status::kAgain);
  CHECK(semaphore->try_acquire(1) == Status::kOk);
  CHECK(semaphore->try_acquire(1) == Status::kAgain);
  CHECK(semaphore->try_acquire(0) == Status::kOk);
  CHECK(semaphore->add(3) == Status::kOk);
  CHECK(semaphore->available() == 3);
}

TEST_CASE_FIXTURE(Fixture, "more permits than can be counted are refused, and none is lost") {
  CHECK(semaphore->add(UINT32_MAX - 3) == Status::kOk);
  CHECK(semaphore->available() == UINT32_MAX);
  CHECK(semaphore->add(1) == Status::kOverflow);
  CHECK(semaphore->add(UINT32_MAX) == Status::kOverflow);
  CHECK(semaphore->available() == UINT32_MAX);
  CHECK(semaphore->try_acquire(UINT32_MAX) == Status::kOk);
  CHECK(semaphore->available() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a large request is not overtaken by small ones") {
  task::Header* large = semaphore->acquire(5).value();
  task::Header* small = semaphore->acquire(1).value();
  CHECK(semaphore->try_acquire(1) == Status::kAgain);
  CHECK_FALSE(small->state.complete());
  CHECK(semaphore->add(1) == Status::kOk);
  CHECK_FALSE(large->state.complete());
  CHECK_FALSE(small->state.complete());
  CHECK(semaphore->add(1) == Status::kOk);
  CHECK(FakeHome::take(large) == Status::kOk);
  CHECK_FALSE(small->state.complete());
  CHECK(semaphore->add(1) == Status::kOk);
  CHECK(FakeHome::take(small) == Status::kOk);
  CHECK(semaphore->available() == 0);
}

TEST_CASE_FIXTURE(Fixture, "when a large request is cancelled, those behind it get what was kept for it") {
  task::Header* large = semaphore->acquire(5).value();
  task::Header* second = semaphore->acquire(2).value();
  task::Header* third = semaphore->acquire(1).value();
  task::Header* fourth = semaphore->acquire(1).value();
  CHECK(task::cancel(*large) == Status::kOk);
  CHECK(FakeHome::take(large) == Status::kCancelled);
  CHECK(FakeHome::take(second) == Status::kOk);
  CHECK(FakeHome::take(third) == Status::kOk);
  CHECK_FALSE(fourth->state.complete());
  CHECK(task::cancel(*fourth) == Status::kOk);
  CHECK(FakeHome::take(fourth) == Status::kCancelled);
  CHECK(semaphore->add(1) == Status::kOk);
  CHECK(semaphore->try_acquire(1) == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "permits added at once serve many") {
  CHECK(semaphore->try_acquire(3) == Status::kOk);
  std::vector<task::Header*> operations;
  for (int i = 0; i < 10; ++i) operations.push_back(semaphore->acquire(2).value());
  CHECK(semaphore->add(15) == Status::kOk);
  for (int i = 0; i < 7; ++i) CHECK(FakeHome::take(operations[i]) == Status::kOk);
  CHECK(semaphore->available() == 1);
  CHECK(semaphore->add(5) == Status::kOk);
  for (int i = 7; i < 10; ++i) CHECK(FakeHome::take(operations[i]) == Status::kOk);
  CHECK(semaphore->available() == 0);
}

TEST_CASE_FIXTURE(Fixture, "closing ends who waits and refuses who comes later, but takes permits back") {
  task::Header* waiting = semaphore->acquire(5).value();
  CHECK(semaphore->close() == Status::kOk);
  CHECK(semaphore->close() == Status::kAlready);
  CHECK(task::cancel(*waiting) == Status::kAlready);
  CHECK(FakeHome::take(waiting) == Status::kClosed);
  CHECK(semaphore->try_acquire(1) == Status::kClosed);
  CHECK(semaphore->try_acquire(0) == Status::kClosed);
  CHECK(FakeHome::take(semaphore->acquire(1).value()) == Status::kClosed);
  CHECK(semaphore->add(1) == Status::kOk);
  CHECK(semaphore->available() == 4);
}

TEST_CASE_FIXTURE(Fixture, "the last handle ends who waits for permits") {
  task::Header* waiting = semaphore->acquire(5).value();
  semaphore->unref();
  CHECK(FakeHome::take(waiting) == Status::kClosed);
  semaphore = Semaphore::create(home, 1u).value();
}

TEST_CASE("threads never hold more permits than there are, and none is lost") {
  Fixture f;
  constexpr uint32_t kPermits = 3;
  std::atomic<uint32_t> held{0};
  std::atomic<int> over{0};
  const auto work = [&](uint32_t seed) {
    for (uint32_t i = 0; i < 4000; ++i) {
      const uint32_t want = 1 + (i * 7 + seed) % kPermits;
      if ((i + seed) % 4 == 0) {
        if (!ok(f.semaphore->try_acquire(want))) continue;
      } else {
        task::Header* operation = f.semaphore->acquire(want).value();
        if ((i + seed) % 4 == 1 && ok(task::cancel(*operation))) {
          task::unref(*operation);
          continue;
        }
        if (f.home.wait(operation) != Status::kOk) std::abort();
      }
      if (held.fetch_add(want) + want > kPermits) ++over;
      held.fetch_sub(want);
      if (!ok(f.semaphore->add(want))) std::abort();
    }
  };
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < 4; ++t) threads.emplace_back(work, t);
  for (std::thread& thread : threads) thread.join();
  CHECK(over == 0);
  CHECK(f.semaphore->available() == kPermits);
}

}  // namespace
}  // namespace rota::sync
