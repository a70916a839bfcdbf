// SPDX-License-Identifier: MIT
//
// EpollPoller: the backend on epoll. The contract is in core/io/poller.h.
//
// Each descriptor is added once, for everything, edge-triggered; no operation ever needs epoll_ctl again. The eventfd
// that wakes is edge-triggered too: a write is an edge of its own, so nobody needs to read it.
//
// Thread safety: as the contract says.
#pragma once

#include <sys/epoll.h>

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/status.h"
#include "core/io/ready.h"
#include "core/platform/memory.h"
#include "core/platform/signal.h"

namespace rota::io {

class EpollPoller {
 public:
  static constexpr uint64_t kWakeToken = UINT64_MAX;
  static constexpr uint32_t kBatch = 512;
  static constexpr uint32_t kAssumed = 0;
  struct Entry {};

  EpollPoller() = default;
  ~EpollPoller() { close(); }
  EpollPoller(const EpollPoller&) = delete;
  EpollPoller& operator=(const EpollPoller&) = delete;

  Status open(const platform::Memory& memory);
  void close();
  Status add(intptr_t fd, uint64_t token, Entry& entry);
  void del(intptr_t fd, Entry& entry);
  void want(Entry&, uint32_t) {}
  Status poll(uint64_t timeout_ns, uint32_t& count);
  Event event(uint32_t index) const;
  void wake();
  bool unfinished() const { return wake_pending_.load(base::memory_order_relaxed); }
  void shut_down() {}
  Status join(platform::SignalSet& set) { return set.add(epoll_); }
  Status after_fork();

  // For tests: as if the kernel had no epoll_pwait2 (it came with Linux 5.11).
  void round_to_milliseconds() { has_pwait2_ = false; }

 private:
  Status make();
  int wait(uint64_t timeout_ns);

  int epoll_ = -1;
  int wake_ = -1;
  // Set by who wakes first, cleared by the poll that takes the report. acq_rel on both: what was done before a wake is
  // seen after the poll that it ended, also when it found the flag set and wrote nothing.
  base::Atomic<bool> wake_pending_{false};

  // Who polls.
  bool has_pwait2_ = true;
  epoll_event events_[kBatch];
};

}  // namespace rota::io
