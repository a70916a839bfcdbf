// SPDX-License-Identifier: MIT
//
// From handles of the C interface to the engine's objects and back, and the wall no exception passes.
//
// Every function in capi/ has the same shape: check the arguments, convert, call one thing in core/, convert the
// answer.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/base/counted.h"
#include "core/base/result.h"
#include "core/base/status.h"
#include "core/task/header.h"
#include "rota/rota.h"

namespace rota::capi {

constexpr rota_status c(Status status) { return static_cast<rota_status>(status); }

// The object behind a handle of a counted noun; nullptr when the handle is NULL, of another kind, or visibly stale.
template <class T, class Handle>
T* object(Handle* handle) {
  if (handle == nullptr || reinterpret_cast<uintptr_t>(handle) % alignof(T) != 0) return nullptr;
  T* candidate = reinterpret_cast<T*>(const_cast<std::remove_const_t<Handle>*>(handle));
  return candidate->valid() ? candidate : nullptr;
}
template <class Handle, class T>
Handle* handle(T* object) {
  return reinterpret_cast<Handle*>(object);
}

// _clone and _release of a counted noun.
template <class T, class Handle>
Handle* clone(Handle* handle) {
  T* target = object<T>(handle);
  if (target == nullptr) return nullptr;
  target->ref();
  return handle;
}
template <class T, class Handle>
void release(Handle* handle) {
  if (T* target = object<T>(handle)) target->unref();
}

inline task::Header* task_of(const rota_task* handle) {
  if (handle == nullptr || reinterpret_cast<uintptr_t>(handle) % alignof(task::Header) != 0) return nullptr;
  auto* header = reinterpret_cast<task::Header*>(const_cast<rota_task*>(handle));
  return header->kind == task::Kind::kTask ? header : nullptr;
}
inline rota_task* handle_of(task::Header* header) { return reinterpret_cast<rota_task*>(header); }

// Gives the caller's reference of a new task to `out`, or drops it (detaches) when nobody wants it.
inline void give(task::Header& header, rota_task** out) {
  if (out != nullptr) {
    *out = handle_of(&header);
  } else {
    task::unref(header);
  }
}

// The same for one that may not have come to be.
inline rota_status give(Result<task::Header*> made, rota_task** out) {
  if (!made.ok()) return c(made.status());
  give(*made.value(), out);
  return ROTA_OK;
}

inline task::Context* context_of(rota_context* cx) { return reinterpret_cast<task::Context*>(cx); }

}  // namespace rota::capi
