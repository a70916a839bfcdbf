// SPDX-License-Identifier: MIT
//
// PollPoller: the backend on poll(2), for a Unix system that has nothing better. The contract is in core/io/poller.h.
//
// poll(2) answers questions: it tells states, not changes, and takes the whole list each time. So each descriptor has a
// set of events that are *armed*: what somebody wants, the end of what the peer sends, and urgent data. What is
// reported is disarmed.
//
//   DISARMED --want--> ARMED --poll(2) says so--> reported, DISARMED
//
// Urgent data is never armed again, as its state may last. A hang-up or an error cannot be left out of what poll(2)
// looks for, and would end every call: once reported the descriptor is *muted*, left out as a whole, until something is
// wanted of it.
//
// del and want end the poll(2) under way, through the pipe that wakes, so that it begins again with the new list. A
// system may hold the files of a poll(2) under way, and with them a closed connection or listener: so del returns only
// when who polls is out of the call that looks at the descriptor. Then, too, no report can be for a file that had its
// number before.
//
// What it costs: each poll is linear in the highest descriptor, and a wait on another thread costs the poller a round.
// What it lacks: join, so a host that sleeps has its descriptors looked at every few milliseconds
// (CurrentThread::arm_alarm). A descriptor that is closed before it is deleted stays in the list: it is reported as an
// error and dropped if that is seen in time, else add finds its number taken (kExists).
//
// Thread safety: as the contract says.
#pragma once

#include <poll.h>

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/io/ready.h"
#include "core/platform/memory.h"
#include "core/platform/signal.h"

namespace rota::io {

class PollPoller {
 public:
  static constexpr uint64_t kWakeToken = UINT64_MAX;
  static constexpr uint32_t kBatch = 512;
  static constexpr uint32_t kAssumed = kReadable | kWritable;
  struct Entry {
    intptr_t fd = -1;
  };

  PollPoller() = default;
  ~PollPoller() { close(); }
  PollPoller(const PollPoller&) = delete;
  PollPoller& operator=(const PollPoller&) = delete;

  Status open(const platform::Memory& memory);
  void close();
  Status add(intptr_t fd, uint64_t token, Entry& entry);
  void del(intptr_t fd, Entry& entry);
  void want(Entry& entry, uint32_t ready);
  Status poll(uint64_t timeout_ns, uint32_t& count);
  Event event(uint32_t index) const { return events_[index]; }
  void wake();
  bool unfinished() const { return wake_pending_.load(base::memory_order_relaxed); }
  void shut_down() {}
  Status join(platform::SignalSet& /*set*/) { return Status::kNotSupported; }
  Status after_fork();

 private:
  struct Slot {
    uint64_t token;
    short armed;
    bool muted;
    bool used;
  };

  Slot* find(intptr_t fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool grow(uint32_t least) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void interrupt() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void write_pipe();
  uint32_t prepare();
  uint32_t collect(int got);
  static uint32_t report(Slot& slot, short events);

  platform::Memory memory_;
  int pipe_[2] = {-1, -1};
  // Set by who wakes first, cleared by the poll that takes the report. acq_rel on both: what was done before a wake is
  // seen after the poll that it ended, also when it found the flag set and wrote nothing.
  base::Atomic<bool> wake_pending_{false};

  base::Mutex mutex_;
  // By descriptor; `capacity_` of them, those from high_ on unused.
  Slot* slots_ ABSL_GUARDED_BY(mutex_) = nullptr;
  uint32_t capacity_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t high_ ABSL_GUARDED_BY(mutex_) = 0;
  // Room for a longer list, made by add for who polls to take over.
  pollfd* grown_looks_ ABSL_GUARDED_BY(mutex_) = nullptr;
  uint32_t grown_capacity_ ABSL_GUARDED_BY(mutex_) = 0;
  bool inside_ ABSL_GUARDED_BY(mutex_) = false;   // somebody is in poll(2), with looks_
  bool polling_ ABSL_GUARDED_BY(mutex_) = false;  // and has not been interrupted yet
  uint32_t looked_ ABSL_GUARDED_BY(mutex_) = 0;   // how long the list was
  // Times that somebody came out of poll(2). Written by who polls. release: pairs with del.
  base::Atomic<uint32_t> rounds_{0};

  // Who polls.
  pollfd* looks_ = nullptr;  // by descriptor
  uint32_t looks_capacity_ = 0;
  uint32_t start_ = 0;  // where the last batch was full
  Event events_[kBatch];
};

}  // namespace rota::io
