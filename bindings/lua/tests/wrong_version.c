/* SPDX-License-Identifier: MIT
 *
 * A librota of another version, as far as rota.lua looks.
 */
#include <stdint.h>

__attribute__((visibility("default"))) uint32_t rota_version(void) { return 99u << 16; }
