// SPDX-License-Identifier: MIT
//
// What differs between the Unix systems and is needed by this folder. Each system's own folder defines it (system.cc).
#pragma once

#include <poll.h>

#include <cstdint>

namespace rota::io {

// The event of poll(2) that says that the peer sends no more; 0 where there is none.
extern const short kPollReadEnd;
// The event that urgent data has come in; 0 where asking for it alone makes poll(2) misbehave.
extern const short kPollUrgent;
// POLLHUP says that both sides are through. Else it concerns the direction that was asked about (reading, if both
// were).
extern const bool kHangUpIsBoth;

// poll(2) for at most `timeout_ns` (kForever: any time), perhaps less, in the system's finest steps; never less than it
// when nothing happens and the time is short enough for one call.
int poll_for(pollfd* descriptors, uint32_t count, uint64_t timeout_ns);

}  // namespace rota::io
