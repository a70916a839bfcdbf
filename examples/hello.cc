// SPDX-License-Identifier: MIT
//
// The shortest tour of rota.hpp: awaits that overlap in one task, a task on a worker, and a blocking call on its own
// thread.
#include <rota/rota.hpp>

#include <cstdio>
#include <thread>

using namespace std::chrono_literals;

rota::task<int> twice(int n) { co_return 2 * n; }

rota::task<> hello(const rota::runtime& rt) {
  const auto start = rt.now();
  co_await rota::join(rota::sleep(30ms), rota::sleep(30ms));
  std::printf("two sleeps of 30 ms, joined in one task: %d ms\n", static_cast<int>((rt.now() - start) / 1ms));

  std::printf("spawned, on a worker: %d\n", co_await rota::spawn(twice(21)));

  const auto here = std::this_thread::get_id();
  const auto there = co_await rota::spawn_blocking([] { return std::this_thread::get_id(); });
  std::printf("spawn_blocking, on a thread that may block: %s\n", here == there ? "this one?" : "another one");
}

int main() {
  rota::runtime rt;
  rt.block_on(hello(rt));
}
