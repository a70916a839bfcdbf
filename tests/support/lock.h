/* SPDX-License-Identifier: MIT
 *
 * A lock with one condition: whoever changes what it guards wakes all who wait for a change.
 *
 * tests/support is what tests need of the system itself, in C so that tests in C and C++ share it: a header here is the
 * contract, and unix/, windows/ and so on hold its sides. Whatever the system refuses ends the test with a message.
 */
#ifndef ROTA_TESTS_SUPPORT_LOCK_H
#define ROTA_TESTS_SUPPORT_LOCK_H

/* Selector: struct os_lock and OS_LOCK_INIT, which needs no undoing. */
#if defined(_WIN32)
#include "tests/support/windows/lock_type.h"
#else
#include "tests/support/unix/lock_type.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

void os_lock_take(struct os_lock* lock);
void os_lock_give(struct os_lock* lock);
/* Gives the lock, waits for os_lock_wake_all, and takes it again. May return for no reason. */
void os_lock_wait(struct os_lock* lock);
void os_lock_wake_all(struct os_lock* lock);

#ifdef __cplusplus
}
#endif

#endif /* ROTA_TESTS_SUPPORT_LOCK_H */
