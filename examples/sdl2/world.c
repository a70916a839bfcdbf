/* SPDX-License-Identifier: MIT */
#include "examples/sdl2/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TILE_PIXELS (ASSET_SIDE / 2) /* on the screen */
#define WIDTH 512
#define HEIGHT 288

/* -------------------------------------------------------------------------------------------------- with the engine */

/* A task that reads a file where that may block, and decodes it on a worker. */
struct load {
  rota_runtime* runtime; /* borrowed: the task does not outlive it */
  asset* tile;
  rota_task* read;
};

static rota_status load_poll(void* state, rota_context* cx) {
  struct load* load = state;
  rota_status status = ROTA_OK;
  if (asset_pixels(load->tile) != NULL) return ROTA_OK;
  if (load->read == NULL) {
    status = rota_spawn_blocking(load->runtime, asset_read, asset_share(load->tile), asset_release, &load->read);
    if (status != ROTA_OK) return status;
  }
  status = rota_task_poll(load->read, cx);
  return status == ROTA_OK ? asset_decode(load->tile, cx) : status;
}

static void load_drop(void* state) {
  struct load* load = state;
  rota_task_release(load->read);
  asset_release(load->tile);
}

/* Who asked, for the completion. */
struct request {
  struct world* world;
  struct frames* frames;
  asset* tile;
  asset** place; /* where it stays when it is decoded */
  int index;     /* in world->tiles */
  uint32_t life;
};

/* What is decoded stays, for when the camera comes back. */
static void keep(asset** place, asset* tile) {
  if (*place == NULL) *place = asset_share(tile);
}

static int settle(struct world* world, struct tile* tile, const asset* pixels) {
  tile->texture =
      SDL_CreateTexture(world->renderer, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STATIC, ASSET_SIDE, ASSET_SIDE);
  return tile->texture == NULL ? -1 : SDL_UpdateTexture(tile->texture, NULL, asset_pixels(pixels), ASSET_SIDE * 4);
}

static void count(struct frames* frames, int ok, const char* why) {
  if (ok) {
    frames->arrived++;
  } else {
    frames->failed++;
    fprintf(stderr, "a tile did not come: %s\n", why);
  }
}

/* In rota_queue_run, on the main thread. */
static void on_loaded(rota_task* task, rota_status status, void* user1, void* user2) {
  struct request* request = user1;
  struct world* world = request->world;
  struct tile* tile = &world->tiles[request->index];
  const uint64_t start = rota_now(world->runtime);
  int ok = status == ROTA_OK;
  (void)task, (void)user2;
  if (ok) keep(request->place, request->tile);
  /* Else it has gone out of sight meanwhile. */
  if (ok && tile->used && tile->life == request->life) ok = settle(world, tile, request->tile) == 0;
  count(request->frames, ok, status == ROTA_OK ? SDL_GetError() : rota_status_name(status));
  frames_add_item(request->frames, start - world->pump_start_ns, rota_now(world->runtime) - start, world->budget_ns);
  asset_release(request->tile);
  free(request);
}

static rota_status start_loading(struct world* world, struct tile* tile, asset* pixels, asset** place) {
  struct load load = {.runtime = world->runtime, .tile = asset_share(pixels)};
  const rota_spawn_desc desc = {.size = sizeof desc,
                                .poll = load_poll,
                                .drop = load_drop,
                                .state = &load,
                                .state_size = sizeof load,
                                .name = "tile",
                                .name_len = 4};
  struct request* request = malloc(sizeof *request);
  if (request == NULL) return asset_release(load.tile), ROTA_ENOMEM;
  *request = (struct request){world, world->frames, asset_share(pixels), place, (int)(tile - world->tiles), tile->life};
  rota_task* task = NULL;
  rota_status status = rota_spawn(world->runtime, &desc, &task);
  if (status == ROTA_OK) status = rota_task_on_done(task, world->queue, on_loaded, request, NULL);
  rota_task_release(task);
  if (status != ROTA_OK) {
    asset_release(request->tile);
    free(request);
  }
  return status;
}

/* ----------------------------------------------------------------------------------------------------------- tiles */

static void forget(struct tile* tile) {
  if (tile->texture != NULL) SDL_DestroyTexture(tile->texture);
  tile->texture = NULL;
  tile->used = 0;
}

static asset** place_of(struct world* world, int column, int row, char* path, size_t room) {
  const int x = ((column % world->columns) + world->columns) % world->columns;
  const int y = ((row % world->rows) + world->rows) % world->rows;
  snprintf(path, room, "%s/%d_%d.tile", world->folder, x, y);
  return &world->assets[y * world->columns + x];
}

