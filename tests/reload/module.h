/* SPDX-License-Identifier: MIT
 *
 * What the host of the reload test and its module agree on.
 */
#ifndef ROTA_TESTS_RELOAD_MODULE_H
#define ROTA_TESTS_RELOAD_MODULE_H

#include <stdatomic.h>

#include "rota/rota.h"

/* In the host: what the module's code has done so far. */
struct module_counts {
  atomic_long made, dropped; /* states */
  atomic_long polls, jobs, chunks;
};

/* Starts tasks in `group` that go on for ever, spawn others, sleep, loop and block. */
typedef rota_status (*module_start_fn)(rota_runtime* runtime, rota_group* group, struct module_counts* counts);

#endif /* ROTA_TESTS_RELOAD_MODULE_H */
