/* SPDX-License-Identifier: MIT */
#include "tests/support/lock.h"

#include "tests/support/windows/check.h"

_Static_assert(sizeof(SRWLOCK) == sizeof(void*), "lock_type.h knows its size");
_Static_assert(sizeof(CONDITION_VARIABLE) == sizeof(void*), "lock_type.h knows its size");

static PSRWLOCK lock_of(struct os_lock* lock) { return (PSRWLOCK)&lock->lock; }

static PCONDITION_VARIABLE changed_of(struct os_lock* lock) { return (PCONDITION_VARIABLE)&lock->changed; }

void os_lock_take(struct os_lock* lock) { AcquireSRWLockExclusive(lock_of(lock)); }

void os_lock_give(struct os_lock* lock) { ReleaseSRWLockExclusive(lock_of(lock)); }

void os_lock_wait(struct os_lock* lock) {
  OS_CHECK(SleepConditionVariableSRW(changed_of(lock), lock_of(lock), INFINITE, 0));
}

void os_lock_wake_all(struct os_lock* lock) { WakeAllConditionVariable(changed_of(lock)); }
