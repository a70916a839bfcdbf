// SPDX-License-Identifier: MIT
#include "examples/tour/limits.h"

#include <algorithm>

namespace tour {
namespace {

constexpr uint64_t kOwn = 64;          // standard streams, the engine's, the server's pipe
constexpr uint64_t kAtOnce = 512;      // blocking calls, at most
constexpr uint64_t kBlockingCall = 5;  // its connection, and the two socket pairs of libcurl: wake-ups, name look-up
constexpr uint64_t kAsyncRequest = 3;  // its connection, and the socket pair of the name look-up

}  // namespace

uint64_t descriptors_needed(uint32_t requests) {
  uint64_t blocking = std::min<uint64_t>(requests, kAtOnce) * kBlockingCall;
  uint64_t async = requests * kAsyncRequest;
  return kOwn + std::max(blocking, async);
}

}  // namespace tour
