// SPDX-License-Identifier: MIT
//
// Park: where a worker sleeps: in the driver's kernel poll when nobody else holds the driver, else on a futex of its
// own. A wake-up made at any time before is kept.
//
//              unpark: nothing to do          park returns at once
//   kEmpty --------------------> kNotified -----------------------> kEmpty
//     | ^                           ^  ^
//     | | deadline, event, unpark   |  | unpark: io::Driver::wake
//     v |                           |  |
//   kInDriver ----------------------|--+
//   kOnFutex -----------------------+    unpark: futex_wake
//
// Thread safety: park by the worker, unpark by any thread.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/mutex.h"
#include "core/io/driver.h"

namespace rota::scheduler {

// The right to poll the driver; whoever holds the lock is the one. Shared by the workers.
struct DriverRole {
  base::Mutex mutex;
  io::Driver& io;
};

class Park {
 public:
  // Sleeps until unparked, until an event came in (whose tasks have been submitted), or until the deadline; who sleeps
  // in the driver, until that other deadline: it looks after the rest.
  void park(DriverRole& role, uint64_t deadline_ns, uint64_t driver_deadline_ns);
  void unpark(io::Driver& io);

 private:
  void park_in_driver(io::Driver& io, uint64_t deadline_ns);
  void park_on_futex(uint64_t deadline_ns);
  bool begin(uint32_t how);

  static constexpr uint32_t kEmpty = 0, kOnFutex = 1, kInDriver = 2, kNotified = 3;
  // acq_rel throughout: what was done before an unpark is seen after the park it ends.
  base::Atomic<uint32_t> word_{kEmpty};
};

}  // namespace rota::scheduler
