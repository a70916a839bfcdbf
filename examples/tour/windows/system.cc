// SPDX-License-Identifier: MIT
#include "examples/tour/system.h"

#include <windows.h>

namespace tour {

// Windows has no signal for it: sending fails, and that is all.
void ignore_broken_pipes() {}

// Sockets are bounded by memory alone.
uint64_t raise_descriptor_limit() { return UINT64_MAX; }

// Consoles before Windows 10 do not know the escape sequences and refuse the mode.
bool on_terminal() {
  HANDLE error = GetStdHandle(STD_ERROR_HANDLE);
  DWORD mode = 0;
  return GetConsoleMode(error, &mode) && SetConsoleMode(error, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

}  // namespace tour
