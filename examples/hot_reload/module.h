/* SPDX-License-Identifier: MIT
 *
 * What host and module agree on.
 */
#ifndef ROTA_EXAMPLES_HOT_RELOAD_MODULE_H
#define ROTA_EXAMPLES_HOT_RELOAD_MODULE_H

#include <stdint.h>

#include "rota/rota.h"

/* Lives in the host, so it outlives the module. One task at a time uses it. */
struct game {
  volatile uint64_t thoughts;
};

#ifdef __cplusplus
extern "C" {
#endif
typedef rota_status (*module_start_fn)(rota_runtime* runtime, rota_group* group, struct game* game);
__attribute__((visibility("default"))) rota_status module_start(rota_runtime* runtime, rota_group* group,
                                                                struct game* game);
#ifdef __cplusplus
}
#endif

#endif /* ROTA_EXAMPLES_HOT_RELOAD_MODULE_H */
