-- SPDX-License-Identifier: MIT
--
-- The landscape: which tiles the camera needs, how they come (two ways), and how they look.
local ffi = require("ffi")
local rota = require("rota")
local trees = require("trees")

ffi.cdef([[
typedef struct asset asset;
asset *asset_new(const char *path);
asset *asset_share(asset *tile);
void asset_release(void *tile);
rota_status asset_read(void *tile);
rota_status asset_decode(void *tile, rota_context *cx);
rota_status asset_load(asset *tile);
const uint8_t *asset_pixels(const asset *tile);
void asset_thread_start(void *user, uint32_t room, uint32_t index);
uint64_t asset_thread_time(void);
]])
local assets = rota.load(os.getenv("ASSETS_LIBRARY") or "librota_assets.so")

local world = {}
world.__index = world

local SIDE = 256 -- of a tile's texture
local SCALE = 0.5
local SIZE = SIDE * SCALE -- of a tile on the screen
local FADE = 0.35 -- seconds

-- `folder` holds `columns` times `rows` tiles; the landscape repeats beyond them.
function world.new(folder, columns, rows)
  return setmetatable({ folder = folder, columns = columns, rows = rows }, world)
end

-- Files are read on two threads that may block and decoded on the workers, all of which come after the frame loop in
-- priority.
function world:start_engine()
  local hooks = ffi.new("rota_thread_hooks", { size = ffi.sizeof("rota_thread_hooks") })
  hooks.start = assets.asset_thread_start
  self.runtime = rota.runtime({ blocking_max = 2, name = "game", hooks = hooks })
end

-- What a game does with what has come: makes a texture of it, and plants trees where the ground is green.
local function settle(tile, asset)
  local pixels = assets.asset_pixels(asset)
  local data = love.image.newImageData(SIDE, SIDE)
  ffi.copy(data:getFFIPointer(), pixels, SIDE * SIDE * 4)
  tile.image = love.graphics.newImage(data)
  data:release()
  tile.trees = trees.plant(pixels, SIDE)
end

local function let_go(tile)
  if tile.image then
    tile.image:release()
    tile.trees:release()
  end
end

-- Forgets everything and begins again. `way` is "rota" or "main"; `frames` takes the counts.
function world:reset(way, frames)
  for _, tile in pairs(self.tiles or {}) do
    let_go(tile)
  end
  self.way, self.frames, self.tiles = way, frames, {}
  self.assets = {} -- by path: what is decoded stays, for when the camera comes back
end

-- Tiles on their way.
function world:loading() return self.frames.requested - self.frames.arrived - self.frames.failed end

local function new_asset(path) return ffi.gc(assets.asset_new(path), assets.asset_release) end

-- With rota: two awaits, and what comes after them runs within the budget of some later frame.
local function stream(self, tile, path, frames)
  local asset = self.assets[path] or new_asset(path)
  local runtime, give = self.runtime, assets.asset_share
  if assets.asset_pixels(asset) == nil then
    rota.await(runtime:spawn_blocking(assets.asset_read, give(asset), assets.asset_release))
  end
  rota.await(runtime:spawn(assets.asset_decode, give(asset), { drop = assets.asset_release, name = "tile" }))
  local start = love.timer.getTime()
  self.assets[path] = asset
  if self.tiles[tile.key] == tile then settle(tile, asset) end -- else it has gone out of sight meanwhile
  frames.arrived = frames.arrived + 1
  frames:add_item(start - self.pump_start, love.timer.getTime() - start, self.budget)
end

-- Without: the frame waits.
local function load_now(self, tile, path, frames)
  local asset = self.assets[path] or new_asset(path)
  local status = assets.asset_load(asset)
  if status ~= rota.constants.ROTA_OK then error("status " .. status, 0) end
  self.assets[path] = asset
  settle(tile, asset)
  frames.arrived = frames.arrived + 1
end

function world:request(key, column, row)
  local tile, frames = { key = key, age = 0 }, self.frames
  self.tiles[key] = tile
  frames.requested = frames.requested + 1
  local path = ("%s/%d_%d.tile"):format(self.folder, column % self.columns, row % self.rows)
  local function note(ok, failure)
    if ok then return end
    frames.failed = frames.failed + 1
    print(("%s did not come: %s"):format(path, tostring(failure)))
  end
  if self.way == "rota" then
    rota.go(function() note(pcall(stream, self, tile, path, frames)) end)
  else
    note(pcall(load_now, self, tile, path, frames))
  end
end

-- Handles what has come, within the budget.
function world:pump(budget)
  self.budget, self.pump_start = budget, love.timer.getTime()
  rota.pump(budget)
end

-- Moves the camera to (x, y) pixels: asks for what comes into view and a little beyond, and lets go of what is far
-- away.
function world:look_at(x, y, dt)
  self.x, self.y = math.floor(x), math.floor(y)
  local width, height = love.graphics.getDimensions()
  local first_column, last_column = math.floor(x / SIZE) - 1, math.floor((x + width) / SIZE) + 1
  local first_row, last_row = math.floor(y / SIZE), math.floor((y + height) / SIZE)
  local near = {}
  for row = first_row, last_row do
    for column = first_column, last_column do
      local key = column .. " " .. row
      near[key] = true
      if not self.tiles[key] then self:request(key, column, row) end
      local tile = self.tiles[key]
      tile.column, tile.row = column, row
      if tile.image then tile.age = tile.age + dt end
    end
  end
  for key, tile in pairs(self.tiles) do
    if not near[key] then
      let_go(tile)
      self.tiles[key] = nil
    end
  end
end

function world:draw()
  local graphics = love.graphics
  for _, tile in pairs(self.tiles) do
    local x, y = tile.column * SIZE - self.x, tile.row * SIZE - self.y
    if tile.age < FADE then
      graphics.setColor(0.075, 0.10, 0.14)
      graphics.rectangle("fill", x, y, SIZE, SIZE)
      graphics.setColor(0.13, 0.17, 0.23)
      graphics.rectangle("line", x + 0.5, y + 0.5, SIZE - 1, SIZE - 1)
    end
    if tile.image then
      graphics.setColor(1, 1, 1, math.min(1, tile.age / FADE))
      graphics.draw(tile.image, x, y, 0, SCALE, SCALE)
      graphics.draw(tile.trees, x, y, 0, SCALE, SCALE)
    end
  end
  graphics.setColor(1, 1, 1)
end

-- Processor seconds that this thread has had.
function world.thread_time() return tonumber(assets.asset_thread_time()) * 1e-9 end

function world:close() return self.runtime:close() end

return world
