/* SPDX-License-Identifier: MIT
 *
 * Tiles survive packing; what is no tile is refused; decoding on the engine's threads gives what decoding here gives.
 */
#include "tests/capi/check.h"

#include <errno.h>
#include <string.h>

#include "examples/assets/assets.h"
#include "examples/assets/tile.h"

static char path[4096];

static void write_file(const uint8_t* bytes, size_t len) {
  FILE* file = fopen(path, "wb");
  CHECK(file != NULL);
  CHECK(fwrite(bytes, 1, len, file) == len);
  CHECK(fclose(file) == 0);
}

static rota_status load(void) {
  asset* tile = asset_new(path);
  const rota_status status = asset_load(tile);
  CHECK((asset_pixels(tile) != NULL) == (status == ROTA_OK));
  asset_release(tile);
  return status;
}

static void packing_loses_nothing(void) {
  enum { kHeights = TILE_SIDE * TILE_SIDE };
  static uint16_t heights[kHeights], again[kHeights];
  uint8_t* bytes = malloc(tile_packed_max());
  for (int kind = 0; kind < 3; ++kind) {
    tile_heights(3, 1, heights);
    for (int i = 0; kind > 0 && i < kHeights; ++i) {
      heights[i] = kind == 1 ? (uint16_t)(i % 2 * 65535) : (uint16_t)(i * 40503U); /* the worst for a predictor */
    }
    const size_t len = tile_pack(heights, bytes);
    CHECK(len <= tile_packed_max());
    CHECK_OK(tile_unpack(bytes, len, again));
    CHECK(memcmp(heights, again, sizeof heights) == 0);
    CHECK_STATUS(tile_unpack(bytes, len - 1, again), ROTA_EPROTO);
    CHECK_STATUS(tile_unpack(bytes, len + 1, again), ROTA_EPROTO);
  }
  free(bytes);
}

static void what_is_no_tile_is_refused(void) {
  static const uint8_t wrong[] = "RTIM and so on", endless[] = "RTIL\xff\xff\xff\xff\xff";
  CHECK(remove(path) == 0 || errno == ENOENT);
  CHECK_STATUS(load(), ROTA_ENOENT);
  write_file(wrong, 0);
  CHECK_STATUS(load(), ROTA_EPROTO);
  write_file(wrong, sizeof wrong);
  CHECK_STATUS(load(), ROTA_EPROTO);
  write_file(endless, sizeof endless);
  CHECK_STATUS(load(), ROTA_EPROTO);
  asset* unread = asset_new(path);
  CHECK_STATUS(asset_decode(unread, NULL), ROTA_EINVAL);
  asset_release(unread);
}

static void the_engine_gives_the_same_pixels(void) {
  CHECK(asset_write(path, 2, 5) == 0);
  asset *here = asset_new(path), *there = asset_new(path);
  CHECK_OK(asset_load(here));
  rota_runtime* runtime = NULL;
  rota_task *read = NULL, *decode = NULL;
  rota_spawn_desc desc = {.size = sizeof desc, .poll = asset_decode, .drop = asset_release};
  CHECK_OK(rota_runtime_create(NULL, &runtime));
  CHECK_OK(rota_spawn_blocking(runtime, asset_read, asset_share(there), asset_release, &read));
  CHECK_OK(rota_task_wait(read, ROTA_FOREVER));
  desc.state = asset_share(there);
  CHECK_OK(rota_spawn(runtime, &desc, &decode));
  CHECK_OK(rota_task_wait(decode, ROTA_FOREVER));
  CHECK(memcmp(asset_pixels(here), asset_pixels(there), (size_t)4 * ASSET_SIDE * ASSET_SIDE) == 0);
  rota_task_release(read);
  rota_task_release(decode);
  rota_runtime_release(runtime);
  asset_release(here);
  asset_release(there);
}

int main(void) {
  const char* folder = getenv("TEST_TMPDIR");
  snprintf(path, sizeof path, "%s/test.tile", folder != NULL ? folder : "/tmp");
  RUN(packing_loses_nothing);
  RUN(what_is_no_tile_is_refused);
  RUN(the_engine_gives_the_same_pixels);
  return 0;
}
