/* SPDX-License-Identifier: MIT
 *
 * An SRWLOCK and a CONDITION_VARIABLE by size: <windows.h> and its macros stay out of the tests.
 */
#ifndef ROTA_TESTS_SUPPORT_WINDOWS_LOCK_TYPE_H
#define ROTA_TESTS_SUPPORT_WINDOWS_LOCK_TYPE_H

struct os_lock {
  void* lock;
  void* changed;
};
#define OS_LOCK_INIT {0, 0}

#endif /* ROTA_TESTS_SUPPORT_WINDOWS_LOCK_TYPE_H */
