/* SPDX-License-Identifier: MIT */
#include "bindings/godot/values.h"

#include <stdlib.h>
#include <string.h>

gd_variant value_nil(void) {
  gd_variant value;
  gd_variant_nil(&value);
  return value;
}

gd_variant value_bool(bool is) {
  gd_variant value;
  gd_variant_bool(&value, is);
  return value;
}

gd_variant value_int(int64_t number) {
  gd_variant value;
  gd_variant_int(&value, number);
  return value;
}

gd_variant value_text(const char* text) {
  gd_variant value;
  gd_string string;
  gd_string_new(&string);
  gd_string_parse_utf8(&string, text);
  gd_variant_string(&value, &string);
  gd_string_destroy(&string);
  return value;
}

gd_variant value_bytes(const uint8_t* data, size_t len) {
  gd_variant value;
  gd_bytes bytes;
  gd_bytes_new(&bytes);
  gd_bytes_resize(&bytes, (int)len);
  if (len > 0) {
    gd_bytes_write* access = gd_bytes_begin_write(&bytes);
    memcpy(gd_bytes_write_data(access), data, len);
    gd_bytes_end_write(access);
  }
  gd_variant_bytes(&value, &bytes);
  gd_bytes_destroy(&bytes);
  return value;
}

char* text_of(const gd_variant* value) {
  if (gd_variant_type(value) != GD_STRING) return NULL;
  gd_string string = gd_variant_as_string(value);
  gd_char_string bytes = gd_string_utf8(&string);
  const size_t len = (size_t)gd_char_string_length(&bytes);
  char* text = malloc(len + 1);
  if (text != NULL) {
    memcpy(text, gd_char_string_data(&bytes), len);
    text[len] = '\0';
  }
  gd_char_string_destroy(&bytes);
  gd_string_destroy(&string);
  return text;
}

bool number_of(const gd_variant* value, double* out) {
  const int type = gd_variant_type(value);
  if (type != GD_INT && type != GD_REAL) return false;
  *out = type == GD_INT ? (double)gd_variant_as_int(value) : gd_variant_as_real(value);
  return true;
}

void complain(const char* function, const char* what) { gd_print_error(what, function, "rota", 0); }
