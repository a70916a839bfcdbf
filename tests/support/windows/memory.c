/* SPDX-License-Identifier: MIT */
#include "tests/support/memory.h"

#include <malloc.h>

void* os_aligned_alloc(size_t align, size_t size) { return _aligned_malloc(size, align); }

void os_aligned_free(void* block) { _aligned_free(block); }
