/* SPDX-License-Identifier: MIT
 *
 * RotaTask: something pending, as a script sees it. A Reference with the signal completed(result), emitted once, on the
 * main thread, inside the _process of the Rota node that gave it.
 */
#ifndef ROTA_GODOT_TASK_H
#define ROTA_GODOT_TASK_H

#include "bindings/godot/gdnative.h"
#include "bindings/godot/job.h"

void task_register(void* handle, gd_object* library);
void task_unregister(void);

/* The script's task for `task`, whose completion comes through `queue`; `job` (or NULL) has its result. Takes over both
 * references. Null, and nothing left behind, when there is no memory. */
gd_variant task_wrap(rota_task* task, rota_queue* queue, job* job);
/* Tasks whose completion has not come. */
int task_pending(void);

#endif /* ROTA_GODOT_TASK_H */
