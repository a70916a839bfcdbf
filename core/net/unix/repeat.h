// SPDX-License-Identifier: MIT
#pragma once

#include <errno.h>

namespace rota::net::os {

// Makes the call again as long as a signal interrupts it.
template <class Call>
auto repeat(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace rota::net::os
