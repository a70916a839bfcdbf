/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* nanosleep in C11 */
#endif

#include "examples/sleep.h"

#include <time.h>

void sleep_ns(uint64_t duration_ns) {
  struct timespec left = {(time_t)(duration_ns / 1000000000), (long)(duration_ns % 1000000000)};
  while (nanosleep(&left, &left) != 0) continue; /* a signal: sleep on */
}
