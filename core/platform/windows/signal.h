// SPDX-License-Identifier: MIT
//
// Signals that a host can wait for, on Windows. The contract is in core/platform/signal.h.
//
// No object of Windows is signalled when one of several others is, so the members of a set share its event: whatever
// raises one sets it, the kernel included. Nothing tells who set an event, so it is never taken down for one member's
// sake: `settle` takes it down and then asks each member whether it is raised. One that was raised before is found by
// that question, one raised after sets the event anew.
//
// A set that is added to another becomes a second name of that one: it is signalled for the other's members too.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/intrusive_list.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/platform/windows/afd.h"

namespace rota::platform {

class SignalSet;

// Something that sets an event when it is raised: its own, or that of the set it was added to.
class SignalMember : public base::ListNode<SignalMember> {
 public:
  SignalMember() = default;
  SignalMember(const SignalMember&) = delete;
  SignalMember& operator=(const SignalMember&) = delete;

  intptr_t handle() const;

 protected:
  ~SignalMember();
  Status open_event();
  void signal() { ::SetEvent(event_); }
  HANDLE event_handle() const { return event_; }
  // Only while in no set.
  void reset();

 private:
  friend class SignalSet;
  virtual bool raised() const = 0;

  HANDLE event_ = nullptr;
  SignalSet* set_ = nullptr;
};

class SignalSet {
 public:
  SignalSet() = default;
  ~SignalSet();
  SignalSet(const SignalSet&) = delete;
  SignalSet& operator=(const SignalSet&) = delete;

  Status open();
  Status add(SignalMember& member);
  Status add(SignalSet& other);
  void settle();
  intptr_t handle() const { return reinterpret_cast<intptr_t>(whole_->event_); }

 private:
  friend class SignalMember;

  HANDLE event_ = nullptr;
  SignalSet* whole_ = this;  // the one it was added to
  base::Mutex mutex_;
  base::IntrusiveList<SignalMember> members_ ABSL_GUARDED_BY(mutex_);
};

class Signal final : public SignalMember {
 public:
  Status open() { return open_event(); }
  void raise();
  void clear();

 private:
  bool raised() const override { return up_.load(base::memory_order_seq_cst); }

  base::Atomic<bool> up_{false};
};

// A poll request on a socket that nothing ever happens to, with a time limit: of all that waits for a time, only a
// request can set an event without a thread. As fine as the system's tick.
class Alarm final : public SignalMember {
 public:
  ~Alarm();
  Status open();
  void set(uint64_t deadline_ns);

 private:
  bool raised() const override;
  void stop();

  afd::Winsock winsock_;
  HANDLE device_ = nullptr;
  SOCKET socket_ = INVALID_SOCKET;
  SOCKET base_socket_ = INVALID_SOCKET;
  afd::Poll request_;
  bool started_ = false;
  base::Atomic<uint64_t> deadline_ns_{UINT64_MAX};  // read by whoever settles
};

}  // namespace rota::platform
