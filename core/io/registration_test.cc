// SPDX-License-Identifier: MIT
#include "core/io/registration.h"

#include <thread>
#include <vector>

#include "core/io/driver.h"
#include "core/task/fake_home.h"
#include "doctest/doctest.h"
#include "tests/support/socket.h"

namespace rota::io {
namespace {

struct Fixture {
  Fixture() : home(arena.get()), registration(arena.get(), poller, 3) { generation = registration.open(5, 0); }
  ~Fixture() { (void)registration.close(); }

  // Polls the readiness once for `direction`, in a task of its own; `then` runs inside it.
  Status poll(Direction direction, Registration::Seen& seen) {
    Status status = Status::kPending;
    task::Task& task = home.spawn([&](task::Context& context) {
      status = registration.poll_ready(direction, context, seen);
      return Status::kOk;
    });
    home.run_all();
    task::unref(task);
    return status;
  }
  // A task that waits until the direction is ready, and counts its polls.
  task::Task& waiter(Direction direction, int& polls) {
    return home.spawn([this, direction, &polls](task::Context& context) {
      ++polls;
      Registration::Seen seen;
      return registration.poll_ready(direction, context, seen);
    });
  }

  task::TestArena arena;
  task::FakeHome home;
  Poller poller;  // not opened: events come from the tests
  Registration registration;
  uint32_t generation;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an event wakes who waits for that direction, and nobody else") {
  int read_polls = 0, write_polls = 0;
  task::Task& reader = waiter(Direction::kRead, read_polls);
  task::Task& writer = waiter(Direction::kWrite, write_polls);
  home.run_all();
  registration.set_ready(generation, kReadable);
  home.run_all();
  CHECK(reader.state.complete());
  CHECK(reader.result == Status::kOk);
  CHECK_FALSE(writer.state.complete());
  CHECK(write_polls == 1);
  registration.set_ready(generation, kWritable);
  home.run_all();
  CHECK(writer.state.complete());
  task::unref(reader);
  task::unref(writer);
}

TEST_CASE_FIXTURE(Fixture, "clearing does nothing when an event came in since the look") {
  Registration::Seen seen;
  registration.set_ready(generation, kReadable);
  REQUIRE(poll(Direction::kRead, seen) == Status::kOk);
  registration.set_ready(generation, kReadable);
  registration.clear_ready(Direction::kRead, seen);
  CHECK(poll(Direction::kRead, seen) == Status::kOk);
  registration.clear_ready(Direction::kRead, seen);
  CHECK(poll(Direction::kRead, seen) == Status::kPending);
}

TEST_CASE_FIXTURE(Fixture, "the peer's end stays, whatever is cleared; forgetting clears it too") {
  Registration::Seen seen;
  registration.set_ready(generation, kReadable | kReadClosed);
  REQUIRE(poll(Direction::kRead, seen) == Status::kOk);
  registration.clear_ready(Direction::kRead, seen);
  REQUIRE(poll(Direction::kRead, seen) == Status::kOk);
  CHECK(seen.ready() == kReadClosed);
  registration.forget(Direction::kRead, seen);
  CHECK(poll(Direction::kRead, seen) == Status::kPending);
}

TEST_CASE_FIXTURE(Fixture, "an event for an earlier use of the slot changes nothing") {
  REQUIRE(registration.close());
  const uint32_t second = registration.open(6, 0);
  CHECK(second == generation + 1);
  registration.set_ready(generation, kReadable);
  Registration::Seen seen;
  CHECK(poll(Direction::kRead, seen) == Status::kPending);
  registration.set_ready(second, kReadable);
  CHECK(poll(Direction::kRead, seen) == Status::kOk);
}

TEST_CASE_FIXTURE(Fixture, "closing and shutting down wake everybody, who are told which it was") {
  for (const bool close : {false, true}) {
    int polls = 0;
    task::Task& reader = waiter(Direction::kRead, polls);
    task::Task& writer = waiter(Direction::kWrite, polls);
    home.run_all();
    if (close) {
      CHECK(registration.close());
      CHECK_FALSE(registration.close());
    } else {
      registration.shut_down();
    }
    home.run_all();
    const Status expected = close ? Status::kClosed : Status::kShutdown;
    CHECK(reader.result == expected);
    CHECK(writer.result == expected);
    task::unref(reader);
    task::unref(writer);
    if (!close) {
      (void)registration.close();
      generation = registration.open(7, 0);
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "no edge is lost between a task that comes to wait and an event on another thread") {
  for (int round = 0; round < 2000; ++round) {
    int polls = 0;
    task::Task& reader = waiter(Direction::kRead, polls);
    std::thread event([this] { registration.set_ready(generation, kReadable); });
    home.run_all();
    event.join();
    home.run_all();
    REQUIRE(reader.state.complete());
    task::unref(reader);
    Registration::Seen seen;
    REQUIRE(ok(registration.look(seen)));
    registration.clear_ready(Direction::kRead, seen);
  }
}

TEST_CASE("the slab gives thousands of slots, finds each by its index, and takes them back") {
  task::TestArena arena;
  {
    Poller poller;
    Slab slab(arena.get(), poller);
    std::vector<Registration*> slots;
    {
      base::MutexLock lock(slab.mutex);
      for (int i = 0; i < 10'000; ++i) {
        slots.push_back(slab.take());
        REQUIRE(slots.back() != nullptr);
      }
      for (Registration* slot : slots) CHECK(slab.at(slot->index()) == slot);
      CHECK(slab.at(UINT32_MAX) == nullptr);
      for (Registration* slot : slots) slab.give(*slot);
      CHECK(slab.take() == slots.back());
      slab.give(*slots.back());
    }
  }
  CHECK(arena.released_everything());
}

TEST_CASE("shut down, the driver takes nothing in, and what was in can still be given back") {
  task::TestArena arena;
  {
    Driver driver(arena.get());
    REQUIRE(ok(driver.open()));
    os_socket ends[2];
    os_socket_pair(ends);
    Result<Registration*> in = driver.add(ends[0]);
    REQUIRE(in.ok());
    CHECK(driver.registrations() == 1);
    driver.shut_down();
    driver.shut_down();
    CHECK(driver.add(ends[1]).status() == Status::kShutdown);
    Registration::Seen seen;
    CHECK(in.value()->look(seen) == Status::kShutdown);
    CHECK(driver.deregister(*in.value()));
    CHECK_FALSE(driver.deregister(*in.value()));
    driver.release(*in.value());
    CHECK(driver.registrations() == 0);
    os_socket_close(ends[0]);
    os_socket_close(ends[1]);
  }
  CHECK(arena.released_everything());
}

}  // namespace rota::io
