/* SPDX-License-Identifier: MIT
 *
 * Threads of the tests, and what the system knows about the threads of this process.
 */
#ifndef ROTA_TESTS_SUPPORT_THREAD_H
#define ROTA_TESTS_SUPPORT_THREAD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void* (*os_thread_main)(void* arg);

/* Must stay where it is from start to join. */
struct os_thread {
  os_thread_main main;
  void* arg;
  void* result;
  uintptr_t handle;
};

/* Runs main(arg) on a thread of its own. */
void os_thread_start(struct os_thread* thread, os_thread_main main, void* arg);
/* Waits for its end; what main returned. */
void* os_thread_join(struct os_thread* thread);

/* A number for the current thread; no two threads that live have the same, and none has 0. */
uint64_t os_thread_self(void);
/* The current thread's name as the system knows it, cut to fit and terminated. */
void os_thread_name(char* out, size_t size);
/* The system's numbers of the threads that this process has now (not os_thread_self's), as many as fit; how many there
 * are. */
size_t os_thread_list(uint64_t* out, size_t capacity);
/* For the few things that systems have no event for. */
void os_sleep_ms(uint32_t duration_ms);

#ifdef __cplusplus
}
#endif

#endif /* ROTA_TESTS_SUPPORT_THREAD_H */
