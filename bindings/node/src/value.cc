// SPDX-License-Identifier: MIT
#include "value.h"

#include <cmath>

namespace rota_node {

Call::Call(napi_env env, napi_callback_info info) : env_(env) {
  size_t count = kMost;
  napi_get_cb_info(env, info, &count, arguments_, nullptr, nullptr);
}

double Call::number(size_t index) {
  double value = 0;
  if (napi_get_value_double(env_, arguments_[index], &value) != napi_ok || std::isnan(value)) {
    throw_type_error("a number is missing");
    return 0;
  }
  return value;
}

uint64_t Call::nanoseconds(size_t index) {
  const double ns = number(index) * 1e6;
  if (ns < 0) {
    throw_type_error("a time must not be negative");
    return 0;
  }
  constexpr double kForever = 18446744073709551615.0;
  // Never early: what is between two nanoseconds is the later one.
  return ns >= kForever ? ROTA_FOREVER : static_cast<uint64_t>(std::ceil(ns));
}

bool Call::boolean(size_t index) {
  bool value = false;
  if (napi_get_value_bool(env_, arguments_[index], &value) != napi_ok) throw_type_error("a boolean is missing");
  return value;
}

std::string Call::string(size_t index) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env_, arguments_[index], nullptr, 0, &length) != napi_ok) {
    throw_type_error("a string is missing");
    return {};
  }
  std::string text(length, '\0');
  napi_get_value_string_utf8(env_, arguments_[index], text.data(), length + 1, &length);
  return text;
}

void* Call::unwrap(size_t index, const napi_type_tag& tag) {
  bool is_one = false;
  void* handle = nullptr;
  if (napi_check_object_type_tag(env_, arguments_[index], &tag, &is_one) != napi_ok || !is_one ||
      napi_unwrap(env_, arguments_[index], &handle) != napi_ok) {
    throw_type_error("a handle of another kind");
    return nullptr;
  }
  return handle;
}

napi_value Call::throw_type_error(const char* message) {
  // The first complaint stands.
  if (ok_) {
    napi_value ignored = nullptr;
    napi_get_and_clear_last_exception(env_, &ignored);
    napi_throw_type_error(env_, "ROTA_EINVAL", message);
  }
  ok_ = false;
  return nullptr;
}

napi_value Call::finish(rota_status status) {
  if (status != ROTA_OK) {
    napi_throw(env_, environment().make_error(status));
    return nullptr;
  }
  napi_value undefined = nullptr;
  napi_get_undefined(env_, &undefined);
  return undefined;
}

napi_value wrap(napi_env env, void* handle, const napi_type_tag& tag, napi_finalize finalize) {
  napi_value object = nullptr;
  if (napi_create_object(env, &object) != napi_ok ||
      napi_wrap(env, object, handle, finalize, nullptr, nullptr) != napi_ok) {
    finalize(env, handle, nullptr);
    return nullptr;
  }
  napi_type_tag_object(env, object, &tag);
  return object;
}

napi_value make_number(napi_env env, double number) {
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

napi_value make_string(napi_env env, const char* text, size_t length) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text, length, &value);
  return value;
}

}  // namespace rota_node
