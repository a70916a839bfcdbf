/* SPDX-License-Identifier: MIT */
#include "tests/support/memory.h"

#include <stdint.h>
#include <stdlib.h>

void* os_aligned_alloc(size_t align, size_t size) {
  if (align < sizeof(void*)) align = sizeof(void*);
  if (size > SIZE_MAX - align) return NULL;
  return aligned_alloc(align, (size + align - 1) / align * align);
}

void os_aligned_free(void* block) { free(block); }
