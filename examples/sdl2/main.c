/* SPDX-License-Identifier: MIT
 *
 * The game of examples/love in C: a camera over a landscape whose tiles are read and decoded while it flies. With rota,
 * on the engine's threads, and handled within two milliseconds of a frame; or, for comparison, on the main thread.
 *
 *   game TILES COLUMNS ROWS                               plays: space changes the way tiles load, escape ends
 *   game TILES COLUMNS ROWS OUT SECONDS ROUNDS BUDGET_MS  measures: SECONDS without and SECONDS with rota, ROUNDS
 * times; writes OUT/frames.json and OUT/screenshot.bmp
 */
#define SDL_MAIN_HANDLED
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "examples/sdl2/world.h"

#define FRAME_NS UINT64_C(16666667)
#define FRAME_SECONDS (1.0 / 60)
#define SPEED 230.0 /* pixels a second */
#define LAP 1.6     /* seconds until the camera is back where it took off */
#define WIDTH 512
#define HEIGHT 288
#define SHOWN 64 /* milliseconds of the histogram */

struct game {
  struct world world;
  SDL_Window* window;
  struct frames* all; /* [without, with rota] */
  double seconds;     /* of a flight; 0: until somebody ends it */
  uint64_t budget_ns;
  uint64_t frame_start, frame_due, frame_had; /* the last: processor time at its start */
  int ended;
};

static void draw_histogram(SDL_Renderer* renderer, const struct frames* frames, int y, SDL_Color colour) {
  const int height = 40, left = 18, step = 4;
  uint32_t most = 1;
  for (int bin = 0; bin < FRAMES_BINS; ++bin) most = frames->bins[bin] > most ? frames->bins[bin] : most;
  SDL_SetRenderDrawColor(renderer, 200, 205, 215, 120);
  SDL_RenderDrawLine(renderer, left, y + height, left + SHOWN * step, y + height);
  SDL_RenderDrawLine(renderer, left + 67, y - 4, left + 67, y + height); /* 16.7 ms */
  SDL_SetRenderDrawColor(renderer, colour.r, colour.g, colour.b, 235);
  for (int bin = 0; bin < SHOWN; ++bin) {
    uint32_t in_bin = frames->bins[bin];
    for (int beyond = SHOWN; bin == SHOWN - 1 && beyond < FRAMES_BINS; ++beyond) in_bin += frames->bins[beyond];
    if (in_bin == 0) continue;
    int tall = (int)(height * log1p(in_bin) / log1p(most));
    if (tall < 2) tall = 2;
    const SDL_Rect bar = {left + bin * step, y + height - tall, step - 1, tall};
    SDL_RenderFillRect(renderer, &bar);
  }
}

static void draw(struct game* game) {
  SDL_Renderer* renderer = game->world.renderer;
  const SDL_Rect panel = {10, HEIGHT - 132, 272, 122};
  world_draw(&game->world);
  SDL_SetRenderDrawBlendMode(renderer, SDL_BLENDMODE_BLEND);
  SDL_SetRenderDrawColor(renderer, 10, 14, 20, 210);
  SDL_RenderFillRect(renderer, &panel);
  draw_histogram(renderer, &game->all[0], HEIGHT - 120, (SDL_Color){255, 158, 82, 255});
  draw_histogram(renderer, &game->all[1], HEIGHT - 62, (SDL_Color){92, 219, 184, 255});
  SDL_RenderPresent(renderer);
}

static void handle_events(struct game* game) {
  SDL_Event event;
  while (SDL_PollEvent(&event)) {
    const int key = event.type == SDL_KEYDOWN ? event.key.keysym.sym : 0;
    if (event.type == SDL_QUIT || key == SDLK_ESCAPE) game->ended = 1;
    if (key == SDLK_SPACE && game->seconds == 0 && world_loading(&game->world) == 0) {
      const int with_rota = !game->world.with_rota;
      world_reset(&game->world, with_rota, &game->all[with_rota]);
    }
  }
}

/* Ends a frame: waits until the next one is due, a sixtieth of a second after this one was, or now when that is over.
 */
static void end_frame(struct game* game, struct frames* record) {
  uint64_t now = rota_now(game->world.runtime);
  game->frame_due += FRAME_NS;
  if (game->frame_due < now) game->frame_due = now;
  for (; now + 500000 < game->frame_due; now = rota_now(game->world.runtime)) {
    SDL_Delay((uint32_t)((game->frame_due - now + 500000) / 1000000));
  }
  const uint64_t has = asset_thread_time();
  if (record != NULL) frames_add(record, now - game->frame_start, has - game->frame_had);
  game->frame_start = now;
  game->frame_had = has;
}

