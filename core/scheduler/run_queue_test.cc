// SPDX-License-Identifier: MIT
#include "core/scheduler/run_queue.h"

#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "core/scheduler/idle.h"
#include "core/scheduler/injector.h"
#include "core/task/fake_home.h"
#include "doctest/doctest.h"

namespace rota::scheduler {
namespace {

struct Fixture {
  Fixture() : home(arena.get()), injector(memory), port(injector) {}
  ~Fixture() {
    for (task::Task* task : tasks) task::unref(*task, 2);
  }

  task::Task& make() {
    auto poll = [](task::Context&) { return Status::kOk; };
    tasks.push_back(task::PollTask<decltype(poll)>::make(home, std::move(poll)));
    return *tasks.back();
  }

  task::TestArena arena;
  platform::Memory memory;
  task::FakeHome home;
  Injector injector;
  Injector::Port port;
  RunQueue queue;
  std::vector<task::Task*> tasks;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "tasks come out in the order they went in") {
  for (int i = 0; i < 100; ++i) CHECK(queue.push(make(), port) == 0);
  for (int i = 0; i < 100; ++i) CHECK(queue.pop() == tasks[i]);
  CHECK(queue.pop() == nullptr);
  CHECK(queue.empty());
}

TEST_CASE_FIXTURE(Fixture, "a full ring gives its older half and the new task to the injector") {
  for (uint32_t i = 0; i < RunQueue::kCapacity; ++i) CHECK(queue.push(make(), port) == 0);
  CHECK(queue.room() == 0);
  CHECK(queue.push(make(), port) == RunQueue::kCapacity / 2 + 1);
  CHECK(queue.size() == RunQueue::kCapacity / 2);
  CHECK(injector.size() == RunQueue::kCapacity / 2 + 1);
  CHECK(queue.pop() == tasks[RunQueue::kCapacity / 2]);
  task::Task* moved[RunQueue::kCapacity];
  CHECK(injector.pop_batch(moved, RunQueue::kCapacity) == RunQueue::kCapacity / 2 + 1);
  CHECK(moved[0] == tasks[0]);
  CHECK(moved[RunQueue::kCapacity / 2] == tasks[RunQueue::kCapacity]);
}

TEST_CASE_FIXTURE(Fixture, "a thief takes half of its victim's queue, rounded up, oldest first") {
  for (int i = 0; i < 7; ++i) CHECK(queue.push(make(), port) == 0);
  RunQueue mine;
  uint64_t stolen = 0;
  CHECK(queue.steal_into(mine, stolen) == tasks[3]);
  CHECK(stolen == 4);
  CHECK(mine.pop() == tasks[0]);
  CHECK(mine.pop() == tasks[1]);
  CHECK(mine.pop() == tasks[2]);
  CHECK(mine.pop() == nullptr);
  CHECK(queue.size() == 3);
  CHECK(queue.pop() == tasks[4]);
}

TEST_CASE_FIXTURE(Fixture, "a thief without room leaves everything where it is") {
  RunQueue mine;
  for (uint32_t i = 0; i < RunQueue::kCapacity / 2 + 1; ++i) CHECK(mine.push(make(), port) == 0);
  CHECK(queue.push(make(), port) == 0);
  uint64_t stolen = 0;
  CHECK(queue.steal_into(mine, stolen) == nullptr);
  CHECK(stolen == 0);
  CHECK(queue.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a batch goes in as far as there is room") {
  std::vector<task::Task*> batch;
  for (uint32_t i = 0; i < RunQueue::kCapacity + 10; ++i) batch.push_back(&make());
  CHECK(queue.push_batch(batch.data(), static_cast<uint32_t>(batch.size())) == RunQueue::kCapacity);
  CHECK(queue.push_batch(batch.data(), 1) == 0);
}

TEST_CASE_FIXTURE(Fixture, "an owner, two thieves and the injector lose and double nothing") {
  constexpr int kTasks = 20'000;
  std::vector<task::Task*> all;
  for (int i = 0; i < kTasks; ++i) all.push_back(&make());
  std::atomic<bool> finished{false};
  std::vector<task::Task*> got[3];
  const auto thief = [&](std::vector<task::Task*>& into) {
    RunQueue mine;
    uint64_t stolen = 0;
    const auto round = [&] {
      if (task::Task* task = queue.steal_into(mine, stolen)) into.push_back(task);
      while (task::Task* task = mine.pop()) into.push_back(task);
    };
    while (!finished.load(std::memory_order_acquire)) round();
    round();
  };
  std::thread first([&] { thief(got[0]); }), second([&] { thief(got[1]); });
  for (int i = 0; i < kTasks; ++i) {
    (void)queue.push(*all[i], port);
    if (i % 3 == 0) {
      if (task::Task* task = queue.pop()) got[2].push_back(task);
    }
  }
  finished.store(true, std::memory_order_release);
  first.join();
  second.join();
  while (task::Task* task = queue.pop()) got[2].push_back(task);
  task::Task* rest[64];
  while (const uint32_t count = injector.pop_batch(rest, 64)) got[2].insert(got[2].end(), rest, rest + count);
  std::set<task::Task*> unique;
  size_t total = 0;
  for (const auto& part : got) {
    total += part.size();
    unique.insert(part.begin(), part.end());
  }
  CHECK(total == kTasks);
  CHECK(unique.size() == kTasks);
}

TEST_CASE_FIXTURE(Fixture, "of a close and a push, one always sees the other") {
  for (int round = 0; round < 300; ++round) {
    Injector one(memory);
    task::Task& task = make();
    task::ref(task);  // the fixture's tasks keep theirs when the entry is cancelled
    std::thread closer([&] {
      one.close();
      one.drain();
    });
    one.push(task);
    if (one.closed()) one.drain();
    closer.join();
    CHECK(one.empty());
    CHECK(task.state.complete());
  }
}

TEST_CASE("Idle wakes one sleeper, and none while somebody searches") {
  uint32_t sleepers[4];
  Idle idle(4, sleepers);
  CHECK_FALSE(idle.should_wake());
  idle.fall_asleep(2, false);
  CHECK(idle.asleep() == 1);
  CHECK(idle.wake_one() == 2);
  CHECK(idle.asleep() == 0);
  idle.fall_asleep(3, false);
  CHECK(idle.wake_one() == Idle::kNobody);  // 2 searches
  CHECK(idle.stop_searching());
  CHECK(idle.wake_one() == 3);
  CHECK_FALSE(idle.wake_self(3));  // counted already
}

TEST_CASE("Idle lets at most half of the workers search") {
  uint32_t sleepers[4];
  Idle idle(4, sleepers);
  CHECK(idle.try_search(4));
  CHECK(idle.try_search(4));
  CHECK_FALSE(idle.try_search(4));
  CHECK_FALSE(idle.stop_searching());
  CHECK(idle.stop_searching());
}

}  // namespace rota::scheduler
