/* SPDX-License-Identifier: MIT
 *
 * Jobs of the test: what a game's own native code would be.
 */
#include <rota/godot.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <threads.h>

static atomic_int gate;

static rota_status reverse(rota_godot_call* call) {
  call->output = malloc(call->input_len + 1);
  if (call->output == NULL) return ROTA_ENOMEM;
  for (size_t i = 0; i < call->input_len; ++i) call->output[i] = call->input[call->input_len - 1 - i];
  call->output_len = call->input_len;
  return ROTA_OK;
}

static rota_status fail(rota_godot_call* call) {
  (void)call;
  return ROTA_EPROTO;
}

/* Runs until the gate is open. */
static rota_status held(rota_godot_call* call) {
  while (atomic_load(&gate) == 0) thrd_yield();
  return reverse(call);
}

static rota_status open_gate(rota_godot_call* call) {
  (void)call;
  atomic_store(&gate, 1);
  return ROTA_OK;
}

__attribute__((constructor)) static void add_jobs(void) {
  if (rota_godot_register("reverse", reverse) != ROTA_OK || rota_godot_register("fail", fail) != ROTA_OK ||
      rota_godot_register("held", held) != ROTA_OK || rota_godot_register("open gate", open_gate) != ROTA_OK ||
      rota_godot_register("fail", fail) != ROTA_EEXIST || rota_godot_register("", fail) != ROTA_EINVAL) {
    abort();
  }
}
