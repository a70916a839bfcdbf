// SPDX-License-Identifier: MIT
//
// An engine that has its own job threads: rota starts none (workers = 0), and the engine's threads drive it together,
// each as a guest, between their own jobs. In C: job_threads.c.
#include <rota/rota.hpp>

#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

constexpr int kThreads = 3, kTasks = 1000;

rota::task<> work(std::atomic<int>& done) {
  co_await rota::yield();
  ++done;
}

rota::task<> wait_for(rota::group group) { co_await group.join(); }

}  // namespace

int main() {
  rota::runtime rt(rota::runtime_options().workers(0).blocking_max(0).guests_max(kThreads + 1));
  std::atomic<bool> quit{false};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      rota::guest guest(rt);
      while (!quit) {
        // ... jobs of the engine's own would come here ...
        // Then rota's: at most 64 polls and half a millisecond, and if there are none, a nap of 2 ms at most.
        if (guest.run(64, 500us) == ROTA_OK) (void)guest.serve(2ms);
      }
    });
  }
  rota::group group(rt);
  for (int i = 0; i < kTasks; ++i) group.spawn(rt, work(done)).detach();
  (void)group.close();
  rt.spawn(wait_for(group)).help({.group = group.get()});
  quit = true;
  for (std::thread& thread : threads) thread.join();
  std::printf("%d tasks, %d threads of the engine's own, none of rota's\n", done.load(), kThreads);
  return done == kTasks ? 0 : 1;
}
