/* SPDX-License-Identifier: MIT
 *
 * The format of a tile's file, and its two sides.
 *
 *   "RTIL", then TILE_SIDE rows of TILE_SIDE heights (0..65535). Each is what a plane through its left, upper and upper
 *   left neighbours predicts (0 outside), plus a residue: folded to be unsigned, 7 bits a byte, lowest first.
 */
#ifndef ROTA_EXAMPLES_TILE_H
#define ROTA_EXAMPLES_TILE_H

#include <stddef.h>
#include <stdint.h>

#include "examples/assets/assets.h"

#define TILE_MARGIN 8 /* heights beyond each edge, so that light does not stop there */
#define TILE_SIDE (ASSET_SIDE + 2 * TILE_MARGIN)

/* Packs heights; returns the bytes written to `out`, which has room for tile_packed_max(). */
size_t tile_packed_max(void);
size_t tile_pack(const uint16_t* heights, uint8_t* out);

/* Unpacks all heights: ROTA_OK, or ROTA_EPROTO when the bytes are no tile. */
rota_status tile_unpack(const uint8_t* bytes, size_t len, uint16_t* heights);

/* Lights and colours the rows [first, last) of a tile. */
void tile_shade(const uint16_t* heights, int first, int last, uint8_t* pixels);

/* The heights of the tile at (x, y). */
void tile_heights(int x, int y, uint16_t* heights);

#endif /* ROTA_EXAMPLES_TILE_H */
