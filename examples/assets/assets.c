/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* setpriority */
#endif

#include "examples/assets/assets.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "examples/assets/tile.h"

#define ROWS_A_POLL 16 /* about half a millisecond */

struct asset {
  atomic_int references;
  uint8_t* bytes; /* read, not yet decoded */
  size_t len;
  uint16_t* heights; /* unpacked, not yet shaded */
  uint8_t* pixels;
  int rows; /* of pixels, done */
  char path[];
};

asset* asset_new(const char* path) {
  const size_t room = snprintf(NULL, 0, "%s", path) + (size_t)1;
  asset* tile = calloc(1, sizeof *tile + room);
  if (tile == NULL) return NULL;
  atomic_init(&tile->references, 1);
  snprintf(tile->path, room, "%s", path);
  return tile;
}

asset* asset_share(asset* tile) {
  atomic_fetch_add_explicit(&tile->references, 1, memory_order_relaxed);
  return tile;
}

void asset_release(void* state) {
  asset* tile = state;
  if (tile == NULL || atomic_fetch_sub_explicit(&tile->references, 1, memory_order_acq_rel) != 1) return;
  free(tile->bytes);
  free(tile->heights);
  free(tile->pixels);
  free(tile);
}

static rota_status status_of(int error) {
  switch (error) {
    case ENOENT:
      return ROTA_ENOENT;
    case EACCES:
      return ROTA_EACCES;
    case ENOMEM:
      return ROTA_ENOMEM;
    default:
      return ROTA_EIO;
  }
}

rota_status asset_read(void* state) {
  asset* tile = state;
  FILE* file = fopen(tile->path, "rb");
  if (file == NULL) return status_of(errno);
  const size_t most = tile_packed_max() + 1; /* one more than a tile has: what is longer is no tile */
  uint8_t* bytes = malloc(most);
  if (bytes != NULL) tile->len = fread(bytes, 1, most, file);
  const rota_status status = bytes == NULL ? ROTA_ENOMEM : ferror(file) != 0 ? ROTA_EIO : ROTA_OK;
  fclose(file);
  free(tile->bytes);
  tile->bytes = bytes;
  return status;
}

static rota_status unpack(asset* tile) {
  if (tile->bytes == NULL) return ROTA_EINVAL; /* nothing was read */
  tile->heights = malloc(sizeof(uint16_t) * TILE_SIDE * TILE_SIDE);
  if (tile->pixels == NULL) tile->pixels = malloc((size_t)4 * ASSET_SIDE * ASSET_SIDE);
  const rota_status status =
      tile->heights == NULL || tile->pixels == NULL ? ROTA_ENOMEM : tile_unpack(tile->bytes, tile->len, tile->heights);
  free(tile->bytes);
  tile->bytes = NULL;
  if (status != ROTA_OK) {
    free(tile->heights);
    tile->heights = NULL; /* nothing to shade */
  }
  return status;
}

static void shade(asset* tile, int rows) {
  const int last = tile->rows + rows < ASSET_SIDE ? tile->rows + rows : ASSET_SIDE;
  tile_shade(tile->heights, tile->rows, last, tile->pixels);
  tile->rows = last;
}

rota_status asset_decode(void* state, rota_context* cx) {
  asset* tile = state;
  if (asset_pixels(tile) != NULL) return ROTA_OK; /* only looked at: several may do so at a time */
  if (tile->heights == NULL) {
    const rota_status status = unpack(tile);
    return status == ROTA_OK ? rota_yield(cx) : status;
  }
  shade(tile, ROWS_A_POLL);
  return tile->rows < ASSET_SIDE ? rota_yield(cx) : ROTA_OK;
}

rota_status asset_load(asset* tile) {
  if (asset_pixels(tile) != NULL) return ROTA_OK;
  rota_status status = asset_read(tile);
  if (status == ROTA_OK) status = unpack(tile);
  if (status == ROTA_OK) shade(tile, ASSET_SIDE);
  return status;
}

const uint8_t* asset_pixels(const asset* tile) { return tile->rows == ASSET_SIDE ? tile->pixels : NULL; }

void asset_thread_start(void* user, uint32_t room, uint32_t index) {
  (void)user, (void)room, (void)index;
  /* On Linux this is the thread's own. That it is refused is no reason to stop. */
  (void)setpriority(PRIO_PROCESS, 0, 10);
}

uint64_t asset_thread_time(void) {
  struct timespec time = {0, 0};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

int asset_write(const char* path, int x, int y) {
  uint16_t* heights = malloc(sizeof(uint16_t) * TILE_SIDE * TILE_SIDE);
  uint8_t* bytes = malloc(tile_packed_max());
  FILE* file = heights == NULL || bytes == NULL ? NULL : fopen(path, "wb");
  int result = -1;
  if (file != NULL) {
    tile_heights(x, y, heights);
    const size_t len = tile_pack(heights, bytes);
    result = fwrite(bytes, 1, len, file) == len ? 0 : -1;
    if (fclose(file) != 0) result = -1;
  }
  free(heights);
  free(bytes);
  return result;
}
