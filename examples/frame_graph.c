/* SPDX-License-Identifier: MIT
 *
 * A frame as a graph: input, then physics and animation beside each other, then culling, then draw calls on the main
 * thread. Loading goes on at low priority meanwhile. The main thread works while it waits. In C++: frame_graph.cc.
 */
#include <stdio.h>
#include <stdlib.h>

#include "rota/rota.h"

#define FRAMES 60

struct frame {
  int input, physics, animation, visible, drawn;
};

static void must(rota_status status, const char* what) {
  if (status == ROTA_OK) return;
  fprintf(stderr, "%s: %s\n", what, rota_status_message(status));
  exit(1);
}

static rota_status read_input(void* state, rota_context* cx) {
  (void)cx;
  ((struct frame*)state)->input = 1;
  return ROTA_OK;
}
static rota_status simulate(void* state, rota_context* cx) {
  (void)cx;
  struct frame* frame = state;
  frame->physics = frame->input + 1;
  return ROTA_OK;
}
static rota_status animate(void* state, rota_context* cx) {
  (void)cx;
  struct frame* frame = state;
  frame->animation = frame->input + 1;
  return ROTA_OK;
}
static rota_status cull(void* state, rota_context* cx) {
  (void)cx;
  struct frame* frame = state;
  frame->visible = frame->physics + frame->animation;
  return ROTA_OK;
}
static rota_status draw(void* state, rota_context* cx) {
  (void)cx;
  struct frame* frame = state;
  frame->drawn = frame->visible;
  return ROTA_OK;
}
static rota_status load_assets(void* state, rota_context* cx) {
  int* left = state;
  return (*left)-- > 0 ? rota_yield(cx) : ROTA_OK;
}

/* Starts `poll` on the frame once `count` others have ended; `on` a queue or on the workers. */
static rota_task* step(rota_runtime* runtime, struct frame* frame, rota_poll_fn poll, rota_task* const* after,
                       uint32_t count, rota_queue* on) {
  rota_spawn_desc desc = {.size = sizeof desc,
                          .poll = poll,
                          .state = frame,
                          .on = on,
                          .after = after,
                          .after_count = count,
                          .priority = ROTA_PRIORITY_HIGH};
  rota_task* task;
  must(rota_spawn(runtime, &desc, &task), "rota_spawn");
  return task;
}

int main(void) {
  rota_runtime* runtime;
  rota_queue* main_thread;
  rota_task* loading;
  int chunks = 1000, frames = 0;
  must(rota_runtime_create(NULL, &runtime), "rota_runtime_create");
  must(rota_queue_create(runtime, &main_thread), "rota_queue_create");
  rota_spawn_desc load = {.size = sizeof load, .poll = load_assets, .state = &chunks, .priority = ROTA_PRIORITY_LOW};
  must(rota_spawn(runtime, &load, &loading), "rota_spawn");

  for (int i = 0; i < FRAMES; ++i) {
    struct frame frame = {0};
    rota_task* tasks[5];
    tasks[0] = step(runtime, &frame, read_input, NULL, 0, NULL);
    tasks[1] = step(runtime, &frame, simulate, tasks, 1, NULL);
    tasks[2] = step(runtime, &frame, animate, tasks, 1, NULL);
    tasks[3] = step(runtime, &frame, cull, tasks + 1, 2, NULL);
    tasks[4] = step(runtime, &frame, draw, tasks + 3, 1, main_thread);

    /* This thread runs what is urgent, and nothing else, until culling is done; then the draw calls, for 2 ms. */
    rota_help urgent = {.size = sizeof urgent, .what = ROTA_HELP_PRIORITY, .floor = ROTA_PRIORITY_HIGH};
    must(rota_task_help(tasks[3], &urgent, ROTA_FOREVER), "rota_task_help");
    while (rota_task_status(tasks[4]) == ROTA_PENDING) {
      (void)rota_queue_run_until(main_thread, ROTA_PRIORITY_HIGH, 0, rota_now(runtime) + 2000000, NULL);
    }
    frames += frame.drawn == 4;
    for (int k = 0; k < 5; ++k) rota_task_release(tasks[k]);
  }
  must(rota_task_help(loading, NULL, ROTA_FOREVER), "loading");
  rota_task_release(loading);
  rota_queue_release(main_thread);
  rota_runtime_release(runtime);
  printf("%d of %d frames drawn in order\n", frames, FRAMES);
  return frames == FRAMES ? 0 : 1;
}
