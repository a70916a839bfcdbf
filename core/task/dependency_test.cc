// SPDX-License-Identifier: MIT
#include "core/task/dependency.h"

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "core/task/fake_home.h"
#include "core/task/group.h"
#include "doctest/doctest.h"

namespace rota::task {

TEST_CASE("a task taken out of line leaves a void entry, which whoever meets it drops") {
  State state(2, true);
  CHECK(state.take() == State::Take::kRun);
  CHECK(state.references() == 3);
  CHECK(state.take() == State::Take::kNo);  // it runs
  CHECK(state.to_running() == State::Running::kVoid);
  CHECK(state.to_idle(false) == State::Idle::kIdle);
  CHECK(state.wake().submit);
}

TEST_CASE("a task woken while its old entry is queued is not submitted again, and the entry is good") {
  enum { kWhileItRuns, kWhileItWaits, kYielded };
  for (const int how : {kWhileItRuns, kWhileItWaits, kYielded}) {
    for (const bool once_more : {false, true}) {
      State state(2, true);
      CHECK(state.take() == State::Take::kRun);
      if (how == kWhileItRuns) CHECK_FALSE(state.wake().submit);
      CHECK(state.to_idle(how == kYielded) == State::Idle::kIdle);
      if (how == kWhileItWaits) {
        const State::Woken woken = state.wake();
        CHECK_FALSE(woken.submit);
        CHECK(woken.poke);
        CHECK_FALSE(state.wake().poke);
      }
      CHECK(state.references() == 2);
      if (once_more) {
        CHECK(state.take() == State::Take::kRun);
        CHECK(state.to_running() == State::Running::kVoid);
      } else {
        CHECK(state.to_running() == State::Running::kRun);
      }
    }
  }
}

TEST_CASE("a void entry may be met while the task runs, and a wake then queues it anew") {
  State state(2, true);
  CHECK(state.take() == State::Take::kRun);
  CHECK(state.to_running() == State::Running::kVoid);
  CHECK_FALSE(state.wake().submit);
  CHECK(state.to_idle(false) == State::Idle::kNotified);
}

TEST_CASE("taking reports a cancel, and neither idle nor complete tasks are taken") {
  State state(2, true);
  CHECK_FALSE(state.cancel().submit);
  CHECK(state.take() == State::Take::kCancelled);
  (void)state.to_complete();
  CHECK(state.take() == State::Take::kNo);
  CHECK(state.to_running() == State::Running::kVoid);
  State idle(1, false);
  CHECK(idle.take() == State::Take::kNo);
}

TEST_CASE("takers, wakers and the entry's owner agree on who runs a task: one at a time, and every wake is answered") {
  constexpr int kRounds = 20000;
  State state(1000, false);
  std::atomic<int> entries{0}, running{0}, polls{0}, left{2};
  std::atomic<long> answered{0}, asked{0};
  const auto poll = [&] {
    CHECK(running.fetch_add(1) == 0);
    answered.store(asked.load());
    ++polls;
    CHECK(running.fetch_sub(1) == 1);
    if (state.to_idle(false) == State::Idle::kNotified) ++entries;
  };
  std::thread waker([&] {
    for (int i = 0; i < kRounds; ++i) {
      ++asked;
      if (state.wake().submit) {
        state.ref();
        ++entries;
      }
    }
    --left;
  });
  std::thread taker([&] {
    for (int i = 0; i < kRounds; ++i) {
      if (state.take() == State::Take::kRun) poll();
    }
    --left;
  });
  const auto meet_entry = [&] {
    int now = entries.load();
    if (now == 0 || !entries.compare_exchange_strong(now, now - 1)) return false;
    CHECK(now == 1);  // never two
    if (state.to_running() == State::Running::kRun) {
      poll();
    } else {
      (void)state.unref();
    }
    return true;
  };
  while (left.load() != 0) (void)meet_entry();
  waker.join();
  taker.join();
  while (meet_entry()) {
  }
  CHECK(answered.load() == kRounds);
}

TEST_CASE("edges count down instead of waking, and tell of the first failure") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    int ran = 0;
    auto& first = home.spawn([](Context&) { return Status::kIo; });
    auto& second = home.spawn([](Context&) { return Status::kOk; });
    auto& third = home.spawn([](Context&) { return Status::kAgain; });
    auto& last = *PollTask<std::function<Status(Context&)>>::make(home, [&](Context&) {
      ++ran;
      return Status::kOk;
    });
    // As a task that waits is: no entry yet. The test keeps it from running until it is woken by submitting it itself.
    Countdown countdown(4);
    std::vector<Edge> edges;
    edges.reserve(3);
    for (Task* before : {&first, &second, &third}) depend(*before, edges.emplace_back(last, countdown));
    CHECK(home.run_all() == 3);
    CHECK(countdown.left.load() == 1);
    CHECK(countdown.failed.load() == Status::kIo);
    CHECK(countdown.raise());
    CHECK_FALSE(countdown.lower(Status::kOk));
    CHECK(countdown.lower(Status::kOk));
    CHECK_FALSE(countdown.raise());
    // An edge to a task that is complete arrives at once.
    Countdown another(2);
    Edge late(last, another);
    depend(third, late);
    CHECK(another.left.load() == 1);
    CHECK(another.failed.load() == Status::kAgain);
    home.submit(last);
    CHECK(home.run_all() == 1);
    CHECK(ran == 1);
    for (Task* task : {&first, &second, &third}) unref(*task);
    unref(last);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("sweeping a set of edges drops those whose task has ended, and needs no memory") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    auto& target = home.spawn([](Context&) { return Status::kOk; });
    std::vector<Edge> edges;
    edges.reserve(64);
    Countdown countdown(1000);
    Task* ended = &home.spawn([](Context&) { return Status::kOk; });
    auto& waits = home.spawn([](Context&) { return Status::kOk; });
    (void)cancel(*ended);
    std::swap(home.submitted[0], home.submitted[1]);
    CHECK(home.run_one());
    CHECK(ended->state.complete());
    for (int i = 0; i < 32; ++i) depend(target, edges.emplace_back(*ended, countdown));
    for (int i = 0; i < 32; ++i) depend(target, edges.emplace_back(waits, countdown));
    int in_line = 0;
    target.joiners.for_each([&](Task&) { ++in_line; });
    CHECK(in_line < 64);
    CHECK(in_line >= 32);
    home.run_all();
    CHECK(countdown.left.load() <= 1000 - 32);
    for (Task* task : {&target, ended, &waits}) unref(*task);
  }
  CHECK(arena.released_everything());
}

