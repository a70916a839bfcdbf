// SPDX-License-Identifier: MIT
//
// The poller contract: what is reported of a connection, and how often.
#pragma once

#include "core/io/contract/support.h"

namespace rota::io::contract {

TEST_CASE_TEMPLATE_DEFINE("the state found at add is reported once", Backend, poller_initial) {
  Opened<Backend> opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 7)));
  CHECK(opened.poll(platform::kForever) == Reports{{7, kWritable}});
  CHECK(opened.poll(0).empty());

  Pair full_of_news;
  full_of_news.send();
  while (true) {
    uint32_t ready = 0;
    REQUIRE(ok(os::readiness(full_of_news.near(), true, false, ready)));
    if ((ready & kReadable) != 0) break;
  }
  REQUIRE(ok(opened.add(full_of_news.near(), 8)));
  const uint32_t told = opened.await(8, kReadable | kWritable);
  CHECK((told & (kReadClosed | kWriteClosed | kError)) == 0);
  CHECK(opened.poll(0).empty());
}

TEST_CASE_TEMPLATE_DEFINE("each arrival is reported; what stays is not reported again", Backend, poller_read_edges) {
  Opened<Backend> opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 1)));
  (void)opened.await(1, kWritable);
  for (int round = 0; round < 50; ++round) {
    pair.send();
    const uint32_t told = opened.await(1, kReadable);
    CHECK((told & (kReadClosed | kWriteClosed | kError)) == 0);
    CHECK((told & kUrgent) == (Backend::kTellsUrgent ? 0 : kUrgent));
    CHECK(opened.poll(0).empty());
    if (round % 2 == 0 || Opened<Backend>::kAsks) {
      CHECK(opened.take_all(pair.near()) >= 1);
      CHECK(opened.poll(0).empty());
    }
  }
}

TEST_CASE_TEMPLATE_DEFINE("room to write is reported when there was none", Backend, poller_write_edges) {
  Opened<Backend> opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 1)));
  (void)opened.await(1, kWritable);
  for (int round = 0; round < 3; ++round) {
    size_t written = Pair::fill(pair.near());
    opened.used_up(pair.near(), Direction::kWrite);
    // Whatever still moves into the peer's buffer makes room too: full is when nothing is told any more.
    while (!opened.poll(0).empty()) {
      written += Pair::fill(pair.near());
      opened.used_up(pair.near(), Direction::kWrite);
    }
    Status end = Status::kOk;
    for (size_t read = 0; read < written; platform::yield_thread()) read += Pair::drain(pair.far(), end);
    CHECK((opened.await(1, kWritable) & (kReadClosed | kWriteClosed | kError)) == 0);
  }
}

TEST_CASE_TEMPLATE_DEFINE("the end of what the peer sends closes reading, and only that", Backend, poller_half_close) {
  Opened<Backend> opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 1)));
  (void)opened.await(1, kWritable);
  pair.send();
  REQUIRE(ok(os::shutdown(pair.far(), os::Half::kWrite)));
  // With the byte still there.
  const uint32_t told = opened.await(1, kReadable | (Backend::kTellsReadClosed ? kReadClosed : 0));
  CHECK((told & (kWriteClosed | kError)) == 0);
  Status end;
  CHECK(Pair::drain(pair.near(), end) == 1);
  CHECK(ok(end));
  // RDHUP is not HUP: the other way is open.
  Pair::send(pair.near());
  while (Pair::drain(pair.far(), end) == 0) REQUIRE(end == Status::kAgain);
  for (const auto& [token, ready] : opened.poll(0)) CHECK((ready & (kWriteClosed | kError)) == 0);
}

TEST_CASE_TEMPLATE_DEFINE("when both sides are through, writing is closed too", Backend, poller_both_closed) {
  if constexpr (Backend::kTellsOwnShutdown) {
    Opened<Backend> opened;
    Pair pair;
    REQUIRE(ok(opened.add(pair.near(), 1)));
    (void)opened.await(1, kWritable);
    REQUIRE(ok(os::shutdown(pair.far(), os::Half::kWrite)));
    CHECK((opened.await(1, kReadable) & kWriteClosed) == 0);
    REQUIRE(ok(os::shutdown(pair.near(), os::Half::kWrite)));
    (void)opened.await(1, kWriteClosed);
  } else {
    MESSAGE("left out: this system does not tell");
  }
}

TEST_CASE_TEMPLATE_DEFINE("a full close reads as an end; writing to it is then refused", Backend, poller_full_close) {
  Opened<Backend> opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 1)));
  (void)opened.await(1, kWritable);
  pair.close_far();
  (void)opened.await(1, kReadable | (Backend::kTellsReadClosed ? kReadClosed : 0));
  Status end;
  CHECK(Pair::drain(pair.near(), end) == 0);
  CHECK(ok(end));
  // Nobody is there to read it: the answer is a reset.
  Pair::send(pair.near());
  (void)opened.await(1, kReadable | kWritable | kWriteClosed);
}

TEST_CASE_TEMPLATE_DEFINE("a reset makes both directions ready, for whoever waits to be told", Backend, poller_reset) {
  Opened<Backend> opened;
  for (const bool unread : {false, true}) {
    Pair pair;
    REQUIRE(ok(opened.add(pair.near(), 1)));
    (void)opened.await(1, kWritable);
    if (unread) {
      pair.send();
      (void)opened.await(1, kReadable);
    }
    pair.reset_far();
    const uint32_t told = opened.await(1, kReadable | kWritable | kReadClosed | kWriteClosed | kError);
    CHECK(told != 0);
    Status end;
    (void)Pair::drain(pair.near(), end);
    CHECK(end == Status::kConnectionReset);
    opened.del(pair.near());
  }
}

TEST_CASE_TEMPLATE_DEFINE("urgent data makes reading ready, and is told", Backend, poller_urgent) {
  Opened<Backend> opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 1)));
  (void)opened.await(1, kWritable);
  REQUIRE(Backend::send_urgent(pair.far()));
  if (!Backend::kTellsUrgent) pair.send();
  CHECK((opened.await(1, kReadable | kUrgent) & (kReadClosed | kWriteClosed | kError)) == 0);
  // Bytes behind it are news of their own.
  (void)opened.take_all(pair.near());
  (void)opened.poll(0);
  pair.send();
  (void)opened.await(1, kReadable);
}

// Only for backends that answer questions.
TEST_CASE_TEMPLATE_DEFINE("what is wanted and holds is reported again, once", Backend, poller_want) {
  if constexpr (Opened<Backend>::kAsks) {
    Opened<Backend> opened;
    Pair pair;
    REQUIRE(ok(opened.add(pair.near(), 1)));
    (void)opened.await(1, kWritable);
    for (int round = 0; round < 3; ++round) {
      opened.want(pair.near(), kWritable);
      CHECK(opened.poll(platform::kForever) == Reports{{1, kWritable}});
      CHECK(opened.poll(0).empty());
    }
    pair.send();
    (void)opened.await(1, kReadable);
    opened.want(pair.near(), kReadable);
    CHECK(opened.poll(platform::kForever) == Reports{{1, kReadable}});
    opened.want(pair.near(), kReadable);
    opened.del(pair.near());
    CHECK(opened.poll(0).empty());
  } else {
    MESSAGE("left out: this backend remembers what it has reported");
  }
}

}  // namespace rota::io::contract
