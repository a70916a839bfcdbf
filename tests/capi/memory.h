/* SPDX-License-Identifier: MIT
 *
 * The host's allocator of the tests: counts what is out, checks what comes back, and can run out.
 */
#ifndef ROTA_TESTS_CAPI_MEMORY_H
#define ROTA_TESTS_CAPI_MEMORY_H

#include <string.h>

#include "tests/capi/check.h"
#include "tests/support/memory.h"

/* The host's allocator: counts what is out, and checks that each block comes back with its own size and alignment. */
struct memory {
  struct os_lock lock;
  size_t blocks;        /* out now */
  size_t bytes;         /* out now */
  uint64_t allocations; /* ever */
  int64_t left;         /* how many more are granted; -1: any number */
  int once;             /* 1: after the one that is refused, any number again */
};
#define MEMORY_INIT {OS_LOCK_INIT, 0, 0, 0, -1, 0}

/* Stands right before each block. */
struct memory_note {
  size_t size;
  size_t align;
  size_t offset; /* from the start of what os_aligned_alloc gave */
  uint64_t magic;
};
#define MEMORY_MAGIC UINT64_C(0x726f7461626c6f63)

static inline void* memory_alloc(void* user, size_t size, size_t align) {
  struct memory* memory = user;
  CHECK(align != 0 && (align & (align - 1)) == 0);
  os_lock_take(&memory->lock);
  const int refused = memory->left == 0;
  if (memory->left > 0) memory->left--;
  if (refused && memory->once) memory->left = -1;
  os_lock_give(&memory->lock);
  const size_t offset = align > sizeof(struct memory_note) ? align : sizeof(struct memory_note);
  if (refused || size > SIZE_MAX - 2 * offset) return NULL;
  unsigned char* start = os_aligned_alloc(offset, offset + size);
  if (start == NULL) return NULL;
  const struct memory_note note = {size, align, offset, MEMORY_MAGIC};
  memcpy(start + offset - sizeof note, &note, sizeof note);
  os_lock_take(&memory->lock);
  memory->blocks++;
  memory->bytes += size;
  memory->allocations++;
  os_lock_give(&memory->lock);
  return start + offset;
}

static inline void memory_free(void* user, void* block, size_t size, size_t align) {
  struct memory* memory = user;
  CHECK(block != NULL);
  struct memory_note note;
  memcpy(&note, (unsigned char*)block - sizeof note, sizeof note);
  CHECK(note.magic == MEMORY_MAGIC);
  CHECK(note.size == size);
  CHECK(note.align == align);
  os_aligned_free((unsigned char*)block - note.offset);
  os_lock_take(&memory->lock);
  CHECK(memory->blocks > 0);
  memory->blocks--;
  memory->bytes -= size;
  os_lock_wake_all(&memory->lock);
  os_lock_give(&memory->lock);
}

/* From now on: grants `left` allocations (-1: any number), then refuses one, or all. */
static inline void memory_limit(struct memory* memory, int64_t left, int once) {
  os_lock_take(&memory->lock);
  memory->left = left;
  memory->once = once;
  os_lock_give(&memory->lock);
}

static inline void memory_fail(struct memory* memory, int failing) { memory_limit(memory, failing ? 0 : -1, 0); }

/* Waits until everything is back: threads of a runtime that was released may be on their way out. */
static inline void memory_wait_none(struct memory* memory) {
  os_lock_take(&memory->lock);
  while (memory->blocks != 0) os_lock_wait(&memory->lock);
  CHECK(memory->bytes == 0);
  os_lock_give(&memory->lock);
}

/* The same, and something was out before. */
static inline void memory_wait_empty(struct memory* memory) {
  memory_wait_none(memory);
  CHECK(memory->allocations != 0);
}

#endif /* ROTA_TESTS_CAPI_MEMORY_H */
