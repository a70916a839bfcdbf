/* SPDX-License-Identifier: MIT */
#include "tests/support/lock.h"

#include "tests/support/unix/check.h"

void os_lock_take(struct os_lock* lock) { OS_CHECK(pthread_mutex_lock(&lock->mutex) == 0); }

void os_lock_give(struct os_lock* lock) { OS_CHECK(pthread_mutex_unlock(&lock->mutex) == 0); }

void os_lock_wait(struct os_lock* lock) { OS_CHECK(pthread_cond_wait(&lock->changed, &lock->mutex) == 0); }

void os_lock_wake_all(struct os_lock* lock) { OS_CHECK(pthread_cond_broadcast(&lock->changed) == 0); }
