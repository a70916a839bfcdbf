/* SPDX-License-Identifier: MIT
 *
 * How a host waits for the handle of a queue: poll(2) of a descriptor, or a wait for an event's HANDLE.
 */
#ifndef ROTA_TESTS_SUPPORT_HANDLE_H
#define ROTA_TESTS_SUPPORT_HANDLE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 1 when it is readable (signalled) within `timeout_ms`, else 0. */
int os_handle_wait(intptr_t handle, int timeout_ms);

#ifdef __cplusplus
}
#endif

#endif /* ROTA_TESTS_SUPPORT_HANDLE_H */
