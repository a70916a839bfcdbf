// SPDX-License-Identifier: MIT
#include "core/task/run.h"

#include <memory>
#include <vector>

#include "core/task/fake_home.h"
#include "core/task/join.h"
#include "doctest/doctest.h"

namespace rota::task {

TEST_CASE("a task that is ready at once never enters the owned set, and frees what it holds") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    auto held = std::make_shared<int>(1);
    Task& task = home.spawn([held](Context&) { return Status::kOk; });
    CHECK(home.run_all() == 1);
    CHECK(task.state.complete());
    CHECK_FALSE(task.owned);
    CHECK(task.result == Status::kOk);
    CHECK(held.use_count() == 1);
    unref(task);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("a poll that answers a number that is no status ends with kInvalid") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    Task& task = home.spawn([](Context&) { return static_cast<Status>(7); });
    home.run_all();
    CHECK(task.result == Status::kInvalid);
    unref(task);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("a waiting task is cancelled at its home, and its state is dropped before it is complete") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    auto held = std::make_shared<int>(1);
    Task& task = home.spawn([held](Context&) { return Status::kPending; });
    CHECK(home.run_all() == 1);
    CHECK(task.owned);
    CHECK(cancel(task) == Status::kOk);
    CHECK(cancel(task) == Status::kAlready);
    CHECK(held.use_count() == 2);
    CHECK(home.run_all() == 1);
    CHECK(task.result == Status::kCancelled);
    CHECK(held.use_count() == 1);
    unref(task);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("closing the owned set cancels those who wait, and those who come to wait later") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    Task& before = home.spawn([](Context&) { return Status::kPending; });
    home.run_all();
    home.set().close_and_cancel_all();
    Task& after = home.spawn([](Context&) { return Status::kPending; });
    home.run_all();
    CHECK(before.result == Status::kCancelled);
    CHECK(after.result == Status::kCancelled);
    unref(before);
    unref(after);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("joining wakes every task that waits, however many") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    Task* self = nullptr;
    bool ready = false;
    Task& target = home.spawn([&](Context& context) {
      self = &context.task();
      return ready ? Status::kTimedOut : Status::kPending;
    });
    int done = 0;
    for (int i = 0; i < 40; ++i) {
      unref(home.spawn([&](Context& context) {
        const Status status = poll_join(target, context);
        if (status == Status::kTimedOut) ++done;
        return status;
      }));
    }
    home.run_all();
    CHECK(done == 0);
    ready = true;
    wake(*self);
    home.run_all();
    CHECK(done == 40);
    unref(target);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("a task that waits for itself is told so") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    Task& task = home.spawn([](Context& context) { return poll_join(context.task(), context); });
    home.run_all();
    CHECK(task.result == Status::kDeadlock);
    unref(task);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("tasks that polled a long-lived one and ended do not pile up in it") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    Task& target = home.spawn([](Context&) { return Status::kPending; });
    home.run_all();
    for (int i = 0; i < 10'000; ++i) {
      // Looks once, and ends.
      unref(home.spawn([&](Context& context) {
        (void)poll_join(target, context);
        return Status::kOk;
      }));
      home.run_all();
    }
    int waiting = 0;
    target.joiners.for_each([&](Task&) { ++waiting; });
    CHECK(waiting < 32);
    (void)cancel(target);
    home.run_all();
    unref(target);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("having to wait costs no budget: one poll may wait for any number of tasks") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    std::vector<Task*> targets;
    for (int i = 0; i < 1000; ++i) targets.push_back(&home.spawn([](Context&) { return Status::kPending; }));
    home.run_all();
    int polls = 0;
    std::vector<Task*> left = targets;
    Task& waiter = home.spawn([&](Context& context) {
      ++polls;
      std::erase_if(left, [&](Task* target) { return poll_join(*target, context) != Status::kPending; });
      return left.empty() ? Status::kOk : Status::kPending;
    });
    home.run_all();
    CHECK(polls == 1);
    for (Task* target : targets) CHECK(cancel(*target) == Status::kOk);
    home.run_all();
    // What is ready does cost: of 1000 answers a poll takes 128.
    CHECK(polls >= 1000 / 128);
    CHECK(waiter.result == Status::kOk);
    unref(waiter);
    for (Task* target : targets) unref(*target);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("tens of thousands may wait for one task, and one that asks again and again is hardly in line twice") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    Task& target = home.spawn([](Context&) { return Status::kPending; });
    std::vector<Task*> waiters;
    const auto wait = [&](Context& context) { return poll_join(target, context); };
    for (int i = 0; i < 20'000; ++i) waiters.push_back(&home.spawn(wait));
    home.run_all();
    // The first of them are far from the newest: each of these polls may add them once more.
    for (int round = 0; round < 20; ++round) {
      for (int i = 0; i < 5'000; ++i) wake(*waiters[static_cast<size_t>(i)]);
      home.run_all();
    }
    uint32_t in_line = 0;
    target.joiners.for_each([&](Task&) { ++in_line; });
    CHECK(in_line >= 20'000);
    CHECK(in_line <= 2 * 20'000 + 16);
    CHECK(cancel(target) == Status::kOk);
    home.run_all();
    for (Task* waiter : waiters) {
      CHECK(waiter->result == Status::kCancelled);
      unref(*waiter);
    }
    unref(target);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("a poll may spend 128 operations, and is queued again after that") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    int spent = 0, polls = 0;
    Task& task = home.spawn([&](Context& context) {
      ++polls;
      while (spent < 300) {
        if (!context.spend()) return Status::kPending;
        ++spent;
      }
      return Status::kOk;
    });
    CHECK(home.run_all() == 3);
    CHECK(task.result == Status::kOk);
    unref(task);
  }
  CHECK(arena.released_everything());
}

}  // namespace rota::task
