/* SPDX-License-Identifier: MIT
 *
 * rota_handle used wrongly, on every system; tests/integration/windows uses it rightly.
 */
#include "tests/capi/support.h"

int main(void) {
  rota_runtime* runtime = NULL;
  CHECK_OK(rota_runtime_create(NULL, &runtime));
  rota_handle* handle = NULL;
  rota_task* task = NULL;
  size_t count = 1;
  char byte = 0;
  CHECK(rota_handle_register(NULL, 1, &handle) == ROTA_EINVAL);
  CHECK(rota_handle_register(runtime, 1, NULL) == ROTA_EINVAL);
  /* No such handle, or no such thing on this system. */
  const rota_status status = rota_handle_register(runtime, 1000000, &handle);
  CHECK(status == ROTA_EBADF || status == ROTA_ENOTSUP);
  CHECK(handle == NULL);
  CHECK(rota_handle_read(NULL, 0, &byte, 1, &count, &task) == ROTA_EINVAL);
  CHECK(count == 0);
  CHECK(rota_handle_write(NULL, 0, &byte, 1, &count, &task) == ROTA_EINVAL);
  CHECK(rota_handle_accept(NULL, &task) == ROTA_EINVAL);
  CHECK(rota_handle_accept((rota_handle*)runtime, &task) == ROTA_EINVAL); /* a handle of another kind */
  CHECK(task == NULL);
  CHECK(rota_handle_clone(NULL) == NULL);
  rota_handle_release(NULL);
  CHECK_OK(rota_runtime_shutdown(runtime, ROTA_FOREVER));
  CHECK(rota_handle_register(runtime, 1, &handle) == ROTA_ESHUTDOWN);
  rota_runtime_release(runtime);
  return 0;
}
