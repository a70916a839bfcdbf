/* SPDX-License-Identifier: MIT */
#include "tests/support/handle.h"

#include <poll.h>

#include "tests/support/unix/check.h"

int os_handle_wait(intptr_t handle, int timeout_ms) {
  struct pollfd entry = {(int)handle, POLLIN, 0};
  const int ready = poll(&entry, 1, timeout_ms);
  OS_CHECK(ready >= 0);
  return ready == 1 && (entry.revents & POLLIN) != 0;
}
