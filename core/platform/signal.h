// SPDX-License-Identifier: MIT
//
// Signals a host can poll. Contract for a platform:
//
//   Signal     readable from raise() to clear(); both may be called at any time, any number of times
//   Alarm      readable from its deadline on, until it is set again
//   SignalSet  readable as long as one of its members is (an epoll set, a kqueue, ...). Where a set remembers that a
//              member was, it stays readable until settle() has it look again; call that after silencing members
//
// Thread safety: raise and settle from any thread; the rest by one thread at a time.
#pragma once

#include <cstdint>

#include "core/base/status.h"

namespace rota::platform {

inline constexpr intptr_t kNoHandle = -1;

class Signal {
 public:
  ~Signal();
  Status open();
  void raise();
  void clear();
  intptr_t handle() const { return handle_; }

 private:
  intptr_t handle_ = kNoHandle;
};

class Alarm {
 public:
  ~Alarm();
  Status open();
  // kForever: never.
  void set(uint64_t deadline_ns);
  intptr_t handle() const { return handle_; }

 private:
  intptr_t handle_ = kNoHandle;
  uint64_t deadline_ns_ = UINT64_MAX;
};

class SignalSet {
 public:
  ~SignalSet();
  Status open();
  Status add(intptr_t member);
  void settle();
  intptr_t handle() const { return handle_; }

 private:
  intptr_t handle_ = kNoHandle;
};

}  // namespace rota::platform
