// SPDX-License-Identifier: MIT
//
// Selector header: Poller is the system's readiness queue. What each backend must give (contract/poller_contract.h
// holds every one of them to it):
//
//   Status open(memory)            makes it, with what memory it needs from there. close() frees it, and is also right
//                                  when open failed or was never called
//   Entry                          what it keeps with each descriptor; the owner of the descriptor holds it from add to
//                                  del, and does not look inside
//   Status add(fd, token, entry)   from now on changes of readiness are reported under `token`, each once
//                                  (edge-triggered), for both directions and for the peer's end, also to a poll that is
//                                  under way; see below. kNotSupported: a kind of file that has no readiness. kExists:
//                                  added before. kBadDescriptor, kNoMemory
//   void del(fd, entry)            no more reports, but those in a batch already taken; and nothing of the queue keeps
//                                  the file open any more. The owner deletes before it closes
//   void want(entry, ready)        somebody waits for kReadable and/or kWritable, and a try has found nothing
//   Status poll(timeout_ns, n)     waits until there are reports, a wake, or the time has passed (kForever: never; 0:
//                                  only looks), and takes a batch of `n` (at most kBatch), read with event(i) until the
//                                  next poll. Several reports of a batch may have one token. What does not fit comes
//                                  with the next poll. Never returns early for nothing, interrupted by a signal or not:
//                                  n is 0 only when the time has passed
//   void wake()                    the poll in progress, or else the next, returns. Cheap while a wake is under way.
//                                  It is reported as kWakeToken, so n counts it; many before a poll are one
//   bool unfinished()              poll(0) may have something to take although nothing is registered, such as a wake
//   void shut_down()               what is under way besides readiness ends, and no more may begin; nobody polls
//   Status join(set)               the set is readable as long as poll(0) would take something; once, after open.
//                                  kNotSupported: the system has nothing that tells of it
//   Status after_fork()            in a child: a new, empty queue; the parent's is left alone. Nobody else is inside
//
// Two kinds of backend, told apart by kAssumed, the readiness that a descriptor is taken to have when it is added:
//   0                        (epoll, kqueue) the system remembers what it has reported: the state found at add and each
//                            change after it come by themselves, and want is nothing
//   kReadable | kWritable    (IOCP, poll) the system only answers questions: the first try asks the descriptor itself,
//                            and each want asks once more, so what is so already is reported at once. What nobody wants
//                            is not reported, but for the end and errors, which may be
//
// What a change is: bytes or connections that come in, also when earlier ones are still there; room to write after
// there was none; the end of what the peer sends; a hang-up; an error; urgent data. Between two polls they add up to
// one report of all bits that hold. Bits that hold but did not change may be told along, and room to write may be told
// again whenever something of what was written has gone out (kqueue).
//
// Rules of translation:
//   The end of what the peer sends (RDHUP) closes reading, and makes it ready; only when both sides are through (HUP),
//   or nothing can be sent any more, is writing closed too. Urgent data makes reading ready, and is told (kUrgent); a
//   backend that cannot tell says kUrgent whenever a socket is readable. An error makes both directions ready, so that
//   whoever waits tries and is told by the system call.
//
// Thread safety: poll, event and after_fork by one thread at a time; add, del, want, wake by any, also during a poll.
// An entry is its owner's: no two calls with it at a time, want not after del.
#pragma once

#include "core/io/ready.h"

#if defined(ROTA_POLLER_POLL)
#include "core/io/unix/poll_poller.h"
#elif defined(ROTA_POLLER_KQUEUE_DOUBLE)
#include "core/io/bsd/double_kqueue_poller.h"
#elif defined(__linux__)
#include "core/io/linux/epoll_poller.h"
#elif defined(__APPLE__) || defined(__FreeBSD__)
#include "core/io/bsd/system_kqueue_poller.h"
#elif defined(_WIN32)
#include "core/io/windows/iocp_poller.h"
#else
#error "core/io has no backend for this system"
#endif

namespace rota::io {

#if defined(ROTA_POLLER_POLL)
using Poller = PollPoller;
#elif defined(ROTA_POLLER_KQUEUE_DOUBLE)
using Poller = DoubleKqueuePoller;
#elif defined(__linux__)
using Poller = EpollPoller;
#elif defined(__APPLE__) || defined(__FreeBSD__)
using Poller = SystemKqueuePoller;
#elif defined(_WIN32)
using Poller = IocpPoller;
#endif

}  // namespace rota::io
