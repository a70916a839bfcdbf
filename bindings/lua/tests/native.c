/* SPDX-License-Identifier: MIT
 *
 * The C side of the tests of rota.lua: work for the engine's threads that the tests can hold back, count and look at.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

#include "rota/rota.h"

#define EXPORT __attribute__((visibility("default")))

static atomic_int live, started, dropped;
static atomic_int gate; /* 0: held back */

EXPORT int native_live(void) { return atomic_load(&live); }
EXPORT int native_started(void) { return atomic_load(&started); }
EXPORT int native_dropped(void) { return atomic_load(&dropped); }
EXPORT void native_open_gate(int open) { atomic_store(&gate, open); }

struct native_job {
  int32_t input, output;
  uint32_t polls;
};

EXPORT struct native_job* native_job_new(int32_t input) {
  struct native_job* job = calloc(1, sizeof *job);
  if (job == NULL) return NULL;
  job->input = input;
  atomic_fetch_add(&live, 1);
  return job;
}

EXPORT void native_job_free(void* state) {
  free(state);
  atomic_fetch_sub(&live, 1);
}

EXPORT void native_job_drop(void* state) {
  atomic_fetch_add(&dropped, 1);
  native_job_free(state);
}

EXPORT void native_count_drop(void* state) {
  (void)state;
  atomic_fetch_add(&dropped, 1);
}

/* Blocking: squares. */
EXPORT rota_status native_square(void* state) {
  struct native_job* job = state;
  job->output = job->input * job->input;
  return ROTA_OK;
}

/* Blocking: ends with the status it was given. */
EXPORT rota_status native_status(void* state) { return ((struct native_job*)state)->input; }

/* Blocking: runs until the gate is open, then squares. */
EXPORT rota_status native_gated(void* state) {
  atomic_fetch_add(&started, 1);
  while (atomic_load(&gate) == 0) thrd_yield();
  return state == NULL ? ROTA_OK : native_square(state);
}

/* A poll function: yields `input` times, then squares. */
EXPORT rota_status native_poll(void* state, rota_context* cx) {
  struct native_job* job = state;
  if (++job->polls <= (uint32_t)job->input) return rota_yield(cx);
  return native_square(job);
}

/* A poll function that waits until it is cancelled. */
EXPORT rota_status native_never(void* state, rota_context* cx) {
  (void)state;
  (void)cx;
  return ROTA_PENDING;
}
