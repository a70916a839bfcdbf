/* SPDX-License-Identifier: MIT */
#include "examples/sleep.h"

#include <windows.h>

void sleep_ns(uint64_t duration_ns) { Sleep((DWORD)((duration_ns + 999999) / 1000000)); }
