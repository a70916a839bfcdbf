// SPDX-License-Identifier: MIT
//
// What the backends of several Unix systems need to know of a descriptor.
//
// Thread safety: any thread.
#pragma once

#include <cstdint>

#include "core/base/status.h"

namespace rota::io {

// kOk: it may become ready, and may not. kNotSupported: a file, folder or disk, always "ready". kBadDescriptor.
Status check_has_readiness(intptr_t descriptor);

// A pipe that neither blocks nor is inherited by programs started.
Status open_pipe(int (&ends)[2]);

// Closes it if it is one.
void close_descriptor(int& descriptor);

}  // namespace rota::io
