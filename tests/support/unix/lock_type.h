/* SPDX-License-Identifier: MIT */
#ifndef ROTA_TESTS_SUPPORT_UNIX_LOCK_TYPE_H
#define ROTA_TESTS_SUPPORT_UNIX_LOCK_TYPE_H

#include <pthread.h>

struct os_lock {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
};
#define OS_LOCK_INIT {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER}

#endif /* ROTA_TESTS_SUPPORT_UNIX_LOCK_TYPE_H */
