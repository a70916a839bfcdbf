/* SPDX-License-Identifier: MIT
 *
 * Godot's values and C's. Main thread.
 */
#ifndef ROTA_GODOT_VALUES_H
#define ROTA_GODOT_VALUES_H

#include "bindings/godot/gdnative.h"

gd_variant value_nil(void);
gd_variant value_bool(bool is);
gd_variant value_int(int64_t number);
gd_variant value_text(const char* text);
/* A PoolByteArray with a copy of the bytes. */
gd_variant value_bytes(const uint8_t* data, size_t len);

/* A copy, to be freed, or NULL when it is no string (or there is no memory). */
char* text_of(const gd_variant* value);
/* Whether it is a number; sets *out. */
bool number_of(const gd_variant* value, double* out);

/* Says on Godot's console what a script did wrong. */
void complain(const char* function, const char* what);

#endif /* ROTA_GODOT_VALUES_H */
