// SPDX-License-Identifier: MIT
//
// Selector header: Poller is the system's readiness queue. What each backend must give:
//
//   Status open()                  makes it; close() frees it, and is also right when open failed or was never called
//   Status add(fd, token)          from now on each change of readiness, and the state found now, is reported once
//   under
//                                  `token` (edge-triggered), for both directions and for the peer's end.
//                                  kNotSupported: a kind of file that has no readiness. kExists: added before
//   void del(fd)                   no more reports, but those in a batch already taken
//   Status poll(timeout_ns, n)     waits until there are reports, a wake, or the time has passed (kForever: never; 0:
//   only
//                                  looks), and takes a batch of `n`, read with event(i) until the next poll. Never
//                                  returns early for nothing, interrupted by a signal or not
//   void wake()                    the poll in progress, or else the next, returns. Cheap while a wake is under way. It
//   is
//                                  reported as kWakeToken, so n counts it
//   bool wake_pending()            a wake is under way
//   intptr_t handle()              can be polled by a host: readable as long as poll(0) would take something
//   Status after_fork()            in a child: a new, empty queue; the parent's is left alone
//
// Rules of translation:
//   The end of what the peer sends (RDHUP) closes reading; only when both sides are through (HUP) is writing closed
//   too. Urgent data makes reading ready, and is told (kUrgent). An error makes both directions ready, so that whoever
//   waits tries and is told by the system call.
//
// Thread safety: poll, event and after_fork by one thread at a time; add, del, wake by any.
#pragma once

#include "core/io/ready.h"

#if defined(__linux__)
#include "core/io/linux/epoll_poller.h"
#else
#error "core/io has no backend for this system"
#endif

namespace rota::io {

#if defined(__linux__)
using Poller = EpollPoller;
#endif

}  // namespace rota::io
