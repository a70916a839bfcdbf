// SPDX-License-Identifier: MIT
#include "core/io/unix/poll_poller.h"

#include "core/io/contract/unix.h"

namespace rota::io::contract {

struct Poll : UnixBackend {
  using Poller = PollPoller;
  // Nothing tells it: poll_poller.h.
  static constexpr bool kForgetsClosed = false;
};

ROTA_UNIX_POLLER_CONTRACT(Poll);

TEST_CASE("closed before it was deleted, a descriptor is reported as an error once and dropped") {
  Opened<Poll> opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 1)));
  (void)opened.await(1, kWritable);
  pair.close_near();
  CHECK(opened.poll(platform::kForever) == Reports{{1, kReadable | kWritable | kError}});
  CHECK(opened.poll(0).empty());
  Pair other;
  REQUIRE(ok(opened.add(other.near(), 2)));
  (void)opened.await(2, kWritable);
}

TEST_CASE("what it takes from the runtime's memory comes back") {
  struct Host {
    long bytes = 0, blocks = 0;
  } host;
  const platform::Memory memory(
      [](void* user, size_t size, size_t align) -> void* {
        static_cast<Host*>(user)->bytes += static_cast<long>(size);
        ++static_cast<Host*>(user)->blocks;
        return std::aligned_alloc(align, (size + align - 1) / align * align);
      },
      [](void* user, void* block, size_t size, size_t) {
        static_cast<Host*>(user)->bytes -= static_cast<long>(size);
        --static_cast<Host*>(user)->blocks;
        std::free(block);
      },
      &host);
  PollPoller poller;
  REQUIRE(ok(poller.open(memory)));
  Listener listener;
  std::vector<Pair> pairs;
  PollPoller::Entry entries[100];
  for (uint64_t token = 0; token < 100; ++token) {
    pairs.emplace_back(listener);
    REQUIRE(ok(poller.add(pairs.back().near(), token, entries[token])));
    poller.want(entries[token], kWritable);
  }
  uint32_t count = 0;
  REQUIRE(ok(poller.poll(0, count)));
  CHECK(count == 100);
  CHECK(host.blocks > 0);
  poller.close();
  CHECK(host.bytes == 0);
  CHECK(host.blocks == 0);
  CHECK(ok(poller.open(memory)));
}

TEST_CASE("descriptors that are always ready do not keep others from their turn") {
  Opened<Poll> opened;
  Listener listener;
  std::vector<Pair> pairs;
  constexpr uint32_t kMany = PollPoller::kBatch + 64;
  for (uint32_t i = 0; i < kMany; ++i) {
    pairs.emplace_back(listener);
    REQUIRE(ok(opened.add(pairs.back().near(), i)));
  }
  std::vector<int> told(kMany);
  for (int round = 0; round < 8; ++round) {
    for (const auto& [token, ready] : opened.poll(platform::kForever)) ++told[token];
    for (const Pair& pair : pairs) opened.want(pair.near(), kWritable);
  }
  for (const int times : told) CHECK(times > 0);
}

}  // namespace rota::io::contract
