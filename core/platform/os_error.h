// SPDX-License-Identifier: MIT
//
// The system's error numbers, as Status.
#pragma once

#include "core/base/status.h"

namespace rota::platform {

// `code` is errno (Unix) or GetLastError / WSAGetLastError (Windows).
Status status_of_os_error(int code);
// The same for the calling thread's last error.
Status last_os_error();

}  // namespace rota::platform
