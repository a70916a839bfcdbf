/* SPDX-License-Identifier: MIT
 *
 * What the streaming examples load: tiles of a landscape. A file holds a square of heights, predicted from their
 * neighbours and packed as a PNG's rows are; decoding it unpacks, lights and colours it into RGBA pixels. That is some
 * milliseconds of honest work, which no frame has room for.
 *
 * Its functions have the types that rota_spawn_blocking and rota_spawn take, so that any language that can pass a C
 * function's address runs them on the engine's threads.
 *
 * Thread safety: an asset is used by one thread at a time (the engine passes it from one to the next) until it is
 * decoded, and then by any number; share and release from any.
 */
#ifndef ROTA_EXAMPLES_ASSETS_H
#define ROTA_EXAMPLES_ASSETS_H

#include "rota/rota.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ASSET_SIDE 256 /* pixels of a side of a decoded tile */

typedef struct asset asset;

/* A tile to be read from `path`, with one reference. NULL: no memory. */
ROTA_API asset* asset_new(const char* path);
/* One more reference; returns its argument. */
ROTA_API asset* asset_share(asset* tile);
/* Drops a reference. A rota_drop_fn. */
ROTA_API void asset_release(void* tile);

/* Reads the file: blocks. A rota_blocking_fn. ROTA_ENOENT, ROTA_EACCES, ROTA_EIO, ROTA_ENOMEM. */
ROTA_API rota_status asset_read(void* tile);
/* Decodes what was read, some rows at each poll. A rota_poll_fn. ROTA_EPROTO: it is no tile; ROTA_ENOMEM. */
ROTA_API rota_status asset_decode(void* tile, rota_context* cx);
/* Both at once, on the calling thread: what a program without an engine does. */
ROTA_API rota_status asset_load(asset* tile);

/* ASSET_SIDE * ASSET_SIDE RGBA pixels, NULL before they are decoded. They live as long as the asset. */
ROTA_API const uint8_t* asset_pixels(const asset* tile);

/* Lowers the calling thread's priority, where the system has one for threads: for rota_thread_hooks.start, so that
 * loading never takes a core from the frame loop. */
ROTA_API void asset_thread_start(void* user, uint32_t room, uint32_t index);

/* The processor time this thread has had, in nanoseconds: what a frame costs, whoever else uses the machine. */
ROTA_API uint64_t asset_thread_time(void);

/* Writes the tile at (x, y) of an endless landscape. 0, or -1 with errno. */
ROTA_API int asset_write(const char* path, int x, int y);

#ifdef __cplusplus
}
#endif

#endif /* ROTA_EXAMPLES_ASSETS_H */
