// SPDX-License-Identifier: MIT
//
// Which cores the current thread may run on. Contract for a platform: restrict it to the cores given, by the system's
// numbers; leave out those that there are not.
//
// Thread safety: any thread, for itself.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/status.h"

namespace rota::platform {

// kInvalid: none of the cores can be had, and nothing has changed. kNotSupported: the system has no such thing.
Status set_thread_affinity(const uint32_t* cores, size_t count);

}  // namespace rota::platform
