// SPDX-License-Identifier: MIT
//
// Selector header: Poller is the system's readiness queue. What each backend must give (held against every one of them
// by poller_contract.h):
//
//   Status open(memory)            makes it; close() frees it, and is also right when open failed or was never called.
//                                  `memory` outlives it
//   Status add(fd, token)          from now on each change of readiness, and the state found now, is reported once
//                                  under `token` (edge-triggered), for both directions and for the peer's end. Also to
//                                  a poll that is under way. kNotSupported: a kind of file that has no readiness.
//                                  kExists: added before. kBadDescriptor, kNoMemory
//   void del(fd)                   no more reports, but those in a batch already taken, and nothing of the queue keeps
//                                  the file open any more. The owner deletes before it closes; what was not added is
//                                  left alone
//   Status poll(timeout_ns, n)     waits until there are reports, a wake, or the time has passed (kForever: never; 0:
//                                  only looks), and takes a batch of `n` (at most kBatch), read with event(i) until the
//                                  next poll. Several reports of a batch may have the same token. What does not fit
//                                  comes with the next poll. Never returns early for nothing, interrupted by a signal
//                                  or not: n is 0 only when the time has passed
//   void wake()                    the poll in progress, or else the next, returns. Cheap while a wake is under way.
//                                  It is reported as kWakeToken, so n counts it; many wakes before a poll are one
//   bool wake_pending()            a wake is under way
//   intptr_t handle()              can be polled by a host: readable as long as poll(0) would take something. kNoHandle
//                                  where the system has no such thing
//   Status after_fork()            in a child: a new, empty queue; the parent's is left alone. Nobody else is inside
//   kRearms, rearm(fd, direction)  below
//
// What a change is: bytes or connections that come in, also when earlier ones are still there; room to write after
// there was none; the end of what the peer sends; a hang-up; an error. Between two polls they add up to one report of
// all bits that hold. Bits that hold but did not change may be told along.
//
// Backends whose system only tells a state (poll, AFD) have kRearms = true. Of a direction they have reported they may
// then be silent until rearm(fd, direction), which says that an operation found nothing more and somebody is going to
// wait: from then on what holds is a change. Only readiness may be held back so: urgent data, an end, a hang-up or an
// error is told as soon as the system tells it. An operation calls rearm after its try, so that what comes in between
// is found by the look that follows. What is not registered (any more) is left alone. For the others
// it does nothing.
//
// Rules of translation:
//   The end of what the peer sends (RDHUP) closes reading, and makes it ready; only when both sides are through (HUP),
//   or writing can never succeed again, is writing closed too. Urgent data makes reading ready, and is told (kUrgent);
//   a backend that cannot tell says kUrgent whenever a socket is readable. An error makes both directions ready, so
//   that whoever waits tries and is told by the system call.
//
// Thread safety: poll, event and after_fork by one thread at a time; add, del, rearm, wake by any, also during a poll.
#pragma once

#include "core/io/ready.h"

#if defined(ROTA_POLLER_POLL)
#include "core/io/unix/poll_poller.h"
#elif defined(__linux__)
#include "core/io/linux/epoll_poller.h"
#elif defined(__APPLE__) || defined(__FreeBSD__)
#include "core/io/bsd/system_kqueue_poller.h"
#else
#error "core/io has no backend for this system"
#endif

namespace rota::io {

#if defined(ROTA_POLLER_POLL)
using Poller = PollPoller;
#elif defined(__linux__)
using Poller = EpollPoller;
#elif defined(__APPLE__) || defined(__FreeBSD__)
using Poller = SystemKqueuePoller;
#endif

}  // namespace rota::io
