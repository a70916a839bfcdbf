// SPDX-License-Identifier: MIT
//
// poll(2) of macOS is made of kqueue filters, one for each direction that is asked about: POLLHUP is an end of that
// one, and asking for urgent data alone would wake for any.
#include "core/io/unix/system.h"

#include <climits>

#include "core/platform/clock.h"

namespace rota::io {

const short kPollReadEnd = 0;
const short kPollUrgent = 0;
const bool kHangUpIsBoth = false;

// There is no ppoll. Up, never down: not before the time asked for.
int poll_for(pollfd* descriptors, uint32_t count, uint64_t timeout_ns) {
  if (timeout_ns == platform::kForever) return ::poll(descriptors, count, -1);
  const uint64_t ms = timeout_ns / 1'000'000 + (timeout_ns % 1'000'000 != 0 ? 1 : 0);
  return ::poll(descriptors, count, ms < INT_MAX ? static_cast<int>(ms) : INT_MAX);
}

}  // namespace rota::io
