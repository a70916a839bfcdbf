// SPDX-License-Identifier: MIT
#include "core/platform/arena.h"

#include <new>
#include <thread>
#include <vector>

#include "core/platform/parker.h"
#include "doctest/doctest.h"

namespace rota::platform {

TEST_CASE("an arena is empty when its owner and its last block have gone, whichever comes last") {
  int empty = 0;
  Arena arena({}, [](void* count) { ++*static_cast<int*>(count); }, &empty);
  void* block = arena.allocate(100);
  arena.release_owner();
  CHECK(empty == 0);
  arena.free(block, 100);
  CHECK(empty == 1);
}

TEST_CASE("blocks made on one thread and freed on another are counted once") {
  int empty = 0;
  Arena arena({}, [](void* count) { ++*static_cast<int*>(count); }, &empty);
  std::vector<void*> blocks(1000);
  arena.reserve_thread();
  std::thread maker([&] {
    Arena::Thread inside(arena);
    for (void*& block : blocks) block = arena.allocate(16);
  });
  maker.join();
  arena.reserve_thread();
  std::thread breaker([&] {
    Arena::Thread inside(arena);
    for (size_t i = 0; i < 500; ++i) arena.free(blocks[i], 16);
  });
  breaker.join();
  arena.release_owner();
  CHECK(empty == 0);
  for (size_t i = 500; i < blocks.size(); ++i) arena.free(blocks[i], 16);
  CHECK(empty == 1);
}

TEST_CASE("the host's allocator gets every byte back") {
  struct Host {
    long bytes = 0;
  } host;
  const Memory memory(
      [](void* user, size_t size, size_t align) -> void* {
        static_cast<Host*>(user)->bytes += static_cast<long>(size);
        return ::operator new(size, std::align_val_t{align}, std::nothrow);
      },
      [](void* user, void* block, size_t size, size_t align) {
        static_cast<Host*>(user)->bytes -= static_cast<long>(size);
        ::operator delete(block, std::align_val_t{align});
      },
      &host);
  Arena arena(memory, [](void*) {}, nullptr);
  struct alignas(64) Line {
    char bytes[64];
  };
  Line* line = arena.make<Line>();
  CHECK(reinterpret_cast<uintptr_t>(line) % 64 == 0);
  CHECK(host.bytes == 64);
  arena.destroy(line);
  CHECK(host.bytes == 0);
  arena.release_owner();
}

TEST_CASE("a wake-up made before the sleep is kept, and only one") {
  Parker parker;
  parker.unpark();
  parker.unpark();
  CHECK(parker.park());
  CHECK_FALSE(parker.park(now_ns() + 1'000'000));
}

TEST_CASE("a sleeper is woken by another thread, and sees what it wrote") {
  for (int round = 0; round < 200; ++round) {
    Parker parker;
    int written = 0;
    std::thread other([&] {
      written = 1;
      parker.unpark();
    });
    CHECK(parker.park());
    CHECK(written == 1);
    other.join();
  }
}

TEST_CASE("a deadline is not passed early") {
  Parker parker;
  const uint64_t deadline = now_ns() + 3'000'000;
  CHECK_FALSE(parker.park(deadline));
  CHECK(now_ns() >= deadline);
}

}  // namespace rota::platform