static void one_frame(struct game* game, double time, struct frames* record) {
  const double lap = fmod(time, LAP);
  handle_events(game);
  world_look_at(&game->world, lap * SPEED, 300 + 220 * sin(lap * 0.6));
  world_pump(&game->world, game->budget_ns);
  draw(game);
  end_frame(game, record);
}

static void fly(struct game* game, int with_rota) {
  struct frames* frames = &game->all[with_rota];
  double time = 0;
  world_reset(&game->world, with_rota, frames);
  game->frame_start = game->frame_due = rota_now(game->world.runtime);
  game->frame_had = asset_thread_time();
  while (!game->ended && (game->seconds == 0 || time < game->seconds)) {
    time += FRAME_SECONDS;
    one_frame(game, time, game->seconds > 0 ? frames : &game->all[game->world.with_rota]);
  }
  /* On the ground: nothing may stay on its way. */
  while (!game->ended && world_loading(&game->world) > 0) one_frame(game, time, NULL);
}

static int save(struct game* game, const char* out) {
  char path[4096];
  snprintf(path, sizeof path, "%s/frames.json", out);
  FILE* file = fopen(path, "w");
  if (file == NULL) return -1;
  fprintf(file, "{\"budget_ms\": %g,\n \"main\": ", (double)game->budget_ns / 1e6);
  frames_write(&game->all[0], file);
  fprintf(file, ",\n \"rota\": ");
  frames_write(&game->all[1], file);
  fprintf(file, "}\n");
  if (fclose(file) != 0) return -1;
  snprintf(path, sizeof path, "%s/screenshot.bmp", out);
  SDL_Surface* picture = SDL_CreateRGBSurfaceWithFormat(0, WIDTH, HEIGHT, 24, SDL_PIXELFORMAT_BGR24);
  if (picture == NULL) return -1;
  draw(game);
  int result = SDL_RenderReadPixels(game->world.renderer, NULL, SDL_PIXELFORMAT_BGR24, picture->pixels, picture->pitch);
  if (result == 0) result = SDL_SaveBMP(picture, path);
  SDL_FreeSurface(picture);
  return result;
}

static int fail(const char* what, const char* why) {
  fprintf(stderr, "%s: %s\n", what, why);
  return 1;
}

int main(int argc, char** argv) {
  struct game game = {.budget_ns = 2000000};
  if (argc != 4 && argc != 8) return fail("usage", "game TILES COLUMNS ROWS [OUT SECONDS ROUNDS BUDGET_MS]");
  game.world.folder = argv[1];
  game.world.columns = atoi(argv[2]);
  game.world.rows = atoi(argv[3]);
  const char* out = argc == 8 ? argv[4] : NULL;
  const int rounds = argc == 8 ? atoi(argv[6]) : 1;
  game.seconds = argc == 8 ? atof(argv[5]) : 0;
  if (argc == 8) game.budget_ns = (uint64_t)(atof(argv[7]) * 1e6);
  if (game.world.columns < 1 || game.world.rows < 1) return fail("COLUMNS, ROWS", "1 or more");

  SDL_SetMainReady();
  if (SDL_Init(SDL_INIT_VIDEO) != 0) return fail("SDL_Init", SDL_GetError());
  game.all = calloc(2, sizeof *game.all);
  game.window =
      SDL_CreateWindow("rota: streaming a landscape", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, WIDTH, HEIGHT, 0);
  game.world.renderer = game.window == NULL ? NULL : SDL_CreateRenderer(game.window, -1, SDL_RENDERER_SOFTWARE);
  if (game.all == NULL || game.world.renderer == NULL) return fail("SDL", SDL_GetError());
  const rota_status status = world_start(&game.world);
  if (status != ROTA_OK) return fail("rota", rota_status_message(status));

  if (out == NULL) fly(&game, 1);
  for (int round = 0; out != NULL && round < rounds; ++round) {
    fly(&game, 0);
    fly(&game, 1);
  }
  const int saved = out == NULL ? 0 : save(&game, out);
  printf("99 %% of frames: %.1f ms without, %.1f ms with rota\n",
         frames_percentile(&game.all[0], game.all[0].times_ms, 0.99),
         frames_percentile(&game.all[1], game.all[1].times_ms, 0.99));
  world_end(&game.world);
  SDL_DestroyRenderer(game.world.renderer);
  SDL_DestroyWindow(game.window);
  SDL_Quit();
  free(game.all);
  return saved == 0 ? 0 : fail("saving", SDL_GetError());
}
