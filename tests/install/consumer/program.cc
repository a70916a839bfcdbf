// SPDX-License-Identifier: MIT
//
// The same in C++, compiled without exceptions and RTTI.
#include <chrono>
#include <cstdio>
#include <rota/rota.hpp>

using namespace std::chrono_literals;

namespace {

rota::task<int> answer() {
  co_await rota::sleep(1ms);
  co_return co_await rota::spawn_blocking([] { return 42; });
}

}  // namespace

int main() {
  rota::runtime runtime;
  if (runtime.block_on(answer()) != 42) return 1;
  std::puts("the C++ program ran");
}
