/* SPDX-License-Identifier: MIT
 *
 * The game's code, in a module that is loaded anew whenever it was rebuilt. What it starts belongs to the group it is
 * given; it never has to stop anything.
 */
#include "examples/hot_reload/module.h"

/* Goes on for ever: the host ends it. Where it stood is kept in the host's memory. */
static rota_status think(void* state, rota_context* cx) {
  struct game* game = *(struct game**)state;
  game->thoughts++;
  return rota_yield(cx);
}

rota_status module_start(rota_runtime* runtime, rota_group* group, struct game* game) {
  rota_spawn_desc desc = {
      .size = sizeof desc, .poll = think, .state = &game, .state_size = sizeof game, .group = group};
  return rota_spawn(runtime, &desc, NULL);
}
