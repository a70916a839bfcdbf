// SPDX-License-Identifier: MIT
//
// Selector header: KqueueSystem is kqueue(2) as the templates over it ask for it. Tests put a double in its place.
//
// Thread safety: that of the system.
#pragma once

#include <sys/types.h>
// After it.
#include <sys/event.h>
#include <time.h>

#include <cstdint>

namespace rota::platform {

struct KqueueSystem {
  using Event = struct kevent;

  static constexpr int16_t kRead = EVFILT_READ, kWrite = EVFILT_WRITE, kTimer = EVFILT_TIMER, kUser = EVFILT_USER;
  static constexpr uint16_t kAdd = EV_ADD, kDelete = EV_DELETE, kEnable = EV_ENABLE, kOneshot = EV_ONESHOT,
                            kClear = EV_CLEAR, kReceipt = EV_RECEIPT, kError = EV_ERROR, kEof = EV_EOF;
  static constexpr uint32_t kTrigger = NOTE_TRIGGER, kNanoseconds = NOTE_NSECONDS;

// Tells of urgent data.
#if defined(EVFILT_EXCEPT)
  static constexpr int16_t kExcept = EVFILT_EXCEPT;
  static constexpr uint32_t kOob = NOTE_OOB;
#else
  static constexpr int16_t kExcept = 0;
  static constexpr uint32_t kOob = 0;
#endif
// A timer that the system does not put off to save power.
#if defined(NOTE_CRITICAL)
  static constexpr uint32_t kCritical = NOTE_CRITICAL;
#else
  static constexpr uint32_t kCritical = 0;
#endif

  // Not inherited by programs that are started. -1 with errno.
  static int open_queue();
  static void close_queue(int kq);
  static int kevent(int kq, const Event* changes, int change_count, Event* events, int event_count,
                    const timespec* timeout) {
    return ::kevent(kq, changes, change_count, events, event_count, timeout);
  }
};

}  // namespace rota::platform
