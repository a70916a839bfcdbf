// SPDX-License-Identifier: MIT
//
// Selector header: Poller is the system's readiness queue. What each backend must give:
//
//   Status open(memory)            makes it, with what memory it needs from there. close() frees it, and is also right
//                                  when open failed or was never called
//   Entry                          what it keeps with each descriptor; the owner of the descriptor holds it from add to
//                                  del, and does not look inside
//   Status add(fd, token, entry)   from now on changes of readiness are reported under `token`, each once
//                                  (edge-triggered), for both directions and for the peer's end; see below.
//                                  kNotSupported: a kind of file that has no readiness. kExists: added before
//   void del(fd, entry)            no more reports, but those in a batch already taken
//   void want(entry, ready)        somebody waits for kReadable and/or kWritable, and a try has found nothing
//   Status poll(timeout_ns, n)     waits until there are reports, a wake, or the time has passed (kForever: never; 0:
//                                  only looks), and takes a batch of `n`, read with event(i) until the next poll. Never
//                                  returns early for nothing, interrupted by a signal or not
//   void wake()                    the poll in progress, or else the next, returns. Cheap while a wake is under way.
//                                  It is reported as kWakeToken, so n counts it
//   bool unfinished()              poll(0) may have something to take although nothing is registered, such as a wake
//   Status join(set)               the set is readable as long as poll(0) would take something; once, after open
//   Status after_fork()            in a child: a new, empty queue; the parent's is left alone
//
// Two kinds of backend, told apart by kAssumed, the readiness that a descriptor is taken to have when it is added:
//   0                        (epoll, kqueue) the system remembers what it has reported: the state found at add and each
//                            change after it come by themselves, and want is nothing
//   kReadable | kWritable    (IOCP, poll) the system only answers questions: the first try asks the descriptor itself,
//                            and each want asks once more, so what is so already is reported at once. What nobody wants
//                            is not reported, but for the end and errors, which may be
//
// Rules of translation:
//   The end of what the peer sends (RDHUP) closes reading; only when both sides are through (HUP) is writing closed
//   too. Urgent data makes reading ready, and is told (kUrgent). An error makes both directions ready, so that whoever
//   waits tries and is told by the system call.
//
// Thread safety: poll, event and after_fork by one thread at a time; add, del, want, wake by any. An entry is its
// owner's: no two calls with it at a time, want not after del.
#pragma once

#include "core/io/ready.h"

#if defined(__linux__)
#include "core/io/linux/epoll_poller.h"
#elif defined(_WIN32)
#include "core/io/windows/iocp_poller.h"
#else
#error "core/io has no backend for this system"
#endif

namespace rota::io {

#if defined(__linux__)
using Poller = EpollPoller;
#elif defined(_WIN32)
using Poller = IocpPoller;
#endif

}  // namespace rota::io
