// SPDX-License-Identifier: MIT
//
// Services: what the rooms above the scheduler (sockets, the C interface) get of a runtime. Constant after
// construction; lives as long as the runtime's arena, so whoever has a block there may keep a reference.
#pragma once

#include "core/platform/arena.h"

namespace rota::task {
class Home;
}
namespace rota::io {
class Driver;
}
namespace rota::time {
class Timers;
}
namespace rota::blocking {
class Pool;
}

namespace rota::scheduler {

struct Services {
  platform::Arena& arena;
  task::Home& home;  // tasks made with this home run on the workers
  io::Driver& io;
  time::Timers& timers;
  blocking::Pool& blocking;
};

}  // namespace rota::scheduler
