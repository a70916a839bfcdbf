// SPDX-License-Identifier: MIT
//
// 1000 pairs of tasks: one spawns its peer, sends it a value through one one-shot channel and gets it back through
// another. What is counted is a pair, from its spawn to its end.
#include <atomic>

#include "bench/tasks.h"

namespace bench {
namespace {

constexpr uint32_t kPairs = 1000;
constexpr uint32_t kRepeats = 50;

/// Receives on one channel and answers on the other.
struct Peer {
  rota_oneshot* ping;
  rota_oneshot* pong;

  rota_status poll(rota_context* cx) {
    void* value = nullptr;
    const rota_status status = rota_oneshot_recv_poll(ping, cx, &value);
    if (status != ROTA_OK) return status;
    return rota_oneshot_send(pong, value);
  }
  void drop() {
    rota_oneshot_release(ping);
    rota_oneshot_release(pong);
  }
};

struct Game;

struct Pair {
  Game* game;
  rota_oneshot* pong = nullptr;

  rota_status poll(rota_context* cx);
};

/// Spawns all pairs, waits for the last, and does so again.
struct Game {
  uint32_t left = kRepeats;
  rota_waker* waker = nullptr;
  std::atomic<uint32_t> playing = 0;

  rota_status poll(rota_context* cx) {
    if (playing.load(std::memory_order_acquire) != 0) return ROTA_PENDING;
    if (waker == nullptr) waker = rota_waker_clone(cx);
    if (left == 0) {
      rota_waker_release(waker);
      return ROTA_OK;
    }
    --left;
    playing.store(kPairs, std::memory_order_relaxed);
    Pair pair = {this};
    const rota_spawn_desc desc = copying(pair);
    for (uint32_t i = 0; i < kPairs; ++i) spawn_detached(rota_context_runtime(cx), desc);
    return ROTA_PENDING;
  }
};

rota_status Pair::poll(rota_context* cx) {
  if (pong == nullptr) {
    rota_runtime* runtime = rota_context_runtime(cx);
    rota_oneshot* ping = nullptr;
    check(rota_oneshot_create(runtime, nullptr, &ping), "rota_oneshot_create");
    check(rota_oneshot_create(runtime, nullptr, &pong), "rota_oneshot_create");
    Peer peer = {rota_oneshot_clone(ping), rota_oneshot_clone(pong)};
    spawn_detached(runtime, copying(peer));
    check(rota_oneshot_send(ping, game), "rota_oneshot_send");
    rota_oneshot_release(ping);
  }
  void* value = nullptr;
  const rota_status status = rota_oneshot_recv_poll(pong, cx, &value);
  if (status == ROTA_PENDING) return ROTA_PENDING;
  if (status != ROTA_OK || value != game) fail("pong", rota_status_name(status));
  rota_oneshot_release(pong);
  // Shared before the count drops: at zero the game may go on and even end.
  rota_waker* waker = rota_waker_share(game->waker);
  if (game->playing.fetch_sub(1, std::memory_order_acq_rel) == 1) rota_waker_wake(waker);
  rota_waker_release(waker);
  return ROTA_OK;
}

Result ping_pong(const Options& options) {
  const Runtime runtime(options);
  return measure(uint64_t{kPairs} * kRepeats, [&] {
    Game game;
    const uint64_t start = now_ns();
    run_on_worker(runtime, game);
    return now_ns() - start;
  });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run(argc, argv, {{"ping_pong", bench::ping_pong}}); }
