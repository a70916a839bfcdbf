// SPDX-License-Identifier: MIT
//
// rota.hpp: rota for C++20. Coroutines over rota.h, header only; link the library and include this.
//
//   rota::task<int> answer() {
//     co_await rota::join(rota::sleep(30ms), rota::sleep(30ms));  // one task, 30 ms
//     co_return co_await rota::spawn_blocking([] { return 42; });
//   }
//   int main() { return rota::runtime().block_on(answer()); }
//
// Where to read: error.hpp has the rule of what throws; task.hpp what a task is and how it runs; operation.hpp how to
// make your own type awaitable. Coroutines take parameters by value unless the caller outlives them; a lambda that is
// a coroutine must outlive its tasks. With g++ 12, write no lambda with captures and no braced aggregate inside a
// co_await expression (error.hpp says why).
#pragma once

#include "rota/blocking.hpp"
#include "rota/channel.hpp"
#include "rota/error.hpp"
#include "rota/fd.hpp"
#include "rota/group.hpp"
#include "rota/guest.hpp"
#include "rota/join.hpp"
#include "rota/net.hpp"
#include "rota/oneshot.hpp"
#include "rota/operation.hpp"
#include "rota/parallel.hpp"
#include "rota/runtime.hpp"
#include "rota/select.hpp"
#include "rota/spawn.hpp"
#include "rota/sync.hpp"
#include "rota/task.hpp"
#include "rota/time.hpp"
