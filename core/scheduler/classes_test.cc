// SPDX-License-Identifier: MIT
#include "core/scheduler/classes.h"

#include "core/scheduler/idle.h"
#include "core/task/fake_home.h"
#include "doctest/doctest.h"

namespace rota::scheduler {

TEST_CASE("every 8th turn begins with normal and every 64th with low") {
  int high = 0, normal = 0, low = 0;
  for (uint32_t turn = 0; turn < 64; ++turn) {
    const Priority first = order_of_turn(turn).at[0];
    high += first == Priority::kHigh;
    normal += first == Priority::kNormal;
    low += first == Priority::kLow;
  }
  CHECK(high == 56);
  CHECK(normal == 7);
  CHECK(low == 1);
}

TEST_CASE("a floor lets through its own class and those above") {
  CHECK(reaches(Priority::kHigh, Priority::kHigh));
  CHECK_FALSE(reaches(Priority::kNormal, Priority::kHigh));
  CHECK_FALSE(reaches(Priority::kLow, Priority::kNormal));
  CHECK(reaches(Priority::kNormal, Priority::kLow));
}

TEST_CASE("class lists keep the order within a class, and the floor") {
  task::TestArena arena;
  {
    task::FakeHome home(arena.get());
    ClassLists lists;
    const Priority priorities[] = {Priority::kLow, Priority::kNormal, Priority::kHigh, Priority::kNormal};
    task::Task* tasks[4];
    for (int i = 0; i < 4; ++i) {
      tasks[i] = &home.spawn([](task::Context&) { return Status::kOk; });
      tasks[i]->priority = priorities[i];
    }
    for (task::Task* task : tasks) lists.push(*task);
    CHECK(lists.size() == 4);
    CHECK(lists.any(Priority::kHigh));
    CHECK(lists.pop(Priority::kHigh) == tasks[2]);
    CHECK_FALSE(lists.any(Priority::kHigh));
    CHECK(lists.pop(Priority::kHigh) == nullptr);
    CHECK(lists.pop() == tasks[1]);
    CHECK(lists.pop(Priority::kNormal) == tasks[3]);
    CHECK(lists.pop(Priority::kNormal) == nullptr);
    CHECK(lists.pop() == tasks[0]);
    CHECK(lists.empty());
    home.run_all();
    for (task::Task* task : tasks) task::unref(*task);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("Idle wakes several at once, whoever searches, and a helper last") {
  uint32_t sleepers[4], woken[4];
  Idle idle(4, sleepers);
  CHECK(idle.wake_some(4, woken) == 0);
  idle.fall_asleep(0, false);
  idle.fall_asleep(1, false);
  idle.fall_asleep(2, false, true);
  CHECK(idle.wake_one() == 1);
  CHECK(idle.wake_one() == Idle::kNobody);  // 1 searches
  CHECK(idle.wake_some(1, woken) == 1);
  CHECK(woken[0] == 0);
  CHECK(idle.wake_some(4, woken) == 1);
  CHECK(woken[0] == 2);
  CHECK(idle.asleep() == 0);
}

}  // namespace rota::scheduler
