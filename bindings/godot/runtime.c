/* SPDX-License-Identifier: MIT */
#include "bindings/godot/runtime.h"

#include <stdlib.h>
#include <string.h>

#include "bindings/godot/task.h"
#include "bindings/godot/values.h"

#define DEFAULT_BUDGET_NS UINT64_C(2000000)
#define LONGEST_SECONDS 9e9

struct engine {
  rota_runtime* runtime;
  rota_queue* queue;
  uint64_t budget_ns;
};

static void end(struct engine* self) {
  if (self->runtime == NULL) return;
  /* What is cancelled here, and what has landed, is emitted here. */
  rota_runtime* runtime = self->runtime;
  rota_queue* queue = self->queue;
  self->runtime = NULL;
  self->queue = NULL;
  rota_runtime_shutdown(runtime, ROTA_FOREVER);
  rota_queue_run(queue, 0, ROTA_FOREVER, NULL);
  rota_queue_release(queue);
  rota_runtime_release(runtime);
}

static void* create(gd_object* instance, void* method_data) {
  (void)instance, (void)method_data;
  struct engine* self = calloc(1, sizeof *self);
  if (self == NULL) return NULL;
  self->budget_ns = DEFAULT_BUDGET_NS;
  rota_status status = rota_runtime_create(NULL, &self->runtime);
  if (status == ROTA_OK) status = rota_queue_create(self->runtime, &self->queue);
  if (status != ROTA_OK) {
    complain("Rota.new", rota_status_message(status));
    rota_runtime_release(self->runtime);
    self->runtime = NULL;
  }
  return self;
}

static void destroy(gd_object* instance, void* method_data, void* user_data) {
  struct engine* self = user_data;
  (void)instance, (void)method_data;
  if (self == NULL) return;
  end(self);
  free(self);
}

/* -------------------------------------------------------------------------------------------------- what scripts call
 */

#define METHOD(name)                                                                                  \
  static gd_variant name(gd_object* instance, void* method_data, void* user_data, int argument_count, \
                         gd_variant** arguments)

/* Checks what every method checks; null for the script when something is wrong. */
static struct engine* engine_of(void* user_data, const char* function, int is, int wanted) {
  struct engine* self = user_data;
  if (self == NULL || self->runtime == NULL) return complain(function, "the engine is shut down"), NULL;
  if (is != wanted) return complain(function, "wrong number of arguments"), NULL;
  return self;
}

static gd_variant finish(struct engine* self, const char* function, rota_status status, rota_task* task, job* job) {
  if (status == ROTA_OK) return task_wrap(task, self->queue, job);
  complain(function, rota_status_message(status));
  job_release(job);
  return value_nil();
}

METHOD(sleep_for) {
  (void)instance, (void)method_data;
  struct engine* self = engine_of(user_data, "Rota.sleep", argument_count, 1);
  double seconds = 0;
  if (self == NULL) return value_nil();
  if (!number_of(arguments[0], &seconds) || !(seconds >= 0)) {
    return complain("Rota.sleep", "seconds must be a number, 0 or more"), value_nil();
  }
  rota_task* task = NULL;
  const uint64_t ns = seconds >= LONGEST_SECONDS ? ROTA_FOREVER : (uint64_t)(seconds * 1e9);
  const rota_status status = rota_sleep(self->runtime, ns, &task);
  return finish(self, "Rota.sleep", status, task, NULL);
}

METHOD(read_file) {
  (void)instance, (void)method_data;
  struct engine* self = engine_of(user_data, "Rota.read_file", argument_count, 1);
  if (self == NULL) return value_nil();
  char* path = text_of(arguments[0]);
  if (path == NULL) return complain("Rota.read_file", "path must be a String"), value_nil();
  rota_task* task = NULL;
  job* job = job_new(job_read_file, (const uint8_t*)path, strlen(path) + 1);
  free(path);
  const rota_status status = job == NULL ? ROTA_ENOMEM : job_start(job, self->runtime, 1, &task);
  return finish(self, "Rota.read_file", status, task, job);
}

