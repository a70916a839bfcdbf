/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>

#include "tests/support/thread.h"
#include "tests/support/unix/check.h"

int os_thread_cores(void) {
  cpu_set_t set;
  OS_CHECK(sched_getaffinity(0, sizeof set, &set) == 0);
  return CPU_ISSET(0, &set) ? CPU_COUNT(&set) : -1;
}
