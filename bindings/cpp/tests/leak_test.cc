// SPDX-License-Identifier: MIT
//
// Every operation of rota.hpp, ended and given up midway, gives every reference back: when the runtime is gone, the
// engine's memory, counted by an allocator of the test's own, is gone too. Frames and values are left to the address
// sanitizer.
#include <rota/rota.hpp>

#include "doctest/doctest.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <new>
#include <string>

namespace {

using namespace std::chrono_literals;

// The engine's blocks; its threads give the last of them back a moment after the runtime is gone.
class Blocks {
 public:
  static void* alloc(void* self, size_t size, size_t align) {
    void* memory = ::operator new(size, std::align_val_t{align}, std::nothrow);
    if (memory != nullptr) static_cast<Blocks*>(self)->add(1);
    return memory;
  }
  static void free(void* self, void* memory, size_t, size_t align) {
    ::operator delete(memory, std::align_val_t{align});
    static_cast<Blocks*>(self)->add(-1);
  }

  int live() {
    std::lock_guard lock(mutex_);
    return live_;
  }
  bool all_come_back() {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, 10s, [this] { return live_ == 0; });
  }

 private:
  void add(int count) {
    std::lock_guard lock(mutex_);
    live_ += count;
    if (live_ == 0) none_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable none_;
  int live_ = 0;  // protected by mutex_
};

// Runs `use(rt)` and then checks that nothing of the engine is left.
template <class Use>
void leaves_nothing(Use use) {
  Blocks blocks;
  const rota_allocator counting{sizeof(rota_allocator), 0, &Blocks::alloc, &Blocks::free, &blocks};
  {
    rota::runtime rt(rota::runtime_options().workers(2).blocking_max(2).allocator(&counting));
    CHECK(blocks.live() > 0);
    use(rt);
  }
  CHECK(blocks.all_come_back());
}

// Awaits `op` and gives it up at the next turn, if it has not ended.
template <class Op>
rota::task<> give_up(Op op) {
  auto first = co_await rota::select(std::move(op), rota::yield());
  CHECK(first.index < 2);
}

rota::task<> nothing() { co_return; }

TEST_CASE("an empty runtime") {
  leaves_nothing([](rota::runtime&) {});
}

TEST_CASE("spawned tasks: awaited, waited for, dropped, cancelled, refused") {
  leaves_nothing([](rota::runtime& rt) {
    auto body = []() -> rota::task<> {
      co_await rota::spawn(nothing());
      rota::spawn(nothing()).detach();
      auto cancelled = rota::spawn([]() -> rota::task<> { co_await rota::sleep(24h); }());
      co_await give_up(cancelled.join());
      cancelled.cancel();
      auto end = co_await rota::try_(cancelled);
      CHECK(end.status() == ROTA_ECANCELED);
    };
    rt.block_on(body());
    rt.spawn(body()).wait();
    auto waiting = rt.spawn([]() -> rota::task<> { co_await rota::sleep(24h); }());
    rt.shutdown();
    CHECK(rt.spawn(nothing()).status() == ROTA_ESHUTDOWN);
    // Ended at its sleep, or, when it had not come so far, because no more sleeps were to be had.
    const rota_status end = waiting.try_wait().status();
    CHECK((end == ROTA_ECANCELED || end == ROTA_ESHUTDOWN));
  });
}

TEST_CASE("time") {
  leaves_nothing([](rota::runtime& rt) {
    auto body = []() -> rota::task<> {
      co_await rota::sleep(1ms);
      co_await give_up(rota::sleep(24h));
      co_await give_up(rota::timeout(rota::sleep(24h), 23h));
      rota::interval every(1ms);
      co_await every.tick();
      co_await give_up(every.tick());
    };
    rt.block_on(body());
  });
}

TEST_CASE("blocking jobs") {
  leaves_nothing([](rota::runtime& rt) {
    auto body = []() -> rota::task<> {
      co_await rota::spawn_blocking([] {});
      std::promise<void> go;
      auto job = rota::spawn_blocking([&] { go.get_future().wait(); });
      co_await give_up(job.join());
      go.set_value();
      co_await job;
    };
    rt.block_on(body());
  });
}

TEST_CASE("locks, permits, notifications") {
  leaves_nothing([](rota::runtime& rt) {
    auto body = []() -> rota::task<> {
      rota::mutex m;
      auto guard = co_await m.lock();
      co_await give_up(m.lock());
      {
        auto never_awaited = m.lock();
      }
      rota::semaphore s(1);
      auto held = co_await s.acquire();
      co_await give_up(s.acquire());
      rota::notify n;
      co_await give_up(n.wait());
      n.one();
      co_await n.wait();
    };
    rt.block_on(body());
  });
}

TEST_CASE("channels and oneshots") {
  leaves_nothing([](rota::runtime& rt) {
    auto body = []() -> rota::task<> {
      rota::channel<std::string> ch(1);
      co_await give_up(ch.recv());
      CHECK((co_await ch.send("in")).ok());
      co_await give_up(ch.send("waits"));
      CHECK((co_await ch.recv()).ok());
      CHECK((co_await ch.send("stays")).ok());
      rota::oneshot<std::string> value;
      co_await give_up(value.recv());
      CHECK(value.send("kept") == ROTA_OK);
    };
    rt.block_on(body());
  });
}

TEST_CASE("sockets") {
  leaves_nothing([](rota::runtime& rt) {
    auto body = []() -> rota::task<> {
      auto listener = rota::tcp_listener::listen("127.0.0.1", 0).value();
      co_await give_up(listener.accept());
      auto [client_end, server_end] =
          co_await rota::join(rota::tcp_stream::connect("127.0.0.1", listener.local_port()), listener.accept());
      auto client = std::move(client_end).value();
      char buffer[8];
      co_await give_up(client.read(buffer, sizeof buffer));
      CHECK((co_await client.write_all("abc")).ok());
      CHECK((co_await server_end.value().read(buffer, sizeof buffer)).value() == 3);
      co_await give_up(rota::tcp_stream::connect("127.0.0.1", listener.local_port()));
    };
    for (int i = 0; i < 20; ++i) rt.block_on(body());
  });
}

}  // namespace
