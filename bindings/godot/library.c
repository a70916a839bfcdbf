/* SPDX-License-Identifier: MIT
 *
 * Where Godot comes in.
 */
#include "bindings/godot/gdnative.h"
#include "bindings/godot/runtime.h"
#include "bindings/godot/task.h"
#include "rota/rota.h"

const gd_core* gd;
const gd_nativescript* gd_ns;
static gd_object* library;

ROTA_API void godot_gdnative_init(gd_init_options* options);
ROTA_API void godot_gdnative_terminate(void* options);
ROTA_API void godot_nativescript_init(void* handle);
ROTA_API void godot_nativescript_terminate(void* handle);

ROTA_API void godot_gdnative_init(gd_init_options* options) {
  const gd_core* core = options->core;
  if (core->table.type != 0 || core->table.major != 1) {
    options->report_loading_error(options->library, "rota: this is not GDNative 1");
    return;
  }
  library = options->library;
  for (unsigned i = 0; i < core->extension_count; ++i) {
    const gd_table* table = core->extensions[i];
    if (table->type == 1 && table->major == 1) gd_ns = (const gd_nativescript*)table;
  }
  if (gd_ns == NULL) {
    options->report_loading_error(options->library, "rota: this Godot has no NativeScript 1");
    return;
  }
  gd = core;
}

ROTA_API void godot_nativescript_init(void* handle) {
  if (gd == NULL) return;
  runtime_register(handle);
  task_register(handle, library);
}

ROTA_API void godot_nativescript_terminate(void* handle) {
  (void)handle;
  if (gd != NULL) task_unregister();
}

ROTA_API void godot_gdnative_terminate(void* options) {
  (void)options;
  gd = NULL;
  gd_ns = NULL;
}