TEST_CASE("a group completes once it is sealed and its last member has left") {
  TestArena arena;
  {
    FakeHome home(arena.get());
    Result<Group*> made = Group::create(home, nullptr);
    REQUIRE(made.ok());
    Group& group = *made.value();
    auto& task = home.spawn([](Context&) { return Status::kOk; });
    Member member, refused;
    CHECK(ok(group.enter(member, task)));
    group.close();
    CHECK(group.enter(refused, task) == Status::kClosed);
    {
      // What a member brings is taken.
      const CurrentGroup inside(&group);
      Member child;
      CHECK(group.runs_here());
      CHECK(ok(group.enter(child, task)));
      CHECK(group.size() == 2);
      Group::leave(child);
    }
    State::Take how;
    Task* taken = group.take_ready(how, home);
    REQUIRE(taken == &task);
    Context context(0);
    CHECK(run_taken(*taken, how, context) == After::kDone);
    CHECK(group.take_ready(how, home) == nullptr);
    CHECK_FALSE(group.state.complete());
    Group::leave(member);
    CHECK(group.state.complete());
    CHECK(group.cancel_all() == Status::kAlready);
    home.run_all();  // the void entry
    unref(task);
    group.base::Counted<Group>::unref();
  }
  CHECK(arena.released_everything());
}

}  // namespace rota::task
