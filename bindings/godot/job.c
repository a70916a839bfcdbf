/* SPDX-License-Identifier: MIT */
#include "bindings/godot/job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 63

static struct {
  char name[NAME_MAX_LEN + 1];
  rota_godot_job work;
} registered[ROTA_GODOT_JOBS_MAX];
static int registered_count;

rota_godot_job job_named(const char* name) {
  for (int i = 0; i < registered_count; ++i) {
    if (strcmp(registered[i].name, name) == 0) return registered[i].work;
  }
  return NULL;
}

rota_status rota_godot_register(const char* name, rota_godot_job work) {
  if (name == NULL || *name == '\0' || work == NULL) return ROTA_EINVAL;
  if (strlen(name) > NAME_MAX_LEN) return ROTA_ENAMETOOLONG;
  if (job_named(name) != NULL) return ROTA_EEXIST;
  if (registered_count == ROTA_GODOT_JOBS_MAX) return ROTA_EOVERFLOW;
  strcpy(registered[registered_count].name, name);
  registered[registered_count++].work = work;
  return ROTA_OK;
}

static rota_status status_of(int error) {
  switch (error) {
    case ENOENT:
      return ROTA_ENOENT;
    case EACCES:
      return ROTA_EACCES;
    case EMFILE:
      return ROTA_EMFILE;
    case ENAMETOOLONG:
      return ROTA_ENAMETOOLONG;
    default:
      return ROTA_EIO;
  }
}

rota_status job_read_file(rota_godot_call* call) {
  FILE* file = fopen((const char*)call->input, "rb");
  if (file == NULL) return status_of(errno);
  size_t room = 0, got = 1;
  rota_status status = ROTA_OK;
  while (got > 0 && call->output_len <= INT32_MAX) {
    if (call->output_len == room) {
      room = room == 0 ? 65536 : room * 2;
      uint8_t* larger = realloc(call->output, room);
      if (larger == NULL) {
        status = ROTA_ENOMEM;
        break;
      }
      call->output = larger;
    }
    errno = 0;
    got = fread(call->output + call->output_len, 1, room - call->output_len, file);
    call->output_len += got;
  }
  if (status == ROTA_OK && ferror(file) != 0) status = status_of(errno); /* a folder, too */
  fclose(file);
  return status;
}

job* job_new(rota_godot_job work, const uint8_t* input, size_t len) {
  job* made = calloc(1, sizeof *made + len);
  if (made == NULL) return NULL;
  atomic_init(&made->references, 2);
  made->work = work;
  if (len > 0) memcpy(made->input, input, len);
  made->call.input = made->input;
  made->call.input_len = len;
  return made;
}

void job_release(void* state) {
  job* done = state;
  if (done == NULL || atomic_fetch_sub_explicit(&done->references, 1, memory_order_acq_rel) != 1) return;
  free(done->call.output);
  free(done);
}

static rota_status run(void* state) {
  job* job = state;
  const rota_status status = job->work(&job->call);
  return status == ROTA_OK && job->call.output_len > INT32_MAX ? ROTA_EOVERFLOW : status; /* Godot's arrays end there */
}

static rota_status poll(void* state, rota_context* cx) {
  (void)cx;
  const rota_status status = run(state);
  return status == ROTA_PENDING ? ROTA_EINVAL : status; /* nobody would wake it */
}

rota_status job_start(job* job, rota_runtime* runtime, int may_block, rota_task** out) {
  if (may_block) return rota_spawn_blocking(runtime, run, job, job_release, out);
  const rota_spawn_desc desc = {.size = sizeof desc, .poll = poll, .drop = job_release, .state = job};
  return rota_spawn(runtime, &desc, out);
}