static gd_variant run_job(void* user_data, const char* function, int argument_count, gd_variant** arguments,
                          int may_block) {
  struct engine* self = engine_of(user_data, function, argument_count, 2);
  if (self == NULL) return value_nil();
  char* name = text_of(arguments[0]);
  rota_godot_job work = name == NULL ? NULL : job_named(name);
  free(name);
  if (work == NULL) return complain(function, "no job of that name is registered"), value_nil();
  if (gd_variant_type(arguments[1]) != GD_POOL_BYTE_ARRAY) {
    return complain(function, "input must be a PoolByteArray"), value_nil();
  }
  rota_task* task = NULL;
  gd_bytes bytes = gd_variant_as_bytes(arguments[1]);
  gd_bytes_read* access = gd_bytes_begin_read(&bytes);
  job* job = job_new(work, gd_bytes_read_data(access), (size_t)gd_bytes_size(&bytes));
  gd_bytes_end_read(access);
  gd_bytes_destroy(&bytes);
  const rota_status status = job == NULL ? ROTA_ENOMEM : job_start(job, self->runtime, may_block, &task);
  return finish(self, function, status, task, job);
}

METHOD(run) {
  (void)instance, (void)method_data;
  return run_job(user_data, "Rota.run", argument_count, arguments, 0);
}

METHOD(run_blocking) {
  (void)instance, (void)method_data;
  return run_job(user_data, "Rota.run_blocking", argument_count, arguments, 1);
}

METHOD(set_budget) {
  (void)instance, (void)method_data;
  struct engine* self = engine_of(user_data, "Rota.set_budget", argument_count, 1);
  double milliseconds = 0;
  if (self == NULL) return value_nil();
  if (!number_of(arguments[0], &milliseconds) || !(milliseconds >= 0)) {
    return complain("Rota.set_budget", "milliseconds must be a number, 0 or more"), value_nil();
  }
  self->budget_ns = milliseconds >= LONGEST_SECONDS * 1e3 ? ROTA_FOREVER : (uint64_t)(milliseconds * 1e6);
  return value_nil();
}

/* Every frame, while the node is in the tree. */
METHOD(process) {
  struct engine* self = user_data;
  (void)instance, (void)method_data, (void)argument_count, (void)arguments;
  /* A signal's receiver may shut this engine down: what is used here is held, and the rest comes at the release. */
  if (self == NULL || self->queue == NULL) return value_nil();
  rota_queue* queue = rota_queue_clone(self->queue);
  rota_queue_run(queue, 0, self->budget_ns, NULL);
  rota_queue_release(queue);
  return value_nil();
}

METHOD(pending) {
  (void)instance, (void)method_data, (void)user_data, (void)argument_count, (void)arguments;
  return value_int(task_pending());
}

METHOD(shutdown) {
  struct engine* self = user_data;
  (void)instance, (void)method_data, (void)argument_count, (void)arguments;
  if (self != NULL) end(self);
  return value_nil();
}

void runtime_register(void* handle) {
  static const struct {
    const char* name;
    gd_method method;
  } methods[] = {
      {"sleep", {sleep_for, NULL, NULL}},
      {"read_file", {read_file, NULL, NULL}},
      {"run", {run, NULL, NULL}},
      {"run_blocking", {run_blocking, NULL, NULL}},
      {"set_budget", {set_budget, NULL, NULL}},
      {"pending", {pending, NULL, NULL}},
      {"shutdown", {shutdown, NULL, NULL}},
      {"_process", {process, NULL, NULL}},
  };
  gd_ns->register_class(handle, "Rota", "Node", (gd_create){create, NULL, NULL}, (gd_destroy){destroy, NULL, NULL});
  for (size_t i = 0; i < sizeof methods / sizeof *methods; ++i) {
    gd_ns->register_method(handle, "Rota", methods[i].name, 0, methods[i].method);
  }
}
