/* SPDX-License-Identifier: MIT */
#include "tests/support/handle.h"

#include "tests/support/windows/check.h"

int os_handle_wait(intptr_t handle, int timeout_ms) {
  const DWORD limit = timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms;
  const DWORD result = WaitForSingleObject((HANDLE)handle, limit);
  OS_CHECK(result == WAIT_OBJECT_0 || result == WAIT_TIMEOUT);
  return result == WAIT_OBJECT_0;
}
