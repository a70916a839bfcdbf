// SPDX-License-Identifier: MIT
//
// Selector header: signals that a host can wait for. What each system must give:
//
//   Signal     handle() is readable (signalled) from raise() to clear(); both may be called at any time, any number of
//              times
//   Alarm      from its deadline on, until it is set again; set(kForever) unsets it
//   SignalSet  as long as one of its members is: add(Signal&), add(Alarm&), or add(SignalSet&). Members are added once,
//              when they have just been opened, and outlive every wait on the set; a set that was added to another
//              one's lives as long. A poller joins with its own Poller::join settle(): called after members were
//              cleared, set or polled. Where the system has no object that unites others it takes the set's handle down
//              if no member holds it up; elsewhere it is nothing
//
// Each has open() first; a failed one needs no more than its destructor.
//
// Thread safety: raise and settle from any thread; the rest by one thread at a time.
#pragma once

#if defined(_WIN32)
#include "core/platform/windows/signal.h"
#else
#include "core/platform/unix/signal.h"
#endif
