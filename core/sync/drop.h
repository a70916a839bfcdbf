// SPDX-License-Identifier: MIT
//
// Drop: how a value that nobody received is freed: the host's function, and who calls it and
// catches what it throws.
//
// Thread safety: a plain value.
#pragma once

namespace rota::sync {

struct Drop {
  using Function = void (*)(void* value);

  void operator()(void* value) const {
    if (function != nullptr) call(function, value);
  }

  void (*call)(Function function, void* value) = nullptr;
  Function function = nullptr;  // nullptr: values are not freed
};

}  // namespace rota::sync
