/* SPDX-License-Identifier: MIT */
#include <sys/param.h>
/* After it. */
#include <sys/cpuset.h>

#include "tests/support/thread.h"
#include "tests/support/unix/check.h"

int os_thread_cores(void) {
  cpuset_t set;
  OS_CHECK(cpuset_getaffinity(CPU_LEVEL_WHICH, CPU_WHICH_TID, -1, sizeof set, &set) == 0);
  return CPU_ISSET(0, &set) ? CPU_COUNT(&set) : -1;
}
