/* SPDX-License-Identifier: MIT
 *
 * The landscape: which tiles the camera needs, and how they come, with rota or without. Thread safety: the main
 * thread's.
 */
#ifndef ROTA_EXAMPLES_SDL2_WORLD_H
#define ROTA_EXAMPLES_SDL2_WORLD_H

#include <SDL2/SDL.h>

#include "examples/assets/assets.h"
#include "examples/sdl2/frames.h"

#define WORLD_TILES 64 /* most in sight */

struct tile {
  int used, column, row;
  uint32_t life; /* tells a completion whether its tile is still the one that asked */
  SDL_Texture* texture;
};

struct world {
  const char* folder; /* of columns times rows tiles; the landscape repeats beyond them */
  int columns, rows;
  SDL_Renderer* renderer;
  rota_runtime* runtime;
  rota_queue* queue;
  asset** assets; /* columns * rows: what is decoded */
  struct tile tiles[WORLD_TILES];
  uint32_t lives;
  int x, y;      /* the camera, in pixels */
  int with_rota; /* how tiles come now */
  struct frames* frames;
  uint64_t budget_ns, pump_start_ns;
};

/* Starts the engine. A rota status. */
rota_status world_start(struct world* world);
/* Forgets everything, and begins again. */
void world_reset(struct world* world, int with_rota, struct frames* frames);
/* Moves the camera: asks for what comes into sight and a little beyond, lets go of what is far away. */
void world_look_at(struct world* world, double x, double y);
/* Handles completions within the budget. */
void world_pump(struct world* world, uint64_t budget_ns);
/* Tiles on their way. */
uint32_t world_loading(const struct world* world);
void world_draw(struct world* world);
/* Ends the engine and frees everything. */
void world_end(struct world* world);

#endif /* ROTA_EXAMPLES_SDL2_WORLD_H */
