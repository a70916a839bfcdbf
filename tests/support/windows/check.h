/* SPDX-License-Identifier: MIT */
#ifndef ROTA_TESTS_SUPPORT_WINDOWS_CHECK_H
#define ROTA_TESTS_SUPPORT_WINDOWS_CHECK_H

#include <windows.h>

#include "tests/support/os_check.h"

#define OS_CHECK(condition)                                                         \
  do {                                                                              \
    if (!(condition)) os_fail(__FILE__, __LINE__, #condition, (int)GetLastError()); \
  } while (0)

#endif /* ROTA_TESTS_SUPPORT_WINDOWS_CHECK_H */
