// SPDX-License-Identifier: MIT
//
// The poller contract: descriptors that come and go.
#pragma once

#include <atomic>
#include <set>
#include <thread>

#include "core/io/contract/support.h"

namespace rota::io::contract {

// Waits until the bytes that were sent to it have come in.
inline void wait_until_readable(os::Handle socket) {
  for (uint32_t ready = 0; (ready & kReadable) == 0; platform::yield_thread()) {
    REQUIRE(ok(os::readiness(socket, true, false, ready)));
  }
}

TEST_CASE_TEMPLATE_DEFINE("what was deleted is not reported, and can be added again", Backend, poller_delete) {
  Opened<Backend> opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 1)));
  CHECK(opened.add(pair.near(), 2) == Status::kExists);
  (void)opened.await(1, kWritable);
  // The refused add changed nothing.
  pair.send();
  (void)opened.await(1, kReadable);
  (void)opened.take_all(pair.near());
  opened.del(pair.near());
  pair.send();
  wait_until_readable(pair.near());
  CHECK(opened.poll(0).empty());
  opened.del(pair.near());
  REQUIRE(ok(opened.add(pair.near(), 3)));
  (void)opened.await(3, kReadable | kWritable);
  // With a report under way.
  pair.send();
  wait_until_readable(pair.near());
  opened.del(pair.near());
  CHECK(opened.poll(0).empty());
}

TEST_CASE_TEMPLATE_DEFINE("what is no descriptor is refused", Backend, poller_bad) {
  Opened<Backend> opened;
  CHECK(opened.add(os::kNone, 1) == Status::kBadDescriptor);
  CHECK(opened.add(1'000'000'000, 1) == Status::kBadDescriptor);
  CHECK(opened.add(INTPTR_MAX, 1) == Status::kBadDescriptor);
  const os::Handle closed = open_socket();
  os::close(closed);
  CHECK(opened.add(closed, 1) == Status::kBadDescriptor);
  opened.del(closed);
  opened.del(os::kNone);
  opened.del(1'000'000'000);
  CHECK(opened.poll(0).empty());
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 2)));
  CHECK(opened.poll(platform::kForever) == Reports{{2, kWritable}});
}

TEST_CASE_TEMPLATE_DEFINE("a number that comes again is another descriptor", Backend, poller_reuse) {
  Opened<Backend> opened;
  Listener listener;
  Pair keeper(listener);
  REQUIRE(ok(opened.add(keeper.near(), 1'000'000)));
  (void)opened.await(1'000'000, kWritable);
  std::set<os::Handle> numbers;
  for (uint64_t token = 1; token <= 200; ++token) {
    Pair pair(listener);
    numbers.insert(pair.near());
    REQUIRE(ok(opened.add(pair.near(), token)));
    if (token % 2 == 0) {
      pair.send();
      wait_until_readable(pair.near());
    }
    if (token % 3 == 0) {
      const Reports reports = opened.poll(platform::kForever);
      CHECK(reports.size() == 1);
      CHECK(reports.count(token) == 1);
    }
    opened.del(pair.near());
  }
  CHECK(opened.poll(0).empty());
  CHECK(numbers.size() < 200);
}

TEST_CASE_TEMPLATE_DEFINE("closing without deleting leaves nothing behind", Backend, poller_closed) {
  if constexpr (Backend::kForgetsClosed) {
    Opened<Backend> opened;
    Listener listener;
    for (uint64_t token = 1; token <= 50; ++token) {
      Pair pair(listener);
      REQUIRE(ok(opened.add(pair.near(), token)));
      const Reports reports = opened.poll(platform::kForever);
      CHECK(reports == Reports{{token, kWritable}});
      pair.close_near();
      CHECK(opened.poll(0).empty());
    }
  } else {
    MESSAGE("left out: on this system the owner must delete first");
  }
}

TEST_CASE_TEMPLATE_DEFINE("a batch holds what fits, and the rest comes with the next", Backend, poller_overflow) {
  constexpr uint32_t kSockets = (Backend::Poller::kBatch + 41) / 2 * 2;
  Opened<Backend> opened;
  Listener listener;
  std::vector<Pair> pairs;
  for (uint32_t i = 0; i < kSockets; i += 2) {
    pairs.emplace_back(listener);
    REQUIRE(ok(opened.add(pairs.back().near(), i)));
    REQUIRE(ok(opened.add(pairs.back().far(), i + 1)));
  }
  Reports all;
  while (all.size() < kSockets) {
    const Reports some = opened.poll(platform::kForever);
    for (const auto& [token, ready] : some) CHECK(all.emplace(token, ready).second);
  }
  CHECK(opened.poll(0).empty());
  for (const auto& [token, ready] : all) CHECK(ready == kWritable);
}

