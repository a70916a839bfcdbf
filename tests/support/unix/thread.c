/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* pthread_getname_np */
#endif

#include "tests/support/thread.h"

#include <poll.h>
#include <pthread.h>

#include "tests/support/unix/check.h"

void os_thread_start(struct os_thread* thread, os_thread_main main, void* arg) {
  pthread_t handle;
  OS_CHECK(pthread_create(&handle, NULL, main, arg) == 0);
  thread->handle = (uintptr_t)handle;
}

void* os_thread_join(struct os_thread* thread) {
  OS_CHECK(pthread_join((pthread_t)thread->handle, &thread->result) == 0);
  return thread->result;
}

uint64_t os_thread_self(void) { return (uint64_t)(uintptr_t)pthread_self(); }

void os_thread_name(char* out, size_t size) { OS_CHECK(pthread_getname_np(pthread_self(), out, size) == 0); }

void os_sleep_ms(uint32_t duration_ms) { OS_CHECK(poll(NULL, 0, (int)duration_ms) == 0); }
