/* SPDX-License-Identifier: MIT
 *
 * rota/godot.h: adds work of your own, in C, to what a Godot script can ask rota for.
 *
 *   static rota_status decode(rota_godot_call* call) { ... }        // any thread of the engine
 *   __attribute__((constructor)) static void jobs(void) { rota_godot_register("decode", decode); }
 *
 *   var pixels = yield(rota.run("decode", bytes), "completed")      # GDScript
 */
#ifndef ROTA_GODOT_H
#define ROTA_GODOT_H

#include <rota/rota.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rota_godot_call {
  const uint8_t* input; /* the bytes the script gave; read only, gone after the call */
  size_t input_len;
  uint8_t* output; /* set by the job, from malloc; the library frees it. NULL: no bytes */
  size_t output_len;
} rota_godot_call;

/* Does the work. ROTA_OK, or an error, with which the task then ends. It must not touch Godot. */
typedef rota_status (*rota_godot_job)(rota_godot_call* call);

#define ROTA_GODOT_JOBS_MAX 256

/* Gives a job a name (copied, at most 63 bytes). Thread safety: before scripts run, from one thread.
 * Errors: ROTA_EINVAL, ROTA_ENAMETOOLONG, ROTA_EEXIST, ROTA_EOVERFLOW (too many). */
ROTA_API rota_status rota_godot_register(const char* name, rota_godot_job job);

#ifdef __cplusplus
}
#endif

#endif /* ROTA_GODOT_H */
