// SPDX-License-Identifier: MIT

// Package ctest is C code for the tests to call and wait for.
package ctest

/*
#cgo !rota_static pkg-config: rota
#include <pthread.h>
#include <rota/rota.h>
#include <stdlib.h>

typedef struct gate {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  int entered, open;
  int32_t result;
} gate;

static gate* gate_create(int32_t result) {
  gate* g = calloc(1, sizeof *g);
  pthread_mutex_init(&g->mutex, NULL);
  pthread_cond_init(&g->changed, NULL);
  g->result = result;
  return g;
}

// A blocking function: waits until the gate is open.
static int32_t gate_pass(void* arg) {
  gate* g = arg;
  pthread_mutex_lock(&g->mutex);
  g->entered++;
  pthread_cond_broadcast(&g->changed);
  while (!g->open) pthread_cond_wait(&g->changed, &g->mutex);
  pthread_mutex_unlock(&g->mutex);
  return g->result;
}

static void* gate_function(void) { return (void*)gate_pass; }

static void gate_await(gate* g) {
  pthread_mutex_lock(&g->mutex);
  while (g->entered == 0) pthread_cond_wait(&g->changed, &g->mutex);
  pthread_mutex_unlock(&g->mutex);
}

static void gate_open(gate* g) {
  pthread_mutex_lock(&g->mutex);
  g->open = 1;
  pthread_cond_broadcast(&g->changed);
  pthread_mutex_unlock(&g->mutex);
}

static int gate_entered(gate* g) {
  pthread_mutex_lock(&g->mutex);
  int entered = g->entered;
  pthread_mutex_unlock(&g->mutex);
  return entered;
}

typedef struct doubler {
  rota_channel *in, *out;
} doubler;

static rota_status pend(void* state, rota_context* cx) {
  (void)state;
  (void)cx;
  return ROTA_PENDING;
}

static rota_status fail(void* state, rota_context* cx) {
  (void)state;
  (void)cx;
  return ROTA_EPROTO;
}

// Sends back the double of each value, until the end.
static rota_status double_all(void* state, rota_context* cx) {
  doubler* d = state;
  for (;;) {
    void* value;
    rota_status status = rota_channel_recv_poll(d->in, cx, &value);
    if (status == ROTA_PENDING) return ROTA_PENDING;
    if (status != ROTA_OK) {
      rota_channel_close(d->out);
      return ROTA_OK;
    }
    rota_channel_try_send(d->out, (void*)(2 * (uintptr_t)value));
  }
}

static void drop_doubler(void* state) {
  doubler* d = state;
  rota_channel_release(d->in);
  rota_channel_release(d->out);
}

static rota_task* spawn(rota_runtime* runtime, int fails) {
  rota_spawn_desc desc = {.size = sizeof desc, .poll = fails ? fail : pend};
  rota_task* task = NULL;
  rota_spawn(runtime, &desc, &task);
  return task;
}

static rota_task* spawn_doubler(rota_runtime* runtime, rota_channel* in, rota_channel* out) {
  doubler d = {rota_channel_clone(in), rota_channel_clone(out)};
  rota_spawn_desc desc = {
      .size = sizeof desc, .poll = double_all, .drop = drop_doubler, .state = &d, .state_size = sizeof d};
  rota_task* task = NULL;
  rota_spawn(runtime, &desc, &task);
  return task;
}
*/
import "C"

import "unsafe"

// Gate is what a blocking C function waits at.
type Gate struct{ raw *C.gate }

// NewGate makes a closed gate; the function returns `result` once it is open.
func NewGate(result int32) Gate { return Gate{C.gate_create(C.int32_t(result))} }

// Function is the blocking function, and Arg what it is to be given.
func (g Gate) Function() unsafe.Pointer { return C.gate_function() }

// Arg is the gate as the function's argument.
func (g Gate) Arg() unsafe.Pointer { return unsafe.Pointer(g.raw) }

// Await waits until somebody has come to the gate.
func (g Gate) Await() { C.gate_await(g.raw) }

// Entered is how many have come.
func (g Gate) Entered() int { return int(C.gate_entered(g.raw)) }

// Open lets everybody pass.
func (g Gate) Open() { C.gate_open(g.raw) }

// Free gives the memory back.
func (g Gate) Free() { C.free(unsafe.Pointer(g.raw)) }

// SpawnPending spawns a task that never ends by itself.
func SpawnPending(runtime unsafe.Pointer) unsafe.Pointer {
	return unsafe.Pointer(C.spawn((*C.rota_runtime)(runtime), 0))
}

// SpawnFailing spawns a task that ends with ROTA_EPROTO.
func SpawnFailing(runtime unsafe.Pointer) unsafe.Pointer {
	return unsafe.Pointer(C.spawn((*C.rota_runtime)(runtime), 1))
}

// SpawnDoubler spawns a task that sends the double of what it receives.
func SpawnDoubler(runtime, in, out unsafe.Pointer) unsafe.Pointer {
	return unsafe.Pointer(C.spawn_doubler((*C.rota_runtime)(runtime), (*C.rota_channel)(in), (*C.rota_channel)(out)))
}

// Release drops a reference to a task.
func Release(task unsafe.Pointer) { C.rota_task_release((*C.rota_task)(task)) }
