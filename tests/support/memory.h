/* SPDX-License-Identifier: MIT
 *
 * C11's aligned_alloc, which Windows has under another name and with a free of its own.
 */
#ifndef ROTA_TESTS_SUPPORT_MEMORY_H
#define ROTA_TESTS_SUPPORT_MEMORY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NULL when there is none. `align` is a power of two. */
void* os_aligned_alloc(size_t align, size_t size);
void os_aligned_free(void* block);

#ifdef __cplusplus
}
#endif

#endif /* ROTA_TESTS_SUPPORT_MEMORY_H */
