-- SPDX-License-Identifier: MIT
--
-- Trees: one sprite, many times.
local trees = {}

local SPACING = 6 -- pixels of a tile's texture
local SPRITE = 14 -- pixels of a side

local sprite
local function make_sprite()
  local data = love.image.newImageData(SPRITE, SPRITE)
  local middle = (SPRITE - 1) / 2
  data:mapPixel(function(x, y)
    local crown = 1 - math.sqrt((x - middle + 1.5) ^ 2 + (y - middle + 1.5) ^ 2) / (middle - 1.5)
    if crown > 0 then return 0.10 + 0.12 * crown, 0.24 + 0.26 * crown, 0.09 + 0.06 * crown, math.min(1, crown * 4) end
    local shadow = 1 - math.sqrt((x - middle - 1.5) ^ 2 + (y - middle - 1.5) ^ 2) / (middle - 1.5)
    return 0, 0.03, 0.05, math.max(0, math.min(0.4, shadow))
  end)
  return love.graphics.newImage(data)
end

-- Scattered over the cells of a grid, always in the same way.
local function scattered(n) return math.sin(n * 12.9898 + 4.1414) * 43758.5453 % 1 end

-- A SpriteBatch of trees for `side` times `side` RGBA pixels (a `const uint8_t *`).
function trees.plant(pixels, side)
  sprite = sprite or make_sprite()
  local cells = math.floor(side / SPACING)
  local batch = love.graphics.newSpriteBatch(sprite, cells * cells, "static")
  for cell = 0, cells * cells - 1 do
    local x = math.floor((cell % cells + scattered(cell)) * SPACING)
    local y = math.floor((math.floor(cell / cells) + scattered(cell + 7919)) * SPACING)
    local at = (y * side + x) * 4
    local red, green, blue = pixels[at], pixels[at + 1], pixels[at + 2]
    if green > red * 1.12 and green > blue * 1.35 and scattered(cell + 104729) < 0.8 then
      local size = 0.45 + 0.5 * scattered(cell + 15485863)
      batch:add(x, y, 0, size, size, SPRITE / 2, SPRITE / 2)
    end
  end
  return batch
end

return trees
