/* SPDX-License-Identifier: MIT
 *
 * As much of GDNative's binary interface (core 1.0 and nativescript 1.0, the same in every Godot from 3.1 to 3.6) as
 * this library uses. The engine hands over tables of functions; what is called is picked by its place in the table,
 * which the interface fixes for ever (`gdnative_api.json` of godotengine/godot-headers lists it: the first function is
 * 0).
 *
 * 64-bit systems with 32-bit godot_real only: what the official builds are.
 */
#ifndef ROTA_GODOT_GDNATIVE_H
#define ROTA_GODOT_GDNATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---------------------------------------------------------------------------------- values, whose inside is Godot's */

typedef void gd_object;
typedef void gd_method_bind;
typedef void gd_bytes_read;
typedef void gd_bytes_write;
typedef struct gd_variant {
  uint64_t inside[3];
} gd_variant;
typedef struct gd_string {
  uint64_t inside;
} gd_string;
typedef struct gd_char_string {
  uint64_t inside;
} gd_char_string;
typedef struct gd_bytes { /* PoolByteArray */
  uint64_t inside;
} gd_bytes;

enum { GD_NIL = 0, GD_INT = 2, GD_REAL = 3, GD_STRING = 4, GD_POOL_BYTE_ARRAY = 20 }; /* variant types */

typedef struct gd_call_error {
  int error; /* 0: none */
  int argument;
  int expected;
} gd_call_error;

/* ---------------------------------------------------------------------------------------------------------- tables */

typedef struct gd_table {
  unsigned type; /* 0: core, 1: nativescript */
  unsigned major, minor;
  const struct gd_table* next;
} gd_table;

typedef void (*gd_any_fn)(void);
typedef struct gd_core {
  gd_table table;
  unsigned extension_count;
  const gd_table** extensions;
  gd_any_fn functions[744];
} gd_core;

/* One typed call by place in the table. */
#define GD(place, type) ((type)gd->functions[place])

#define gd_bytes_new GD(155, void (*)(gd_bytes*))
#define gd_bytes_resize GD(164, void (*)(gd_bytes*, int))
#define gd_bytes_begin_read GD(165, gd_bytes_read* (*)(const gd_bytes*))
#define gd_bytes_begin_write GD(166, gd_bytes_write* (*)(gd_bytes*))
#define gd_bytes_size GD(169, int (*)(const gd_bytes*))
#define gd_bytes_destroy GD(170, void (*)(gd_bytes*))
#define gd_bytes_read_data GD(268, const uint8_t* (*)(const gd_bytes_read*))
#define gd_bytes_end_read GD(270, void (*)(gd_bytes_read*))
#define gd_bytes_write_data GD(296, uint8_t* (*)(const gd_bytes_write*))
#define gd_bytes_end_write GD(298, void (*)(gd_bytes_write*))
#define gd_variant_type GD(507, int (*)(const gd_variant*))
#define gd_variant_copy GD(508, void (*)(gd_variant*, const gd_variant*))
#define gd_variant_nil GD(509, void (*)(gd_variant*))
#define gd_variant_bool GD(510, void (*)(gd_variant*, bool))
#define gd_variant_int GD(512, void (*)(gd_variant*, int64_t))
#define gd_variant_string GD(514, void (*)(gd_variant*, const gd_string*))
#define gd_variant_object GD(527, void (*)(gd_variant*, const gd_object*))
#define gd_variant_bytes GD(530, void (*)(gd_variant*, const gd_bytes*))
#define gd_variant_as_int GD(539, int64_t (*)(const gd_variant*))
#define gd_variant_as_real GD(540, double (*)(const gd_variant*))
#define gd_variant_as_string GD(541, gd_string (*)(const gd_variant*))
#define gd_variant_as_object GD(554, gd_object* (*)(const gd_variant*))
#define gd_variant_as_bytes GD(557, gd_bytes (*)(const gd_variant*))
#define gd_variant_call GD(564, gd_variant (*)(gd_variant*, const gd_string*, const gd_variant**, int, gd_call_error*))
#define gd_variant_destroy GD(570, void (*)(gd_variant*))
#define gd_char_string_length GD(571, int (*)(const gd_char_string*))
#define gd_char_string_data GD(572, const char* (*)(const gd_char_string*))
#define gd_char_string_destroy GD(573, void (*)(gd_char_string*))
#define gd_string_new GD(574, void (*)(gd_string*))
#define gd_string_utf8 GD(678, gd_char_string (*)(const gd_string*))
#define gd_string_parse_utf8 GD(679, bool (*)(gd_string*, const char*))
#define gd_string_destroy GD(721, void (*)(gd_string*))
#define gd_method_bind_of GD(732, gd_method_bind* (*)(const char*, const char*))
#define gd_ptrcall GD(733, void (*)(gd_method_bind*, gd_object*, const void**, void*))
#define gd_bind_call GD(734, gd_variant (*)(gd_method_bind*, gd_object*, const gd_variant**, int, gd_call_error*))
#define gd_constructor_of GD(735, gd_object* (*(*)(const char*))(void))
#define gd_print_error GD(741, void (*)(const char*, const char*, const char*, int))

/* --------------------------------------------------------------------------------------------------- native classes */

typedef struct gd_create {
  void* (*create)(gd_object* instance, void* method_data);
  void* method_data;
  void (*free_method_data)(void*);
} gd_create;

typedef struct gd_destroy {
  void (*destroy)(gd_object* instance, void* method_data, void* user_data);
  void* method_data;
  void (*free_method_data)(void*);
} gd_destroy;

typedef struct gd_method {
  gd_variant (*call)(gd_object* instance, void* method_data, void* user_data, int argument_count,
                     gd_variant** arguments);
  void* method_data;
  void (*free_method_data)(void*);
} gd_method;

typedef struct gd_signal_argument {
  gd_string name;
  int type;
  int hint;
  gd_string hint_string;
  int usage;
  gd_variant default_value;
} gd_signal_argument;

typedef struct gd_signal {
  gd_string name;
  int argument_count;
  gd_signal_argument* arguments;
  int default_count;
  gd_variant* defaults;
} gd_signal;

typedef struct gd_nativescript {
  gd_table table;
  void (*register_class)(void* handle, const char* name, const char* base, gd_create, gd_destroy);
  gd_any_fn register_tool_class;
  void (*register_method)(void* handle, const char* class_name, const char* name, int rpc_mode, gd_method);
  gd_any_fn register_property;
  void (*register_signal)(void* handle, const char* class_name, const gd_signal*);
  void* (*user_data)(gd_object* instance);
} gd_nativescript;

typedef struct gd_init_options {
  bool in_editor;
  uint64_t core_hash, editor_hash, no_hash;
  void (*report_version_mismatch)(const gd_object*, const char*, uint64_t want, uint64_t have);
  void (*report_loading_error)(const gd_object* library, const char* what);
  gd_object* library;
  const gd_core* core;
  const gd_string* library_path;
} gd_init_options;

/* The tables, set when Godot loads the library. */
extern const gd_core* gd;
extern const gd_nativescript* gd_ns;

#endif /* ROTA_GODOT_GDNATIVE_H */
