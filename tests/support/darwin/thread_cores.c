/* SPDX-License-Identifier: MIT */
#include "tests/support/thread.h"

int os_thread_cores(void) { return 0; }
