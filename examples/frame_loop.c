/* SPDX-License-Identifier: MIT
 *
 * A game's main loop as a host: 60 frames a second, and in each of them two milliseconds for rota.
 *
 * The runtime is hosted (workers = 0): every task, timer and completion runs inside rota_queue_run, on this thread, so
 * game state needs no lock. Only what really blocks goes elsewhere, to the one thread of the blocking pool. What does
 * not fit into a frame's budget stays queued for the next one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "examples/sleep.h"
#include "rota/rota.h"

#define FRAMES 120
#define FRAME_NS UINT64_C(16666667)
#define BUDGET_NS UINT64_C(2000000)
#define STEPS_OF_A_SEARCH 40
#define STEP_NS UINT64_C(100000)

struct game {
  rota_runtime* runtime;
  rota_queue* queue;
  int started; /* operations with a callback on their way, ever */
  int done;    /* callbacks that came */
  int failed;  /* of these with an error */
};

/* Every call that can fail is checked the same way: without the engine there is no game. */
static void must(rota_status status, const char* what) {
  if (status == ROTA_OK) return;
  fprintf(stderr, "%s: %s\n", what, rota_status_message(status));
  exit(1);
}

/* Runs on the main thread, inside rota_queue_run: it may touch the game. */
static void on_done(rota_task* task, rota_status status, void* user1, void* user2) {
  struct game* game = user1;
  (void)task;
  (void)user2;
  game->done++;
  game->failed += status != ROTA_OK;
}

/* Asks for the callback and lets go of the handle: the engine keeps the task until it is complete. */
static void call_back(struct game* game, rota_task* task) {
  must(rota_task_on_done(task, game->queue, on_done, game, NULL), "rota_task_on_done");
  rota_task_release(task);
  game->started++;
}

/* A path search: more work than one frame has room for, so it yields after each step. */
struct search {
  int steps;
};

static rota_status search_poll(void* state, rota_context* cx) {
  struct search* search = state;
  rota_runtime* runtime = rota_context_runtime(cx);
  const uint64_t until = rota_now(runtime) + STEP_NS;
  while (rota_now(runtime) < until) continue; /* stands for computing */
  return ++search->steps < STEPS_OF_A_SEARCH ? rota_yield(cx) : ROTA_OK;
}

static void start_search(struct game* game) {
  struct search search = {0};
  rota_spawn_desc desc = {0};
  rota_task* task = NULL;
  desc.size = sizeof desc;
  desc.poll = search_poll;
  desc.state = &search;
  desc.state_size = sizeof search; /* copied into the task: nothing to free */
  desc.name = "path search";
  desc.name_len = 11;
  must(rota_spawn(game->runtime, &desc, &task), "rota_spawn");
  call_back(game, task);
}

static void start_cooldown(struct game* game, uint64_t delay_ns) {
  rota_task* task = NULL;
  must(rota_sleep(game->runtime, delay_ns, &task), "rota_sleep");
  call_back(game, task);
}

/* Loading blocks, so it runs on the blocking pool; its callback comes to the main thread like all others. */
static rota_status load_asset(void* arg) {
  (void)arg;
  sleep_ns(3000000); /* stands for reading a file */
  return ROTA_OK;
}

static void start_loading(struct game* game) {
  rota_task* task = NULL;
  must(rota_spawn_blocking(game->runtime, load_asset, NULL, NULL, &task), "rota_spawn_blocking");
  call_back(game, task);
}

static void sleep_until(const rota_runtime* runtime, uint64_t deadline_ns) {
  const uint64_t now = rota_now(runtime);
  if (now < deadline_ns) sleep_ns(deadline_ns - now);
}

int main(void) {
  struct game game = {0};
  rota_runtime_options options;
  must(rota_runtime_options_init(&options, sizeof options), "rota_runtime_options_init");
  options.workers = 0;
  options.blocking_max = 1;
  must(rota_runtime_create(&options, &game.runtime), "rota_runtime_create");
  must(rota_queue_create(game.runtime, &game.queue), "rota_queue_create");

  int in_budget = 0, left_over = 0, frames = 0;
  uint64_t longest = 0;
  const uint64_t start = rota_now(game.runtime);
  /* After the last frame of the game: at most as many again for what is still on its way. */
  for (; frames < FRAMES || (game.done < game.started && frames < 2 * FRAMES); ++frames) {
    if (frames < FRAMES) {
      start_cooldown(&game, (uint64_t)(frames % 10) * 5000000);
      if (frames % 8 == 0) start_search(&game);
      if (frames % 5 == 0) start_loading(&game);
    }
    const uint64_t before = rota_now(game.runtime);
    const rota_status status = rota_queue_run(game.queue, 0, BUDGET_NS, NULL);
    const uint64_t spent = rota_now(game.runtime) - before;
    if (status < ROTA_OK) must(status, "rota_queue_run");
    left_over += status == ROTA_PENDING;
    /* One item is not interrupted, so a frame may go over by the length of one step. */
    in_budget += spent <= BUDGET_NS + 2 * STEP_NS;
    if (spent > longest) longest = spent;
    /* Here the game would draw. */
    sleep_until(game.runtime, start + (uint64_t)(frames + 1) * FRAME_NS);
  }

  printf("%d frames, %d within the budget, longest %.2f ms, %d with work left for the next\n", frames, in_budget,
         (double)longest / 1e6, left_over);
  printf("%d operations started, %d completed, %d failed\n", game.started, game.done, game.failed);
  rota_queue_release(game.queue);
  rota_runtime_release(game.runtime);
  return game.done == game.started && game.failed == 0 ? 0 : 1;
}
