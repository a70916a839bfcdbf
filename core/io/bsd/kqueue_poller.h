// SPDX-License-Identifier: MIT
//
// KqueuePoller: the backend on kqueue. The contract is in core/io/poller.h; what kqueue does, with its sources, in
// core/platform/kqueue_double/README.md.
//
// Each descriptor gets a read and a write filter once, with EV_CLEAR: an edge, and no change is ever needed again. A
// filter that the descriptor does not have is left out, as long as the other is there. Where the system has
// EVFILT_EXCEPT a third one tells of urgent data; elsewhere every readable socket may have some (kUrgent).
//
// Adding an event again would replace it, not fail, so a table of tokens knows what was added. It does not learn when
// the owner closes a descriptor without deleting it: then the kernel has forgotten it, and is asked.
//
// The kernel's own timeout takes nanoseconds, so EVFILT_TIMER would not be finer. NOTE_TRIGGER on an EVFILT_USER wakes
// (FreeBSD 8.1, macOS 10.6, OpenBSD 7.7, NetBSD 10; on older ones a pipe would have to).
//
// `System` is KqueueSystem (core/platform/bsd/kqueue_system.h), or the double in tests.
//
// Thread safety: as the contract says.
#pragma once

#include <errno.h>
#include <time.h>

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/io/bsd/kqueue_translate.h"
#include "core/io/bsd/token_table.h"
#include "core/io/ready.h"
#include "core/io/unix/descriptor.h"
#include "core/platform/clock.h"
#include "core/platform/memory.h"
#include "core/platform/os_error.h"
#include "core/platform/signal.h"

namespace rota::io {

template <class System>
class KqueuePoller {
 public:
  static constexpr uint64_t kWakeToken = UINT64_MAX;
  static constexpr uint32_t kBatch = 512;
  static constexpr uint32_t kAssumed = 0;
  struct Entry {};

  KqueuePoller() = default;
  ~KqueuePoller() { close(); }
  KqueuePoller(const KqueuePoller&) = delete;
  KqueuePoller& operator=(const KqueuePoller&) = delete;

  Status open(const platform::Memory& memory);
  void close();
  Status add(intptr_t fd, uint64_t token, Entry& entry);
  void del(intptr_t fd, Entry& entry);
  void want(Entry& /*entry*/, uint32_t /*ready*/) {}
  Status poll(uint64_t timeout_ns, uint32_t& count);
  Event event(uint32_t index) const { return translate<System>(events_[index]); }
  void wake();
  bool unfinished() const { return wake_pending_.load(base::memory_order_relaxed); }
  void shut_down() {}
  // `Set` is SignalSet, but for tests.
  template <class Set>
  Status join(Set& set) {
    return set.add(intptr_t{kq_});
  }
  Status after_fork();

 private:
  using Kevent = typename System::Event;
  static constexpr uintptr_t kWakeIdent = UINTPTR_MAX;  // no descriptor's

  static Kevent change(intptr_t fd, int16_t filter, uint16_t flags, uint32_t fflags, uint64_t token);
  // Applies changes, each with EV_RECEIPT, whose errors are then in `data`. An error number, or 0.
  int apply(Kevent* changes, int count);
  bool is_stale(intptr_t fd, uint64_t token);
  void forget(intptr_t fd);
  Status tell_closed(intptr_t fd, uint64_t token);
  int wait(uint64_t timeout_ns);
  uint32_t tidy(uint32_t count);

  int kq_ = -1;
  platform::Memory memory_;
  // Set by who wakes first, cleared by the poll that takes the report. acq_rel on both: what was done before a wake is
  // seen after the poll that it ended, also when it found the flag set and triggered nothing.
  base::Atomic<bool> wake_pending_{false};

  // Held through the changes too, which the kernel makes one after the other anyway.
  base::Mutex mutex_;
  TokenTable tokens_ ABSL_GUARDED_BY(mutex_);