TEST_CASE_TEMPLATE_DEFINE("ten thousand descriptors: each is told of, and no other", Backend, poller_ten_thousand) {
  const uint32_t room = Backend::sockets();
  // Some are the test's own.
  const uint32_t wanted = room < 10'100 ? (room - 100) / 2 * 2 : 10'000;
  if (wanted < 10'000) MESSAGE("only " << wanted << " descriptors: this process may not have more");
  Opened<Backend> opened;
  Listener listener;
  std::vector<Pair> pairs;
  pairs.reserve(wanted / 2);
  for (uint32_t i = 0; i < wanted; i += 2) {
    pairs.emplace_back(listener);
    REQUIRE(ok(opened.add(pairs.back().near(), i)));
    REQUIRE(ok(opened.add(pairs.back().far(), i + 1)));
  }
  std::vector<uint32_t> told(wanted);
  for (uint32_t left = wanted; left != 0;) {
    for (const auto& [token, ready] : opened.poll(platform::kForever)) {
      if (std::exchange(told[token], ready) == 0) --left;
    }
  }
  for (uint32_t i = 0; i < wanted; i += 97) {
    Pair& pair = pairs[i / 2];
    Pair::send(i % 2 == 0 ? pair.far() : pair.near());
    // Of the one that sent, at most that there is room again.
    for (bool told_of_it = false; !told_of_it;) {
      for (const auto& [token, ready] : opened.poll(platform::kForever)) {
        if (token == i && (ready & kReadable) != 0) told_of_it = true;
        CHECK((token == i || (token == (i ^ 1) && ready == kWritable)));
      }
    }
    CHECK(opened.take_all(i % 2 == 0 ? pair.near() : pair.far()) == 1);
  }
  for (const Pair& pair : pairs) {
    opened.del(pair.near());
    opened.del(pair.far());
  }
  CHECK(opened.poll(0).empty());
}

TEST_CASE_TEMPLATE_DEFINE("no poll that begins after a delete reports it, whatever goes on", Backend,
                          poller_delete_race) {
  Opened<Backend> opened;
  Listener listener;
  std::atomic<uint64_t> deleted{0};  // every token below is
  std::atomic<bool> done{false};
  std::thread poller([&] {
    while (!done.load()) {
      const uint64_t dead = deleted.load();
      for (const auto& [token, ready] : opened.poll(platform::kForever)) {
        if (token != Backend::Poller::kWakeToken) REQUIRE(token >= dead);
      }
    }
  });
  for (uint64_t token = 0; token < 1000; ++token) {
    Pair pair(listener);
    if (token % 2 == 0) pair.send();
    REQUIRE(ok(opened.add(pair.near(), token)));
    if (token % 3 == 0) pair.send();
    opened.used_up(pair.near(), Direction::kWrite);
    opened.del(pair.near());
    deleted.store(token + 1);
    opened.poller.wake();
  }
  done.store(true);
  opened.poller.wake();
  poller.join();
}

TEST_CASE_TEMPLATE_DEFINE("deleted and closed, a file is gone, also while somebody polls", Backend, poller_no_hold) {
  Opened<Backend> opened;
  Listener elsewhere;
  std::atomic<bool> done{false};
  std::thread poller([&] {
    while (!done.load()) (void)opened.poll(platform::kForever);
  });
  for (int round = 0; round < 500; ++round) {
    Listener listener;
    const net::Address address = listener.address();
    REQUIRE(ok(opened.add(listener.handle(), 1)));
    Pair pair(elsewhere);
    REQUIRE(ok(opened.add(pair.near(), 2)));
    if (round % 2 == 0) opened.used_up(pair.near(), Direction::kWrite);
    opened.del(listener.handle());
    listener.close();
    const os::Handle late = open_socket();
    Status status = os::connect(late, address);
    while (status == Status::kPending) status = os::connected(late);
    CHECK(status == Status::kConnectionRefused);
    os::close(late);
    // The peer is told of the end.
    opened.del(pair.near());
    pair.close_near();
    Status end = Status::kAgain;
    while (end == Status::kAgain) (void)Pair::drain(pair.far(), end);
  }
  done.store(true);
  opened.poller.wake();
  poller.join();
}

}  // namespace rota::io::contract
