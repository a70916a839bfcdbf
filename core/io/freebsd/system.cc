// SPDX-License-Identifier: MIT
#include "core/io/unix/system.h"

#include <time.h>

#include "core/platform/clock.h"

namespace rota::io {

const short kPollReadEnd = POLLRDHUP;
const short kPollUrgent = POLLPRI;
const bool kHangUpIsBoth = true;

int poll_for(pollfd* descriptors, uint32_t count, uint64_t timeout_ns) {
  if (timeout_ns == platform::kForever) return ::ppoll(descriptors, count, nullptr, nullptr);
  const timespec timeout{.tv_sec = static_cast<time_t>(timeout_ns / 1'000'000'000u),
                         .tv_nsec = static_cast<long>(timeout_ns % 1'000'000'000u)};
  return ::ppoll(descriptors, count, &timeout, nullptr);
}

}  // namespace rota::io