static void request_tile(struct world* world, struct tile* tile, int column, int row) {
  char path[4096];
  asset** place = place_of(world, column, row, path, sizeof path);
  asset* pixels = *place != NULL ? asset_share(*place) : asset_new(path);
  *tile = (struct tile){.used = 1, .column = column, .row = row, .life = ++world->lives};
  world->frames->requested++;
  rota_status status = pixels == NULL ? ROTA_ENOMEM : ROTA_OK;
  if (status == ROTA_OK) status = world->with_rota ? start_loading(world, tile, pixels, place) : asset_load(pixels);
  if (status != ROTA_OK || !world->with_rota) {
    const int ok = status == ROTA_OK && settle(world, tile, pixels) == 0;
    if (ok) keep(place, pixels);
    count(world->frames, ok, status == ROTA_OK ? SDL_GetError() : rota_status_name(status));
  }
  asset_release(pixels);
}

static struct tile* find(struct world* world, int column, int row) {
  for (int i = 0; i < WORLD_TILES; ++i) {
    struct tile* tile = &world->tiles[i];
    if (tile->used && tile->column == column && tile->row == row) return tile;
  }
  return NULL;
}

static struct tile* unused(struct world* world) {
  for (int i = 0; i < WORLD_TILES; ++i) {
    if (!world->tiles[i].used) return &world->tiles[i];
  }
  return NULL; /* more in sight than there is room for */
}

void world_look_at(struct world* world, double x, double y) {
  world->x = (int)floor(x);
  world->y = (int)floor(y);
  const int first_column = (int)floor(x / TILE_PIXELS) - 1, last_column = (int)floor((x + WIDTH) / TILE_PIXELS) + 1;
  const int first_row = (int)floor(y / TILE_PIXELS), last_row = (int)floor((y + HEIGHT) / TILE_PIXELS);
  for (int i = 0; i < WORLD_TILES; ++i) {
    struct tile* tile = &world->tiles[i];
    const int near =
        tile->column >= first_column && tile->column <= last_column && tile->row >= first_row && tile->row <= last_row;
    if (tile->used && !near) forget(tile);
  }
  for (int row = first_row; row <= last_row; ++row) {
    for (int column = first_column; column <= last_column; ++column) {
      struct tile* place = find(world, column, row) != NULL ? NULL : unused(world);
      if (place != NULL) request_tile(world, place, column, row);
    }
  }
}

void world_draw(struct world* world) {
  SDL_SetRenderDrawColor(world->renderer, 19, 26, 36, 255);
  SDL_RenderClear(world->renderer);
  for (int i = 0; i < WORLD_TILES; ++i) {
    const struct tile* tile = &world->tiles[i];
    const SDL_Rect place = {tile->column * TILE_PIXELS - world->x, tile->row * TILE_PIXELS - world->y, TILE_PIXELS,
                            TILE_PIXELS};
    if (tile->used && tile->texture != NULL) SDL_RenderCopy(world->renderer, tile->texture, NULL, &place);
  }
}

/* ------------------------------------------------------------------------------------------------- begin, run, end */

rota_status world_start(struct world* world) {
  /* Reading and decoding never take a core from the frame loop. */
  const rota_thread_hooks hooks = {.size = sizeof hooks, .start = asset_thread_start};
  rota_runtime_options options;
  rota_runtime_options_init(&options, sizeof options);
  options.blocking_max = 2;
  options.hooks = &hooks;
  world->assets = calloc((size_t)world->columns * (size_t)world->rows, sizeof(asset*));
  if (world->assets == NULL) return ROTA_ENOMEM;
  const rota_status status = rota_runtime_create(&options, &world->runtime);
  return status == ROTA_OK ? rota_queue_create(world->runtime, &world->queue) : status;
}

static void forget_all(struct world* world) {
  for (int i = 0; i < WORLD_TILES; ++i) forget(&world->tiles[i]);
  for (int i = 0; world->assets != NULL && i < world->columns * world->rows; ++i) {
    asset_release(world->assets[i]);
    world->assets[i] = NULL;
  }
}

void world_reset(struct world* world, int with_rota, struct frames* frames) {
  forget_all(world);
  world->with_rota = with_rota;
  world->frames = frames;
}

void world_pump(struct world* world, uint64_t budget_ns) {
  world->budget_ns = budget_ns;
  world->pump_start_ns = rota_now(world->runtime);
  rota_queue_run(world->queue, 0, budget_ns, NULL);
}

uint32_t world_loading(const struct world* world) {
  return world->frames->requested - world->frames->arrived - world->frames->failed;
}

void world_end(struct world* world) {
  rota_runtime_shutdown(world->runtime, ROTA_FOREVER);
  rota_queue_release(world->queue); /* delivers what was cancelled: each request is freed */
  rota_runtime_release(world->runtime);
  forget_all(world);
  free(world->assets);
}
