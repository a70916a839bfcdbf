// SPDX-License-Identifier: MIT
//
// IocpPoller: the backend on a completion port. The contract is in core/io/poller.h.
//
// A port reports operations, not readiness; but AFD's poll request is an operation that is complete when a socket is
// ready (afd.h), as wepoll and mio found. Each want is such a request; its packet is the report.
//
// The time limit of a poll is a waitable timer of the poller's, for the port's own limit is as coarse as the system's
// tick (up to 16 ms). Its expiry is delivered as an APC, so such a poll also runs other APCs of the thread.
//
// Overlapped operations of other handles go through the same port (overlapped.h).
//
// Thread safety: as the contract says. Lock order: a signal set's lock, then mutex_.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/io/ready.h"
#include "core/io/windows/overlapped.h"
#include "core/io/windows/socket_table.h"
#include "core/io/windows/watched_socket.h"
#include "core/platform/memory.h"
#include "core/platform/signal.h"

namespace rota::io {

class IocpPoller final : private platform::SignalMember, public OverlappedOwner {
 public:
  static constexpr uint64_t kWakeToken = UINT64_MAX;
  static constexpr uint32_t kBatch = 512;
  static constexpr uint32_t kAssumed = kReadable | kWritable;
  struct Entry {
    WatchedSocket* socket = nullptr;
  };

  IocpPoller() = default;
  ~IocpPoller() { close(); }

  Status open(const platform::Memory& memory);
  void close();
  // `fd` is a SOCKET. kNotSupported: a handle of another kind.
  Status add(intptr_t fd, uint64_t token, Entry& entry);
  void del(intptr_t fd, Entry& entry);
  void want(Entry& entry, uint32_t ready);
  Status poll(uint64_t timeout_ns, uint32_t& count);
  Event event(uint32_t index) const { return events_[index]; }
  void wake();
  bool unfinished() const;
  Status join(platform::SignalSet& set);
  void shut_down();

  // Overlapped operations of this handle report here, for as long as it lives. kBadDescriptor; kInvalid: it was opened
  // without FILE_FLAG_OVERLAPPED, or reports to another port.
  Status associate(HANDLE handle);
  // There is no fork.
  Status after_fork() { return Status::kNotSupported; }

 private:
  bool raised() const override;
  bool enter(Overlapped& operation) override;
  void leave(Overlapped& operation) override;
  HANDLE end_event() const override { return event_to_set_; }
  Status open_timer();
  Status open_device() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Status take_device(AfdDevice*& device) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void give_device(AfdDevice& device) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint32_t take(uint64_t timeout_ns);
  void handle_packet(const OVERLAPPED_ENTRY& packet, uint32_t& count);
  void unref(WatchedSocket& socket);

  // Constant after open.
  platform::Memory memory_;
  platform::afd::Winsock winsock_;
  HANDLE port_ = nullptr;
  HANDLE timer_ = nullptr;
  HANDLE event_to_set_ = nullptr;  // that of the set it joined

  mutable base::Mutex mutex_;
  SocketTable sockets_ ABSL_GUARDED_BY(mutex_);
  AfdDevice* devices_ ABSL_GUARDED_BY(mutex_) = nullptr;
  AfdDevice* devices_with_room_ ABSL_GUARDED_BY(mutex_) = nullptr;

  base::IntrusiveList<Overlapped> under_way_ ABSL_GUARDED_BY(mutex_);
  bool shut_down_ ABSL_GUARDED_BY(mutex_) = false;
  // How many those are; only a hint without the lock.
  base::Atomic<uint32_t> operations_{0};

  // Set by who wakes first, cleared by the poll that takes the packet; acq_rel, as in EpollPoller.
  base::Atomic<bool> wake_pending_{false};
  // Packets to come that will be dropped. Written by who deletes and who polls; only a hint for who looks.
  base::Atomic<uint32_t> to_drop_{0};

  // Who polls.
  OVERLAPPED_ENTRY packets_[kBatch];
  Event events_[kBatch];
};

}  // namespace rota::io
