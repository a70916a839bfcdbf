// SPDX-License-Identifier: MIT
#include "core/platform/affinity.h"

namespace rota::platform {

// macOS takes hints about which threads share a cache, and on arm64 not even those.
Status set_thread_affinity(const uint32_t*, size_t) { return Status::kNotSupported; }

}  // namespace rota::platform
