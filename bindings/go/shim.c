/* SPDX-License-Identifier: MIT */
#include "shim.h"

#include <stdlib.h>
#include <string.h>

rotago_op* rotago_op_create(uint64_t id, rota_queue* queue) {
  rotago_op* op = calloc(1, sizeof *op);
  if (op == NULL) return NULL;
  op->id = id;
  op->queue = queue;
  return op;
}

void rotago_op_destroy(rotago_op* op) {
  free(op->buffer);
  free(op);
}

rota_status rotago_op_reserve(rotago_op* op, size_t len) {
  if (len <= op->capacity) return ROTA_OK;
  char* buffer = malloc(len);
  if (buffer == NULL) return ROTA_ENOMEM;
  free(op->buffer);
  op->buffer = buffer;
  op->capacity = len;
  return ROTA_OK;
}

void rotago_op_trim(rotago_op* op) {
  free(op->buffer);
  op->buffer = NULL;
  op->capacity = 0;
}

/* Has the completion of a task that was started with `status` queued. */
static rota_status queue_completion(rotago_op* op, rota_status status) {
  if (status != ROTA_OK) return status;
  status = rota_task_on_done(op->task, op->queue, NULL, (void*)(uintptr_t)op->id, NULL);
  if (status == ROTA_OK) return ROTA_OK;
  /* Nobody would be told: it must be over before its memory goes back. */
  rota_task_cancel(op->task);
  rota_task_wait(op->task, ROTA_FOREVER);
  rota_task_release(op->task);
  if (op->socket != NULL) rota_socket_release(op->socket);
  op->task = NULL;
  op->socket = NULL;
  return status;
}

rota_status rotago_sleep(rota_runtime* runtime, uint64_t delay_ns, rotago_op* op) {
  return queue_completion(op, rota_sleep(runtime, delay_ns, &op->task));
}

rota_status rotago_call(rota_runtime* runtime, void* fn, void* arg, rotago_op* op) {
  return queue_completion(op, rota_spawn_blocking(runtime, (rota_blocking_fn)fn, arg, NULL, &op->task));
}

rota_status rotago_await(rota_task* task, rotago_op* op) {
  op->task = rota_task_clone(task);
  if (op->task == NULL) return ROTA_EINVAL;
  rota_status status = rota_task_on_done(op->task, op->queue, NULL, (void*)(uintptr_t)op->id, NULL);
  if (status != ROTA_OK) rota_task_release(op->task);
  return status;
}

rota_status rotago_connect(rota_runtime* runtime, const char* host, size_t len, uint16_t port, rotago_op* op) {
  op->socket = NULL;
  return queue_completion(op, rota_tcp_connect(runtime, host, len, port, NULL, &op->socket, &op->task));
}

rota_status rotago_accept(rota_socket* listener, rotago_op* op) {
  op->socket = NULL;
  return queue_completion(op, rota_tcp_accept(listener, &op->socket, &op->task));
}

rota_status rotago_read(rota_socket* socket, size_t len, rotago_op* op) {
  rota_status status = rotago_op_reserve(op, len);
  if (status != ROTA_OK) return status;
  op->count = 0;
  return queue_completion(op, rota_socket_read(socket, op->buffer, len, &op->count, &op->task));
}

rota_status rotago_write(rota_socket* socket, const char* data, size_t len, rotago_op* op) {
  rota_status status = rotago_op_reserve(op, len);
  if (status != ROTA_OK) return status;
  memcpy(op->buffer, data, len);
  op->count = 0;
  return queue_completion(op, rota_socket_write_all(socket, op->buffer, len, &op->count, &op->task));
}

rota_status rotago_send(rota_channel* channel, uintptr_t value, rotago_op* op) {
  return queue_completion(op, rota_channel_send(channel, (void*)value, &op->task));
}

rota_status rotago_recv(rota_channel* channel, rotago_op* op) {
  op->value = NULL;
  return queue_completion(op, rota_channel_recv(channel, &op->value, &op->task));
}

rota_status rotago_pop(rota_queue* queue, rota_completion* taken, uint32_t capacity, uint64_t* ids,
                       rota_status* statuses, uint32_t* out_count) {
  rota_status status = rota_queue_pop(queue, taken, capacity, out_count);
  for (uint32_t i = 0; i < *out_count; i++) {
    ids[i] = (uint64_t)(uintptr_t)taken[i].user1;
    statuses[i] = taken[i].status;
  }
  return status;
}

void rotago_release(rota_completion* taken, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    rota_task_release(taken[i].task);
    rota_task_release(taken[i].task);
  }
}

rota_status rotago_listen(rota_runtime* runtime, const char* host, size_t len, uint16_t port, uint32_t flags,
                          rota_socket** out) {
  rota_tcp_options options = {.size = sizeof options, .flags = flags};
  return rota_tcp_listen(runtime, host, len, port, &options, out);
}
