// SPDX-License-Identifier: MIT
//
// A test double of kqueue(2) for Linux: the same two calls, over real descriptors. What is written for the BSDs runs
// against it here; README.md beside it lists what it does, and from which manual page that is.
//
// Thread safety: any thread, as the system calls.
#pragma once

#include <time.h>

#include <cstdint>

namespace rota::platform::fake {

// struct kevent.
struct Event {
  uintptr_t ident;
  int16_t filter;
  uint16_t flags;
  uint32_t fflags;
  int64_t data;
  void* udata;
};

// kqueue(): a descriptor that can be polled, or -1 with errno.
int kqueue();
// kevent(). EVFILT_EXCEPT exists only when `has_except` is set.
int kevent(int kq, const Event* changes, int change_count, Event* events, int event_count, const timespec* timeout,
           bool has_except);
// close() of a kqueue.
void close_kqueue(int kq);
// Lets what has happened take effect, as in a kernel it does by itself: an event stays queued from then on, also when
// its condition passes before somebody looks.
void settle_kernel(int kq);

// What the templates over a kqueue system ask for (core/platform/bsd/kqueue_system.h).
struct KqueueBase {
  using Event = fake::Event;
  static constexpr int16_t kRead = -1, kWrite = -2, kTimer = -7, kUser = -10;
  static constexpr uint16_t kAdd = 0x1, kDelete = 0x2, kEnable = 0x4, kDisable = 0x8, kOneshot = 0x10, kClear = 0x20,
                            kReceipt = 0x40, kKeepUdata = 0x200, kError = 0x4000, kEof = 0x8000;
  static constexpr uint32_t kTrigger = 0x01000000, kOob = 0x2, kNanoseconds = 0x8, kCritical = 0;

  static int open_queue() { return kqueue(); }
  static void close_queue(int kq) { close_kqueue(kq); }
};

// As FreeBSD: nothing tells of urgent data.
struct FreeBsdKqueue : KqueueBase {
  static constexpr int16_t kExcept = 0;
  static int kevent(int kq, const Event* changes, int change_count, Event* events, int event_count,
                    const timespec* timeout) {
    return fake::kevent(kq, changes, change_count, events, event_count, timeout, false);
  }
};

// As macOS.
struct DarwinKqueue : KqueueBase {
  static constexpr int16_t kExcept = -15;
  static int kevent(int kq, const Event* changes, int change_count, Event* events, int event_count,
                    const timespec* timeout) {
    return fake::kevent(kq, changes, change_count, events, event_count, timeout, true);
  }
};

}  // namespace rota::platform::fake