  // Who polls.
  Kevent events_[kBatch];
};

template <class System>
typename System::Event KqueuePoller<System>::change(intptr_t fd, int16_t filter, uint16_t flags, uint32_t fflags,
                                                    uint64_t token) {
  static_assert(sizeof(void*) == sizeof(uint64_t), "a token fits udata");
  Kevent event{};
  event.ident = static_cast<uintptr_t>(fd);
  event.filter = filter;
  event.flags = flags;
  event.fflags = fflags;
  event.udata = reinterpret_cast<void*>(token);
  return event;
}

template <class System>
Status KqueuePoller<System>::open(const platform::Memory& memory) {
  memory_ = memory;
  {
    base::MutexLock lock(mutex_);
    tokens_.open(memory);
  }
  kq_ = System::open_queue();
  if (kq_ < 0) return platform::last_os_error();
  Kevent wake = change(static_cast<intptr_t>(kWakeIdent), System::kUser, System::kAdd | System::kClear, 0, kWakeToken);
  const int error = apply(&wake, 1);
  return platform::status_of_os_error(error != 0 ? error : static_cast<int>(wake.data));
}

template <class System>
void KqueuePoller<System>::close() {
  if (kq_ >= 0) System::close_queue(kq_);
  kq_ = -1;
  base::MutexLock lock(mutex_);
  tokens_.close();
}

template <class System>
int KqueuePoller<System>::apply(Kevent* changes, int count) {
  for (int i = 0; i < count; ++i) changes[i].flags |= System::kReceipt;
  // As many answers as changes: no room for events that are pending.
  int answers;
  do {
    answers = System::kevent(kq_, changes, count, changes, count, nullptr);
  } while (answers < 0 && errno == EINTR);
  return answers < 0 ? errno : 0;
}

template <class System>
Status KqueuePoller<System>::add(intptr_t fd, uint64_t token, Entry& /*entry*/) {
  if (const Status status = check_has_readiness(fd); !ok(status)) return status;
  base::MutexLock lock(mutex_);
  if (const uint64_t known = tokens_.get(fd); known != TokenTable::kNone && !is_stale(fd, known))
    return Status::kExists;
  if (!tokens_.reserve(fd)) return Status::kNoMemory;
  constexpr uint16_t kEdge = System::kAdd | System::kClear;
  Kevent changes[] = {change(fd, System::kRead, kEdge, 0, token), change(fd, System::kWrite, kEdge, 0, token),
                      change(fd, System::kExcept, kEdge, System::kOob, token)};
  const int count = System::kExcept == 0 ? 2 : 3;
  if (const int error = apply(changes, count); error != 0) return platform::status_of_os_error(error);
  const int read_error = static_cast<int>(changes[0].data), write_error = static_cast<int>(changes[1].data);
  Status status = Status::kOk;
  if (read_error == EPIPE || write_error == EPIPE) {
    status = tell_closed(fd, token);
  } else if (read_error == ENOMEM || write_error == ENOMEM) {
    status = Status::kNoMemory;
  } else if (read_error != 0 && write_error != 0) {
    status = read_error == EBADF ? Status::kBadDescriptor : Status::kNotSupported;
  }
  if (ok(status)) {
    tokens_.set(fd, token);
  } else {
    forget(fd);
  }
  return status;
}

// The owner closed it, and the kernel has nothing under its number. An event that is there may be reported once more.
template <class System>
bool KqueuePoller<System>::is_stale(intptr_t fd, uint64_t token) {
  Kevent probes[] = {change(fd, System::kRead, System::kEnable, 0, token),
                     change(fd, System::kWrite, System::kEnable, 0, token)};
  return apply(probes, 2) == 0 && probes[0].data != 0 && probes[1].data != 0;
}

// A pipe whose other end is gone takes no filter: what it would tell comes from an event of our own.
template <class System>
Status KqueuePoller<System>::tell_closed(intptr_t fd, uint64_t token) {
  Kevent changes[] = {change(fd, System::kUser, System::kAdd | System::kOneshot, 0, token),
                      change(fd, System::kUser, 0, System::kTrigger, token)};
  if (const int error = apply(changes, 2); error != 0) return platform::status_of_os_error(error);
  return platform::status_of_os_error(static_cast<int>(changes[0].data));
}

template <class System>
void KqueuePoller<System>::forget(intptr_t fd) {
  Kevent changes[] = {
      change(fd, System::kRead, System::kDelete, 0, 0), change(fd, System::kWrite, System::kDelete, 0, 0),
      change(fd, System::kUser, System::kDelete, 0, 0), change(fd, System::kExcept, System::kDelete, 0, 0)};
  // Fails where there is nothing (any more).
  (void)apply(changes, System::kExcept == 0 ? 3 : 4);
}

template <class System>
void KqueuePoller<System>::del(intptr_t fd, Entry& /*entry*/) {
  base::MutexLock lock(mutex_);
  if (tokens_.get(fd) == TokenTable::kNone) return;
  tokens_.set(fd, TokenTable::kNone);
  forget(fd);
}

template <class System>
int KqueuePoller<System>::wait(uint64_t timeout_ns) {
  const int batch = static_cast<int>(kBatch);
  if (timeout_ns == platform::kForever) return System::kevent(kq_, nullptr, 0, events_, batch, nullptr);
  // Longer ones are refused by some systems.
  constexpr uint64_t kNsPerS = 1'000'000'000, kLongest = uint64_t{86'400} * kNsPerS;
  const uint64_t span = timeout_ns < kLongest ? timeout_ns : kLongest;
  const timespec timeout{.tv_sec = static_cast<time_t>(span / kNsPerS), .tv_nsec = static_cast<long>(span % kNsPerS)};
  return System::kevent(kq_, nullptr, 0, events_, batch, &timeout);
}

