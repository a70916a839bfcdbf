/* SPDX-License-Identifier: MIT */
#include "tests/support/os_check.h"

#include <stdio.h>
#include <stdlib.h>

void os_fail(const char* file, int line, const char* what, int code) {
  fflush(stdout);
  fprintf(stderr, "%s:%d: the system refused: %s (error %d)\n", file, line, what, code);
  fflush(stderr);
  _Exit(1);
}
