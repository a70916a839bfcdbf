/* SPDX-License-Identifier: MIT
 *
 * How the sides of tests/support end a test that the system gives nothing to work with.
 */
#ifndef ROTA_TESTS_SUPPORT_OS_CHECK_H
#define ROTA_TESTS_SUPPORT_OS_CHECK_H

/* `code` is errno or GetLastError(). */
_Noreturn void os_fail(const char* file, int line, const char* what, int code);

#endif /* ROTA_TESTS_SUPPORT_OS_CHECK_H */
