/* SPDX-License-Identifier: MIT */
#include "examples/assets/tile.h"

#include <math.h>
#include <string.h>

static const uint8_t magic[4] = {'R', 'T', 'I', 'L'};

/* -------------------------------------------------------------------------------------------------------- packing */

static int32_t predicted(const uint16_t* heights, int x, int y) {
  const uint16_t* at = heights + (size_t)y * TILE_SIDE + x;
  const int32_t left = x > 0 ? at[-1] : 0;
  const int32_t up = y > 0 ? at[-TILE_SIDE] : 0;
  const int32_t corner = x > 0 && y > 0 ? at[-TILE_SIDE - 1] : 0;
  return x > 0 && y > 0 ? left + up - corner : left + up;
}

size_t tile_packed_max(void) { return sizeof magic + (size_t)TILE_SIDE * TILE_SIDE * 3; }

size_t tile_pack(const uint16_t* heights, uint8_t* out) {
  size_t len = sizeof magic;
  memcpy(out, magic, sizeof magic);
  for (int y = 0; y < TILE_SIDE; ++y) {
    for (int x = 0; x < TILE_SIDE; ++x) {
      const int32_t residue = heights[(size_t)y * TILE_SIDE + x] - predicted(heights, x, y);
      uint32_t folded = residue < 0 ? (uint32_t)(-residue) * 2 - 1 : (uint32_t)residue * 2;
      for (; folded >= 0x80; folded >>= 7) out[len++] = (uint8_t)(folded | 0x80);
      out[len++] = (uint8_t)folded;
    }
  }
  return len;
}

rota_status tile_unpack(const uint8_t* bytes, size_t len, uint16_t* heights) {
  if (len < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0) return ROTA_EPROTO;
  size_t at = sizeof magic;
  for (int y = 0; y < TILE_SIDE; ++y) {
    for (int x = 0; x < TILE_SIDE; ++x) {
      uint32_t folded = 0;
      for (int shift = 0;; shift += 7) {
        if (at == len || shift > 14) return ROTA_EPROTO;
        folded |= (uint32_t)(bytes[at] & 0x7f) << shift;
        if ((bytes[at++] & 0x80) == 0) break;
      }
      const int32_t residue = (folded & 1) != 0 ? -(int32_t)((folded + 1) / 2) : (int32_t)(folded / 2);
      const int32_t height = predicted(heights, x, y) + residue;
      if (height < 0 || height > UINT16_MAX) return ROTA_EPROTO;
      heights[(size_t)y * TILE_SIDE + x] = (uint16_t)height;
    }
  }
  return at == len ? ROTA_OK : ROTA_EPROTO;
}

/* -------------------------------------------------------------------------------------------------------- shading */

struct colour {
  float height, red, green, blue;
};

static const struct colour ramp[] = {
    {0.00F, 14, 38, 72},  {0.38F, 28, 84, 122}, {0.44F, 58, 132, 150},  {0.455F, 214, 198, 148}, {0.50F, 128, 156, 82},
    {0.60F, 74, 118, 62}, {0.70F, 96, 100, 78}, {0.80F, 130, 122, 114}, {0.88F, 236, 238, 242},  {1.00F, 255, 255, 255},
};
#define SEA 0.452F

static struct colour colour_at(float height) {
  size_t i = 1;
  while (i + 1 < sizeof ramp / sizeof *ramp && ramp[i].height < height) ++i;
  const struct colour *below = &ramp[i - 1], *above = &ramp[i];
  float t = (height - below->height) / (above->height - below->height);
  t = t < 0 ? 0 : t > 1 ? 1 : t;
  return (struct colour){height, below->red + (above->red - below->red) * t,
                         below->green + (above->green - below->green) * t,
                         below->blue + (above->blue - below->blue) * t};
}

static float height_at(const uint16_t* heights, int x, int y) {
  return (float)heights[(size_t)(y + TILE_MARGIN) * TILE_SIDE + x + TILE_MARGIN] / 65535.0F;
}

