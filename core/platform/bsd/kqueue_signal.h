// SPDX-License-Identifier: MIT
//
// The signals of core/platform/signal.h, each a kqueue: a handle that is readable while events are queued on it.
//
// `System` is KqueueSystem, or the double in tests.
//
// Thread safety: as signal.h says.
#pragma once

#include <errno.h>
#include <time.h>

#include <algorithm>
#include <cstdint>

#include "core/base/status.h"
#include "core/platform/clock.h"
#include "core/platform/os_error.h"
#include "core/platform/signal.h"

namespace rota::platform {

template <class System>
class KqueueSignals {
 public:
  static Status open(intptr_t& handle) {
    const int kq = System::open_queue();
    if (kq < 0) return last_os_error();
    handle = kq;
    return Status::kOk;
  }
  static void close(intptr_t handle) {
    if (handle != kNoHandle) System::close_queue(static_cast<int>(handle));
  }

  // --- Signal: an event of our own.

  static Status open_signal(intptr_t& handle) {
    if (const Status status = open(handle); !ok(status)) return status;
    return apply(handle, change(kIdent, System::kUser, System::kAdd | System::kClear));
  }
  static void raise(intptr_t handle) { (void)apply(handle, change(kIdent, System::kUser, 0, System::kTrigger)); }
  // Taking the event resets it.
  static void clear(intptr_t handle) { look(handle); }

  // --- Alarm: a timer that fires once, and whose event nobody takes.

  static void set_alarm(intptr_t handle, uint64_t deadline_ns) {
    (void)apply(handle, change(kIdent, System::kTimer, System::kDelete));
    if (deadline_ns == kForever) return;
    const uint64_t now = now_ns();
    Kevent timer =
        change(kIdent, System::kTimer, System::kAdd | System::kOneshot, System::kNanoseconds | System::kCritical);
    // Zero would never fire on some systems, and what is beyond an age of the machine may be refused.
    timer.data = static_cast<decltype(timer.data)>(std::clamp(deadline_ns - std::min(now, deadline_ns), kLeast, kMost));
    (void)apply(handle, timer);
  }

  // --- SignalSet: a level for each member.

  static Status add_member(intptr_t handle, intptr_t member) {
    return apply(handle, change(static_cast<uintptr_t>(member), System::kRead, System::kAdd));
  }
  // Looking has the kernel ask each queued member again, and those that are silent leave.
  static void settle(intptr_t handle) { look(handle); }

 private:
  using Kevent = typename System::Event;
  static constexpr uintptr_t kIdent = 1;
  static constexpr uint64_t kLeast = 1, kMost = uint64_t{10} * 365 * 86'400 * 1'000'000'000;

  static Kevent change(uintptr_t ident, int16_t filter, uint16_t flags, uint32_t fflags = 0) {
    Kevent event{};
    event.ident = ident;
    event.filter = filter;
    event.flags = flags;
    event.fflags = fflags;
    return event;
  }
  static Status apply(intptr_t handle, Kevent event) {
    int result;
    do {
      result = System::kevent(static_cast<int>(handle), &event, 1, nullptr, 0, nullptr);
    } while (result < 0 && errno == EINTR);
    return result < 0 ? last_os_error() : Status::kOk;
  }
  static void look(intptr_t handle) {
    constexpr timespec kNow{};
    Kevent taken[8];
    (void)System::kevent(static_cast<int>(handle), nullptr, 0, taken, 8, &kNow);
  }
};

}  // namespace rota::platform
