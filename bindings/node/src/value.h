// SPDX-License-Identifier: MIT
//
// Between JavaScript's values and C's. The functions of this addon are called by lib/*.js alone, which checks what
// users pass; here a value of the wrong kind throws a TypeError too, so that nothing can make the process crash.
#pragma once

#include <cstdint>
#include <string>

#include "environment.h"

namespace rota_node {

// The arguments of a call, and what went wrong with them.
class Call {
 public:
  static constexpr size_t kMost = 8;

  Call(napi_env env, napi_callback_info info);

  [[nodiscard]] napi_env env() const { return env_; }
  [[nodiscard]] Environment& environment() const { return *Environment::of(env_); }
  [[nodiscard]] napi_value argument(size_t index) const { return arguments_[index]; }

  // Each takes the argument at `index`; of the wrong kind, an exception is pending and ok() is false.
  double number(size_t index);
  uint64_t nanoseconds(size_t index);  // given in milliseconds
  uint32_t uint32(size_t index) { return static_cast<uint32_t>(number(index)); }
  bool boolean(size_t index);
  std::string string(size_t index);
  template <class T>
  T* handle(size_t index);

  [[nodiscard]] bool ok() const { return ok_; }
  napi_value throw_type_error(const char* message);
  // undefined for ROTA_OK; otherwise the error is thrown.
  napi_value finish(rota_status status);

 private:
  void* unwrap(size_t index, const napi_type_tag& tag);

  napi_env env_;
  napi_value arguments_[kMost] = {};
  bool ok_ = true;
};

// How the engine's handles are known apart, and let go.
template <class T>
struct HandleTraits;

#define ROTA_NODE_HANDLE(type, number)                                   \
  template <>                                                            \
  struct HandleTraits<type> {                                            \
    static constexpr napi_type_tag kTag = {0x2f7e91c4b3a85d06u, number}; \
    static void release(type* handle) { type##_release(handle); }        \
  }

ROTA_NODE_HANDLE(rota_socket, 2);
ROTA_NODE_HANDLE(rota_fd, 3);
ROTA_NODE_HANDLE(rota_semaphore, 4);
ROTA_NODE_HANDLE(rota_channel, 5);

#undef ROTA_NODE_HANDLE

template <>
struct HandleTraits<rota_runtime> {
  static constexpr napi_type_tag kTag = {0x2f7e91c4b3a85d06u, 1};
};

template <class T>
T* Call::handle(size_t index) {
  return static_cast<T*>(unwrap(index, HandleTraits<T>::kTag));
}

// An object that holds `handle`, which it gives to `finalize` when it is collected. nullptr with an exception pending.
napi_value wrap(napi_env env, void* handle, const napi_type_tag& tag, napi_finalize finalize);

// The same for a handle that is released; takes the reference, whatever happens.
template <class T>
napi_value wrap(napi_env env, T* handle) {
  return wrap(env, handle, HandleTraits<T>::kTag,
              [](napi_env, void* data, void*) { HandleTraits<T>::release(static_cast<T*>(data)); });
}

napi_value make_number(napi_env env, double number);
napi_value make_string(napi_env env, const char* text, size_t length = NAPI_AUTO_LENGTH);

struct Function {
  const char* name;
  napi_callback call;
};

// Each room's part of the module.
void add_runtime_functions(napi_env env, napi_value exports);
void add_socket_functions(napi_env env, napi_value exports);
void add_fd_functions(napi_env env, napi_value exports);
void add_sync_functions(napi_env env, napi_value exports);

template <size_t N>
void add_functions(napi_env env, napi_value exports, const Function (&functions)[N]) {
  for (const Function& function : functions) {
    napi_value value = nullptr;
    napi_create_function(env, function.name, NAPI_AUTO_LENGTH, function.call, nullptr, &value);
    napi_set_named_property(env, exports, function.name, value);
  }
}

}  // namespace rota_node
