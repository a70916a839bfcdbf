// SPDX-License-Identifier: MIT
//
// Result<T>: a value, or the status that says why there is none. For small movable values (pointers, numbers).
#pragma once

#include <utility>

#include "core/base/check.h"
#include "core/base/status.h"

namespace rota {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)), status_(Status::kOk) {}             // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(status) { ROTA_CHECK(status != Status::kOk); }  // NOLINT

  bool ok() const { return status_ == Status::kOk; }
  Status status() const { return status_; }
  T& value() {
    ROTA_CHECK(ok());
    return value_;
  }

 private:
  T value_{};
  Status status_;
};

}  // namespace rota
