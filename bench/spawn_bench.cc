// SPDX-License-Identifier: MIT
//
// What it costs to start a task and learn that it has ended.
#include <atomic>

#include "bench/tasks.h"

namespace bench {
namespace {

constexpr uint64_t kMillion = 1'000'000;
constexpr uint64_t kBatch = 1000;

/// Spawns `left` empty tasks in batches and joins each handle of a batch in order.
struct SpawnJoin {
  uint64_t left;
  uint64_t batch;
  Joining joining = {};

  rota_status poll(rota_context* cx) {
    rota_runtime* runtime = rota_context_runtime(cx);
    for (;;) {
      if (joining.poll(cx) == ROTA_PENDING) return ROTA_PENDING;
      if (left == 0) return ROTA_OK;
      const uint64_t count = std::min(batch, left);
      left -= count;
      const rota_spawn_desc empty = nothing();
      for (uint64_t i = 0; i < count; ++i) joining.add(spawn(runtime, empty));
    }
  }
};

Result spawn_join(const Options& options, uint64_t batch) {
  const Runtime runtime(options);
  return measure(kMillion, [&] {
    SpawnJoin state = {kMillion, batch};
    state.joining.reserve(batch);
    const uint64_t start = now_ns();
    run_on_worker(runtime, state);
    return now_ns() - start;
  });
}

Result spawn_join_1k(const Options& options) { return spawn_join(options, kBatch); }
Result spawn_join_1m(const Options& options) { return spawn_join(options, kMillion); }

Result spawn_outside(const Options& options) {
  const Runtime runtime(options);
  std::vector<rota_task*> tasks(kBatch);
  return measure(kMillion, [&] {
    const rota_spawn_desc empty = nothing();
    const uint64_t start = now_ns();
    for (uint64_t done = 0; done < kMillion; done += kBatch) {
      for (rota_task*& task : tasks) task = spawn(runtime, empty);
      for (rota_task* task : tasks) wait(task);
    }
    return now_ns() - start;
  });
}

/// The same with this thread polling the joins itself, as rota_block_on does.
Result spawn_outside_block_on(const Options& options) {
  const Runtime runtime(options);
  return measure(kMillion, [&] {
    SpawnJoin state = {kMillion, kBatch};
    state.joining.reserve(kBatch);
    const rota_spawn_desc desc = borrowing(state);
    const uint64_t start = now_ns();
    check(rota_block_on(runtime, &desc), "rota_block_on");
    return now_ns() - start;
  });
}

/// One at a time: the next task is spawned when the last has been joined.
Result spawn_seq(const Options& options) {
  const Runtime runtime(options);
  return measure(kMillion / 2, [&] {
    SpawnJoin state = {kMillion / 2, 1};
    const uint64_t start = now_ns();
    run_on_worker(runtime, state);
    return now_ns() - start;
  });
}

constexpr uint32_t kDepth = 1000;
constexpr uint32_t kChains = 200;

struct Link;

/// Starts a chain, waits for its last link, and starts the next.
struct Chains {
  uint32_t left = kChains;
  rota_waker* waker = nullptr;
  std::atomic<bool> ended = true;

  rota_status poll(rota_context* cx);
};

struct Link {
  Chains* chains;
  uint32_t left;

  rota_status poll(rota_context* cx) {
    if (left == 0) {
      // Woken last: once `ended` is set the head may go on, and this link is done with it.
      rota_waker* waker = rota_waker_share(chains->waker);
      chains->ended.store(true, std::memory_order_release);
      rota_waker_wake(waker);
      rota_waker_release(waker);
      return ROTA_OK;
    }
    Link next = {chains, left - 1};
    spawn_detached(rota_context_runtime(cx), copying(next));
    return ROTA_OK;
  }
};

rota_status Chains::poll(rota_context* cx) {
  if (!ended.load(std::memory_order_acquire)) return ROTA_PENDING;
  if (waker == nullptr) waker = rota_waker_clone(cx);
  if (left == 0) {
    rota_waker_release(waker);
    return ROTA_OK;
  }
  --left;
  ended.store(false, std::memory_order_relaxed);
  Link first = {this, kDepth - 1};
  spawn_detached(rota_context_runtime(cx), copying(first));
  return ROTA_PENDING;
}

Result chained_spawn(const Options& options) {
  const Runtime runtime(options);
  return measure(uint64_t{kDepth} * kChains, [&] {
    Chains chains;
    const uint64_t start = now_ns();
    run_on_worker(runtime, chains);
    return now_ns() - start;
  });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"spawn_join_1k", bench::spawn_join_1k},
                     {"spawn_join_1m", bench::spawn_join_1m},
                     {"spawn_outside", bench::spawn_outside},
                     {"spawn_outside_block_on", bench::spawn_outside_block_on},
                     {"spawn_seq", bench::spawn_seq},
                     {"chained_spawn", bench::chained_spawn}});
}
