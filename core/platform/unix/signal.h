// SPDX-License-Identifier: MIT
//
// Signals that a host can poll, each a descriptor. The contract is in core/platform/signal.h.
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
  // Anything that can be polled: the kernel's own queue unites them.
  Status add(intptr_t member);
  Status add(const Signal& member) { return add(member.handle()); }
  Status add(const Alarm& member) { return add(member.handle()); }
  Status add(const SignalSet& member) { return add(member.handle()); }
  void settle() {}
  intptr_t handle() const { return handle_; }

 private:
  intptr_t handle_ = kNoHandle;
};

}  // namespace rota::platform
