/* SPDX-License-Identifier: MIT */
#ifndef ROTA_TESTS_SUPPORT_UNIX_CHECK_H
#define ROTA_TESTS_SUPPORT_UNIX_CHECK_H

#include <errno.h>

#include "tests/support/os_check.h"

#define OS_CHECK(condition)                                           \
  do {                                                                \
    if (!(condition)) os_fail(__FILE__, __LINE__, #condition, errno); \
  } while (0)

#endif /* ROTA_TESTS_SUPPORT_UNIX_CHECK_H */
