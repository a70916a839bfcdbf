// SPDX-License-Identifier: MIT
#include "core/scheduler/park.h"

#include "core/platform/clock.h"
#include "core/platform/parker.h"

namespace rota::scheduler {

void Park::park(DriverRole& role, uint64_t deadline_ns, uint64_t driver_deadline_ns) {
  if (role.mutex.try_lock()) {
    park_in_driver(role.io, driver_deadline_ns);
    role.mutex.unlock();
  } else {
    park_on_futex(deadline_ns);
  }
}

void Park::unpark(io::Driver& io) {
  switch (word_.exchange(kNotified, base::memory_order_acq_rel)) {
    case kOnFutex:
      platform::futex_wake(word_);
      break;
    case kInDriver:
      io.wake();
      break;
    default:
      break;
  }
}

// False: a wake-up was there already, and is taken.
bool Park::begin(uint32_t how) {
  uint32_t seen = kEmpty;
  if (word_.compare_exchange_strong(seen, how, base::memory_order_acq_rel, base::memory_order_acquire)) return true;
  word_.exchange(kEmpty, base::memory_order_acq_rel);
  return false;
}

void Park::park_in_driver(io::Driver& io, uint64_t deadline_ns) {
  if (!begin(kInDriver)) return;
  uint64_t timeout = platform::kForever;
  if (deadline_ns != platform::kForever) {
    const uint64_t now = platform::now_ns();
    timeout = deadline_ns > now ? deadline_ns - now : 0;
  }
  (void)io.poll(timeout);
  word_.exchange(kEmpty, base::memory_order_acq_rel);
}

void Park::park_on_futex(uint64_t deadline_ns) {
  if (!begin(kOnFutex)) return;
  // A spurious return is harmless: the worker looks around and comes back.
  platform::futex_wait(word_, kOnFutex, deadline_ns);
  word_.exchange(kEmpty, base::memory_order_acq_rel);
}

}  // namespace rota::scheduler
