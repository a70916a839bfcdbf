/* SPDX-License-Identifier: MIT */
#include "bindings/godot/task.h"

#include <stdlib.h>

#include "bindings/godot/values.h"

struct script_task {
  rota_task* task;
  job* job;          /* or NULL: it has no result */
  gd_variant self;   /* until it is complete: a script need not hold what it awaits */
  gd_variant result; /* null before, and after an error */
  rota_status status;
};

static gd_variant script; /* the NativeScript whose new() makes a RotaTask */
static int pending;

int task_pending(void) { return pending; }

static void* create(gd_object* instance, void* method_data) {
  (void)instance, (void)method_data;
  struct script_task* self = calloc(1, sizeof *self);
  if (self == NULL) return NULL;
  self->result = value_nil();
  self->status = ROTA_EINVAL; /* RotaTask.new() from a script: a task of nothing */
  return self;
}

static void destroy(gd_object* instance, void* method_data, void* user_data) {
  struct script_task* self = user_data;
  (void)instance, (void)method_data;
  if (self == NULL) return;
  gd_variant_destroy(&self->result);
  rota_task_release(self->task);
  job_release(self->job);
  free(self);
}

static void emit_completed(struct script_task* self) {
  gd_string method;
  gd_string_new(&method);
  gd_string_parse_utf8(&method, "emit_signal");
  gd_variant name = value_text("completed");
  const gd_variant* arguments[] = {&name, &self->result};
  gd_call_error error = {0, 0, 0};
  gd_variant nothing = gd_variant_call(&self->self, &method, arguments, 2, &error);
  gd_variant_destroy(&nothing);
  gd_variant_destroy(&name);
  gd_string_destroy(&method);
}

/* In rota_queue_run, on the main thread. */
static void on_done(rota_task* task, rota_status status, void* user1, void* user2) {
  struct script_task* self = user1;
  (void)task, (void)user2;
  pending--;
  self->status = status;
  if (status == ROTA_OK && self->job != NULL) {
    gd_variant_destroy(&self->result);
    self->result = value_bytes(self->job->call.output, self->job->call.output_len);
  }
  job_release(self->job);
  self->job = NULL;
  emit_completed(self);
  gd_variant mine = self->self; /* the last reference may be this one */
  gd_variant_destroy(&mine);
}

gd_variant task_wrap(rota_task* task, rota_queue* queue, job* job) {
  gd_call_error error = {0, 0, 0};
  gd_variant made =
      gd_bind_call(gd_method_bind_of("NativeScript", "new"), gd_variant_as_object(&script), NULL, 0, &error);
  gd_object* object = gd_variant_as_object(&made);
  struct script_task* self = object == NULL ? NULL : gd_ns->user_data(object);
  if (self == NULL || rota_task_on_done(task, queue, on_done, self, NULL) != ROTA_OK) {
    complain("rota", "a task could not be made");
    rota_task_cancel(task);
    rota_task_release(task);
    job_release(job);
    gd_variant_destroy(&made);
    return value_nil();
  }
  pending++;
  self->task = task;
  self->job = job;
  self->status = ROTA_PENDING;
  gd_variant_copy(&self->self, &made);
  return made;
}

/* -------------------------------------------------------------------------------------------------- what scripts call
 */

#define METHOD(name)                                                                                  \
  static gd_variant name(gd_object* instance, void* method_data, void* user_data, int argument_count, \
                         gd_variant** arguments)
#define UNUSED_ARGUMENTS (void)instance, (void)method_data, (void)argument_count, (void)arguments

METHOD(is_done) {
  UNUSED_ARGUMENTS;
  const struct script_task* self = user_data;
  if (self == NULL) return value_nil(); /* there was no memory for it */
  return value_bool(self->status != ROTA_PENDING);
}

METHOD(status) {
  UNUSED_ARGUMENTS;
  const struct script_task* self = user_data;
  if (self == NULL) return value_nil(); /* there was no memory for it */
  return value_int(self->status);
}

METHOD(status_name) {
  UNUSED_ARGUMENTS;
  const struct script_task* self = user_data;
  if (self == NULL) return value_nil(); /* there was no memory for it */
  return value_text(rota_status_name(self->status));
}

METHOD(result) {
  UNUSED_ARGUMENTS;
  const struct script_task* self = user_data;
  if (self == NULL) return value_nil(); /* there was no memory for it */
  gd_variant value;
  gd_variant_copy(&value, &self->result);
  return value;
}

METHOD(cancel) {
  UNUSED_ARGUMENTS;
  const struct script_task* self = user_data;
  if (self == NULL) return value_nil(); /* there was no memory for it */
  return value_bool(rota_task_cancel(self->task) == ROTA_OK);
}

static void register_completed(void* handle) {
  gd_signal_argument argument = {.type = GD_NIL, .default_value = value_nil()};
  gd_signal signal = {.argument_count = 1, .arguments = &argument};
  gd_string_new(&signal.name);
  gd_string_new(&argument.name);
  gd_string_new(&argument.hint_string);
  gd_string_parse_utf8(&signal.name, "completed");
  gd_string_parse_utf8(&argument.name, "result");
  gd_ns->register_signal(handle, "RotaTask", &signal);
  gd_string_destroy(&signal.name);
  gd_string_destroy(&argument.name);
  gd_string_destroy(&argument.hint_string);
  gd_variant_destroy(&argument.default_value);
}

void task_register(void* handle, gd_object* library) {
  gd_ns->register_class(handle, "RotaTask", "Reference", (gd_create){create, NULL, NULL},
                        (gd_destroy){destroy, NULL, NULL});
  gd_ns->register_method(handle, "RotaTask", "is_done", 0, (gd_method){is_done, NULL, NULL});
  gd_ns->register_method(handle, "RotaTask", "status", 0, (gd_method){status, NULL, NULL});
  gd_ns->register_method(handle, "RotaTask", "status_name", 0, (gd_method){status_name, NULL, NULL});
  gd_ns->register_method(handle, "RotaTask", "result", 0, (gd_method){result, NULL, NULL});
  gd_ns->register_method(handle, "RotaTask", "cancel", 0, (gd_method){cancel, NULL, NULL});
  register_completed(handle);

  gd_object* object = gd_constructor_of("NativeScript")();
  gd_variant_object(&script, object);
  gd_string name;
  gd_string_new(&name);
  gd_string_parse_utf8(&name, "RotaTask");
  const void* set_name[] = {&name};
  const void* set_library[] = {library};
  gd_ptrcall(gd_method_bind_of("NativeScript", "set_class_name"), object, set_name, NULL);
  gd_ptrcall(gd_method_bind_of("NativeScript", "set_library"), object, set_library, NULL);
  gd_string_destroy(&name);
}

void task_unregister(void) { gd_variant_destroy(&script); }