/* How much of the sky a place sees: the mean, over eight directions, of what the horizon there leaves free. */
static float sky_seen(const uint16_t* heights, int x, int y, float height) {
  static const int dx[] = {1, 1, 0, -1, -1, -1, 0, 1}, dy[] = {0, 1, 1, 1, 0, -1, -1, -1};
  float seen = 0;
  for (int way = 0; way < 8; ++way) {
    float steepest = 0;
    for (int step = 1; step < TILE_MARGIN; ++step) {
      const float rise = (height_at(heights, x + dx[way] * step, y + dy[way] * step) - height) * 90.0F / (float)step;
      if (rise > steepest) steepest = rise;
    }
    seen += 1.0F - steepest / sqrtf(1.0F + steepest * steepest);
  }
  return seen / 8;
}

static uint8_t to_byte(float value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

void tile_shade(const uint16_t* heights, int first, int last, uint8_t* pixels) {
  for (int y = first; y < last; ++y) {
    for (int x = 0; x < ASSET_SIDE; ++x) {
      const float height = height_at(heights, x, y);
      struct colour colour = colour_at(height);
      float light = 1;
      if (height > SEA) {
        const float slope_x = (height_at(heights, x + 1, y) - height_at(heights, x - 1, y)) * 60.0F;
        const float slope_y = (height_at(heights, x, y + 1) - height_at(heights, x, y - 1)) * 60.0F;
        const float sun =
            (0.64F + 0.48F * slope_x + 0.60F * slope_y) / sqrtf(1 + slope_x * slope_x + slope_y * slope_y);
        light = 0.30F + 0.85F * (sun < 0 ? 0 : sun) * sky_seen(heights, x, y, height) + 0.25F;
      }
      uint8_t* pixel = pixels + ((size_t)y * ASSET_SIDE + x) * 4;
      pixel[0] = to_byte(colour.red * light);
      pixel[1] = to_byte(colour.green * light);
      pixel[2] = to_byte(colour.blue * light);
      pixel[3] = 255;
    }
  }
}

/* ------------------------------------------------------------------------------------------------------ landscape */

/* 0..1, the same at the same place for ever. */
static float hashed(int32_t x, int32_t y) {
  uint32_t h = (uint32_t)x * 0x85ebca6bU ^ (uint32_t)y * 0xc2b2ae35U;
  h = (h ^ (h >> 15)) * 0x2c1b3c6dU;
  h = (h ^ (h >> 12)) * 0x297a2d39U;
  return (float)((h ^ (h >> 15)) >> 8) / 16777216.0F;
}

static float smooth(float x, float y) {
  const float fx = floorf(x), fy = floorf(y);
  const int32_t ix = (int32_t)fx, iy = (int32_t)fy;
  float tx = x - fx, ty = y - fy;
  tx = tx * tx * tx * (tx * (tx * 6 - 15) + 10);
  ty = ty * ty * ty * (ty * (ty * 6 - 15) + 10);
  const float top = hashed(ix, iy) + (hashed(ix + 1, iy) - hashed(ix, iy)) * tx;
  const float bottom = hashed(ix, iy + 1) + (hashed(ix + 1, iy + 1) - hashed(ix, iy + 1)) * tx;
  return top + (bottom - top) * ty;
}

void tile_heights(int x, int y, uint16_t* heights) {
  for (int row = 0; row < TILE_SIDE; ++row) {
    for (int column = 0; column < TILE_SIDE; ++column) {
      const float wx = (float)(x * ASSET_SIDE + column - TILE_MARGIN) / 300.0F;
      const float wy = (float)(y * ASSET_SIDE + row - TILE_MARGIN) / 300.0F;
      float sum = 0, size = 0.5F, scale = 1;
      for (int octave = 0; octave < 7; ++octave, size *= 0.5F, scale *= 2.03F)
        sum += size * smooth(wx * scale, wy * scale);
      const float spread = (sum - 0.5F) * 1.5F + 0.5F;
      const float height = spread < 0 ? 0 : spread > 1 ? 1 : spread;
      heights[(size_t)row * TILE_SIDE + column] = (uint16_t)(height * 65535.0F);
    }
  }
}
