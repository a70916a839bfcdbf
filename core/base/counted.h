// SPDX-License-Identifier: MIT
//
// Counted<T>: the counted objects that handles of the C interface point to (all but tasks, which count in their state
// word). T has `static constexpr uint32_t kTag`, four letters that tell it from any other object and from freed memory,
// and `void last_reference()`, which frees it.
//
// Thread safety: any thread.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/check.h"

namespace rota::base {

template <class T>
class Counted {
 public:
  Counted() : tag_(T::kTag) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  // An object of another kind may be asked, whose first word others are changing.
  bool valid() const { return tag_.load(memory_order_relaxed) == T::kTag; }

  // relaxed: whoever clones holds one already.
  void ref() {
    const uint32_t before = references_.fetch_add(1, memory_order_relaxed);
    ROTA_CHECK(before != 0 && before != UINT32_MAX);
  }
  // acq_rel: all that others did with the object happens before it is freed.
  void unref() {
    const uint32_t before = references_.fetch_sub(1, memory_order_acq_rel);
    ROTA_CHECK(before != 0);
    if (before != 1) return;
    tag_.store(0, memory_order_relaxed);
    static_cast<T*>(this)->last_reference();
  }

 protected:
  ~Counted() = default;

 private:
  Atomic<uint32_t> tag_;
  Atomic<uint32_t> references_{1};
};

// Ref<T>: one reference to a counted object, dropped with it.
template <class T>
class Ref {
 public:
  // Takes a reference of its own.
  explicit Ref(T& object) : object_(&object) { object.ref(); }
  Ref(Ref&& other) noexcept : object_(other.object_) { other.object_ = nullptr; }
  Ref& operator=(Ref&&) = delete;
  ~Ref() {
    if (object_ != nullptr) object_->unref();
  }

  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }

 private:
  T* object_;
};

}  // namespace rota::base
