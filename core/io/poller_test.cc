// SPDX-License-Identifier: MIT
//
// The contract of poller.h, held against the backend of this system.
#include "core/io/poller.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "core/platform/clock.h"
#include "doctest/doctest.h"

namespace rota::io {
namespace {

struct Pair {
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0); }
  ~Pair() {
    for (const int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  void close_far() { ::close(std::exchange(ends[1], -1)); }
  void send() { REQUIRE(::write(ends[1], "x", 1) == 1); }
  void take() {
    char byte;
    REQUIRE(::read(ends[0], &byte, 1) == 1);
  }
  int near() const { return ends[0]; }

  int ends[2];
};

struct Opened {
  Opened() { REQUIRE(ok(poller.open({}))); }

  // What was reported by one poll, by token.
  std::map<uint64_t, uint32_t> poll(uint64_t timeout_ns) {
    uint32_t count = 0;
    REQUIRE(ok(poller.poll(timeout_ns, count)));
    std::map<uint64_t, uint32_t> reports;
    for (uint32_t i = 0; i < count; ++i) {
      const Event event = poller.event(i);
      CHECK(reports.emplace(event.token, event.token == Poller::kWakeToken ? 0 : event.ready).second);
    }
    return reports;
  }

  Status add(intptr_t fd, uint64_t token) { return poller.add(fd, token, entry); }
  void del(intptr_t fd) { poller.del(fd, entry); }

  Poller poller;
  Poller::Entry entry;
};

using Reports = std::map<uint64_t, uint32_t>;

}  // namespace

TEST_CASE_FIXTURE(Opened, "the state found at add is reported once, and each change after it") {
  Pair pair;
  REQUIRE(ok(add(pair.near(), 7)));
  CHECK(poll(0) == Reports{{7, kWritable}});
  CHECK(poll(0).empty());
  pair.send();
  const Reports reports = poll(platform::kForever);
  REQUIRE(reports.count(7) == 1);
  CHECK((reports.at(7) & kReadable) != 0);
  // An edge: what is still there is not reported again, what comes new is.
  CHECK(poll(0).empty());
  pair.send();
  CHECK(poll(0).count(7) == 1);
}

TEST_CASE_FIXTURE(Opened, "the end of what the peer sends closes reading; writing only when both sides are through") {
  Pair pair;
  REQUIRE(ok(add(pair.near(), 1)));
  (void)poll(0);
  REQUIRE(::shutdown(pair.ends[1], SHUT_WR) == 0);
  CHECK((poll(0).at(1) & (kReadClosed | kWriteClosed)) == kReadClosed);
  pair.close_far();
  CHECK((poll(0).at(1) & (kReadClosed | kWriteClosed)) == (kReadClosed | kWriteClosed));
}

TEST_CASE_FIXTURE(Opened, "what was deleted is not reported, and can be added again") {
  Pair pair;
  REQUIRE(ok(add(pair.near(), 1)));
  CHECK(add(pair.near(), 2) == Status::kExists);
  (void)poll(0);
  del(pair.near());
  pair.send();
  CHECK(poll(0).empty());
  REQUIRE(ok(add(pair.near(), 3)));
  CHECK((poll(0).at(3) & kReadable) != 0);
}

TEST_CASE_FIXTURE(Opened, "what has no readiness is refused") {
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  CHECK(add(file, 1) == Status::kNotSupported);
  ::close(file);
  CHECK(add(1'000'000, 1) == Status::kBadDescriptor);
}

TEST_CASE_FIXTURE(Opened, "a wake made before, during or after a poll ends one poll, however often it is made") {
  for (int i = 0; i < 3; ++i) poller.wake();
  CHECK(poller.unfinished());
  CHECK(poll(platform::kForever) == Reports{{Poller::kWakeToken, 0}});
  CHECK_FALSE(poller.unfinished());
  CHECK(poll(0).empty());
  for (int round = 0; round < 200; ++round) {
    std::thread waker([this] { poller.wake(); });
    CHECK(poll(platform::kForever).count(Poller::kWakeToken) == 1);
    waker.join();
  }
}

TEST_CASE_FIXTURE(Opened, "a poll with nothing to report lasts as long as it was asked to, and not less") {
  for (const bool fine : {true, false}) {
    if (!fine) poller.round_to_milliseconds();
    for (const uint64_t timeout : {uint64_t{1}, uint64_t{300'000}, uint64_t{2'500'000}}) {
      const uint64_t begin = platform::now_ns();
      CHECK(poll(timeout).empty());
      CHECK(platform::now_ns() - begin >= timeout);
    }
  }
}

TEST_CASE_FIXTURE(Opened, "the handle is readable as long as a poll would take something") {
  Opened outer;
  platform::SignalSet set;
  REQUIRE(ok(set.open()));
  REQUIRE(ok(poller.join(set)));
  REQUIRE(ok(outer.add(set.handle(), 1)));
  (void)outer.poll(0);
  Pair pair;
  REQUIRE(ok(add(pair.near(), 2)));
  CHECK((outer.poll(0).at(1) & kReadable) != 0);
  CHECK(poll(0).count(2) == 1);
  poller.wake();
  CHECK((outer.poll(0).at(1) & kReadable) != 0);
}

TEST_CASE_FIXTURE(Opened, "a batch holds what fits, and the rest comes with the next") {
  constexpr uint32_t kPairs = Poller::kBatch + 40;
  std::vector<Pair> pairs(kPairs);
  for (uint32_t i = 0; i < kPairs; ++i) REQUIRE(ok(add(pairs[i].near(), i)));
  Reports all = poll(0);
  CHECK(all.size() == Poller::kBatch);
  all.merge(poll(0));
  CHECK(all.size() == kPairs);
}

TEST_CASE("in a child the queue is new and empty, and the parent's is left alone") {
  Opened opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 1)));
  REQUIRE(ok(opened.poller.after_fork()));
  CHECK(opened.poll(0).empty());
  REQUIRE(ok(opened.add(pair.near(), 2)));
  CHECK(opened.poll(0) == Reports{{2, kWritable}});
}

}  // namespace rota::io
