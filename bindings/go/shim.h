/* SPDX-License-Identifier: MIT
 *
 * What the Go package calls in C: each starts an operation and has its completion put into the queue, in one call.
 * An operation's memory is C's, so that nothing of Go's is referred to while it runs.
 */
#pragma once

#include <rota/rota.h>

/* One operation at a time. `id` tells Go which one; the rest stays the engine's until it is complete. */
typedef struct rotago_op {
  uint64_t id;
  rota_queue* queue;
  rota_task* task;     /* given back with the completion */
  size_t count;        /* bytes moved */
  rota_socket* socket; /* connect, accept */
  void* value;         /* a channel's */
  char* buffer;
  size_t capacity;
} rotago_op;

rotago_op* rotago_op_create(uint64_t id, rota_queue* queue);
void rotago_op_destroy(rotago_op* op);
/* Makes room for so many bytes in op->buffer. */
rota_status rotago_op_reserve(rotago_op* op, size_t len);

/* Gives the buffer back. */
void rotago_op_trim(rotago_op* op);

rota_status rotago_sleep(rota_runtime* runtime, uint64_t delay_ns, rotago_op* op);
rota_status rotago_call(rota_runtime* runtime, void* fn, void* arg, rotago_op* op);
/* Takes a reference of its own. */
rota_status rotago_await(rota_task* task, rotago_op* op);
rota_status rotago_connect(rota_runtime* runtime, const char* host, size_t len, uint16_t port, rotago_op* op);
rota_status rotago_accept(rota_socket* listener, rotago_op* op);
rota_status rotago_read(rota_socket* socket, size_t len, rotago_op* op);
/* Copies what it writes. */
rota_status rotago_write(rota_socket* socket, const char* data, size_t len, rotago_op* op);
rota_status rotago_send(rota_channel* channel, uintptr_t value, rotago_op* op);
rota_status rotago_recv(rota_channel* channel, rotago_op* op);

/* Takes completions: fills ids and statuses, and keeps the tasks in `taken`, for rotago_release. */
rota_status rotago_pop(rota_queue* queue, rota_completion* taken, uint32_t capacity, uint64_t* ids,
                       rota_status* statuses, uint32_t* out_count);
/* Drops both references to each task: the completion's and the operation's. */
void rotago_release(rota_completion* taken, uint32_t count);

rota_status rotago_listen(rota_runtime* runtime, const char* host, size_t len, uint16_t port, uint32_t flags,
                          rota_socket** out);
