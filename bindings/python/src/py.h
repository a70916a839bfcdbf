// SPDX-License-Identifier: MIT
//
// Python.h as this extension uses it, and the one owner of a reference.
//
// Everything is written against the limited API of 3.11, so that one abi3 build serves every later version. A
// free-threaded interpreter has no limited API (before 3.15): for it the same sources are compiled without
// (ROTA_PY_FULL_API), and PyLock is then a real lock.
#pragma once

#if !defined(ROTA_PY_FULL_API) && !defined(Py_LIMITED_API)
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include <mutex>
#include <utility>

namespace rota_py {

// Owns one reference, or none.
class Ref {
 public:
  Ref() = default;
  // Takes over a new reference.
  explicit Ref(PyObject* owned) : object_(owned) {}
  static Ref borrow(PyObject* object) {
    Py_XINCREF(object);
    return Ref(object);
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() { Py_XDECREF(object_); }

  PyObject* get() const { return object_; }
  PyObject* release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

// Guards the fields of Python objects for a few instructions in which no Python code can run. The GIL does that where
// there is one.
class PyLock {
 public:
#ifdef Py_GIL_DISABLED
  explicit PyLock(const void* object) : lock_(shard(object)) {}

 private:
  static std::mutex& shard(const void* object) {
    static std::mutex shards[64];
    return shards[(reinterpret_cast<uintptr_t>(object) >> 6) % 64];
  }
  std::lock_guard<std::mutex> lock_;
#else
  explicit PyLock(const void*) {}
#endif
};

// Without the GIL from here to the end of the scope.
class Released {
 public:
  Released() : state_(PyEval_SaveThread()) {}
  ~Released() { PyEval_RestoreThread(state_); }
  Released(const Released&) = delete;
  Released& operator=(const Released&) = delete;

 private:
  PyThreadState* state_;
};

template <class T>
T* as(PyObject* object) {
  return reinterpret_cast<T*>(object);
}

template <class T>
PyObject* py(T* object) {
  return reinterpret_cast<PyObject*>(object);
}

// For slots and method tables, which hold every function under one type.
template <class F>
PyCFunction method(F* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

template <class F>
void* slot(F* function) {
  return reinterpret_cast<void*>(function);
}

// The type's allocator, which makes subclasses' instances too; all fields beyond the head are zero.
template <class T>
T* allocate(PyTypeObject* type) {
  auto* alloc = reinterpret_cast<allocfunc>(PyType_GetSlot(type, Py_tp_alloc));
  return reinterpret_cast<T*>(alloc(type, 0));
}

inline void free_object(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  auto* free = reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free));
  free(self);
  Py_DECREF(py(type));
}

}  // namespace rota_py
