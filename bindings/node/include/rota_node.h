/* SPDX-License-Identifier: MIT
 *
 * For authors of other Node addons: how blocking work of theirs is handed to `runtime.spawnBlocking(job)`.
 *
 * Make an object, wrap a rota_node_job in it (napi_wrap), tag it (napi_type_tag_object with rota_node_job_tag) and
 * return it to JavaScript. Whoever passes it to spawnBlocking gives the job away: `call(arg)` then runs once on a
 * thread of the blocking pool and `drop(arg)` once, on every path, both on any thread, where Node-API must not be used.
 * The struct itself stays yours; an object that was spawned is spent. An object that never is keeps its `arg`: free it
 * in the finalizer of napi_wrap if `call` is still set. */
#ifndef ROTA_NODE_H
#define ROTA_NODE_H

#include <node_api.h>
#include <rota/rota.h>

typedef struct rota_node_job {
  rota_blocking_fn call; /* what it returns ends the promise: ROTA_OK fulfils it. Set to NULL when the job is taken. */
  void* arg;
  rota_drop_fn drop; /* NULL: nothing to free */
} rota_node_job;

static const napi_type_tag rota_node_job_tag = {0x6d1c7a52e0f84b39u, 0x9a35d2c1b84e47f6u};

#endif /* ROTA_NODE_H */