// Takes the wake, and throws out what EVFILT_EXCEPT tells beside its business: the read filter tells that too.
template <class System>
uint32_t KqueuePoller<System>::tidy(uint32_t count) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const Kevent& event = events_[i];
    if (System::kExcept != 0 && event.filter == System::kExcept && (event.fflags & System::kOob) == 0) continue;
    if (event.filter == System::kUser && event.ident == kWakeIdent) {
      wake_pending_.exchange(false, base::memory_order_acq_rel);
    }
    events_[kept++] = event;
  }
  return kept;
}

template <class System>
Status KqueuePoller<System>::poll(uint64_t timeout_ns, uint32_t& count) {
  count = 0;
  const bool bounded = timeout_ns != 0 && timeout_ns != platform::kForever;
  const uint64_t deadline = bounded ? platform::deadline_after(platform::now_ns(), timeout_ns) : platform::kForever;
  for (;;) {
    const int got = wait(timeout_ns);
    if (got > 0) {
      count = tidy(static_cast<uint32_t>(got));
      if (count != 0) return Status::kOk;
      if (timeout_ns == 0) continue;  // there may be more than a batch
    }
    if (got < 0 && errno != EINTR) return platform::last_os_error();
    if (timeout_ns == 0) return Status::kOk;
    if (!bounded) continue;
    const uint64_t now = platform::now_ns();
    if (now >= deadline) return Status::kOk;
    timeout_ns = deadline - now;
  }
}

template <class System>
void KqueuePoller<System>::wake() {
  if (wake_pending_.exchange(true, base::memory_order_acq_rel)) return;
  Kevent trigger = change(static_cast<intptr_t>(kWakeIdent), System::kUser, 0, System::kTrigger, kWakeToken);
  (void)apply(&trigger, 1);
}

// The child has no kqueue, and its number may be another file's by now.
template <class System>
Status KqueuePoller<System>::after_fork() {
  kq_ = -1;
  close();
  wake_pending_.store(false, base::memory_order_relaxed);
  return open(memory_);
}

}  // namespace rota::io
