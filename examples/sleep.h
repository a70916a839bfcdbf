/* SPDX-License-Identifier: MIT
 *
 * The one thing that the examples ask of the system: unix/sleep.c, windows/sleep.c.
 */
#ifndef EXAMPLES_SLEEP_H
#define EXAMPLES_SLEEP_H

#include <stdint.h>

/* Blocks this thread. */
void sleep_ns(uint64_t duration_ns);

#endif /* EXAMPLES_SLEEP_H */
