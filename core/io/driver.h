// SPDX-License-Identifier: MIT
//
// Driver: descriptors in, wake-ups of tasks out. It holds the registrations and the system's readiness queue.
//
// Thread safety: poll by one thread at a time (the scheduler's role); open, close when nobody else is near;
// the rest from any thread.
//
// Lifetime: the runtime's memory. A registration is its owner's until remove or release, also after shut_down.
//
// Invariants:
//   A descriptor leaves the queue before its owner closes it (deregister), synchronously.
//   An event of an earlier use of a slot changes nothing: its token holds the generation (registration.h).
//   Under the slab's lock a slot is either opened before shut_down, which then finds it, or refused after.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/result.h"
#include "core/io/poller.h"
#include "core/io/registration.h"
#include "core/io/slab.h"

namespace rota::io {

class Driver {
 public:
  explicit Driver(platform::Arena& arena) : arena_(arena), slab_(arena, poller_) {}
  ~Driver() { close(); }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  Status open() { return poller_.open(arena_.memory()); }
  // Frees everything. No registration is in use.
  void close();

  // Waits until there are events, a wake, or the time has passed; sets readiness and wakes tasks. kForever, or 0: only
  // looks.
  Status poll(uint64_t timeout_ns);
  // The poll in progress, or else the next, returns.
  void wake() { poller_.wake(); }
  // The set is readable as long as poll(0) has something to do. Once, after open. kNotSupported: nothing tells.
  Status join(platform::SignalSet& set) { return poller_.join(set); }

  // Registers for both directions. `assumed`: bits to begin with, for who knows the state: a wrong guess costs one try.
  // Errors: those of Poller::add, kShutdown, kNoMemory.
  Result<Registration*> add(intptr_t descriptor, uint32_t assumed = 0);
  // Takes the descriptor out at once; who waits sees kClosed. The registration stays its owner's. False: it was out.
  bool deregister(Registration& registration);
  // Gives the slot back, after deregister.
  void release(Registration& registration);
  // Both.
  void remove(Registration& registration) {
    (void)deregister(registration);
    release(registration);
  }

  // From now on every registration answers kShutdown; who waits is woken. Again: nothing.
  void shut_down();

  // For operations that are the system's own (a platform's folder).
  Poller& poller() { return poller_; }

  // Registered now.
  uint64_t registrations() const { return registrations_.load(base::memory_order_relaxed); }
  // Readiness events so far.
  uint64_t events() const { return events_.read(); }

 private:
  static uint64_t token(const Registration& registration, uint32_t generation) {
    return uint64_t{generation} << 32 | registration.index();
  }

  platform::Arena& arena_;
  Slab slab_;
  bool shut_down_ ABSL_GUARDED_BY(slab_.mutex) = false;
  base::Atomic<uint64_t> registrations_{0};
  Poller poller_;
  base::OwnedCounter events_;  // who polls
};

}  // namespace rota::io
