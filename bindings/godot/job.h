/* SPDX-License-Identifier: MIT
 *
 * A call of a job on its way: bytes in, bytes out. Held by the engine's task and by the script's; freed by the last.
 */
#ifndef ROTA_GODOT_JOB_H
#define ROTA_GODOT_JOB_H

#include <stdatomic.h>

#include "rota/godot.h"

typedef struct job {
  atomic_int references;
  rota_godot_job work;
  rota_godot_call call;
  uint8_t input[];
} job;

/* The job of that name, or NULL. */
rota_godot_job job_named(const char* name);
/* Reads the file whose name, NUL included, is the input. */
rota_status job_read_file(rota_godot_call* call);

/* With two references, one for each side. NULL: no memory. */
job* job_new(rota_godot_job work, const uint8_t* input, size_t len);
void job_release(void* state);
/* Starts it, on the workers or on threads that may block, and gives the task. */
rota_status job_start(job* job, rota_runtime* runtime, int may_block, rota_task** out);

#endif /* ROTA_GODOT_JOB_H */
