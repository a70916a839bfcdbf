-- SPDX-License-Identifier: MIT
--
-- A plane over an endless landscape whose tiles are read and decoded while it flies: with rota, on the engine's
-- threads, and handled within two milliseconds of a frame; or, for comparison, on the main thread. examples/love/run
-- starts it.
--
--   love examples/love TILES COLUMNS ROWS
--     plays: space changes the way tiles load, escape ends
--   love examples/love TILES COLUMNS ROWS OUT SECONDS ROUNDS [BUDGET_MS]
--     measures: flies SECONDS without and SECONDS with rota, ROUNDS times; writes frames.json and screenshot.png into OUT
local frames = require("frames")
local overlay = require("overlay")
local new_world = require("world").new

local FRAME = 1 / 60 -- seconds
local SPEED = 230 -- pixels a second
local PAUSE = 0.5 -- seconds between flights
local LAP = 1.6 -- seconds until the plane is back where it took off, at one blow: what is in memory comes at once

local all = { main = frames.new(), rota = frames.new() }
local budget = 0.002 -- seconds of a frame for completions
local world
local flights = {} -- ways still to fly, when measuring
local flight -- {way, time}: seconds in the air, and then on the ground
local out, seconds -- when measuring
local finished = false

local function take_off(way)
  flight = { way = way, time = 0 }
  world:reset(way, all[way])
end

local function save_screenshot(image)
  local file = assert(io.open(out .. "/screenshot.png", "wb"))
  file:write(image:encode("png"):getString())
  file:close()
  finished = true
end

local function save_frames()
  local file = assert(io.open(out .. "/frames.json", "w"))
  local text = '{"budget_ms": %g,\n "main": %s,\n "rota": %s}\n'
  file:write(text:format(budget * 1000, all.main:json(), all.rota:json()))
  file:close()
end

-- The flight is over: nothing of it may stay on its way.
local function land()
  if world:loading() > 0 or flight.time < seconds + PAUSE then return end
  if flights[1] then
    take_off(table.remove(flights, 1))
  else
    save_frames()
    love.graphics.captureScreenshot(save_screenshot)
    flight = nil
  end
end

-- The frames to add to, while in the air.
local function flying()
  if flight and (not seconds or flight.time < seconds) then return all[flight.way] end
end

local function update()
  if not flight then return end
  flight.time = flight.time + FRAME
  local lap = math.min(flight.time, seconds or math.huge) % LAP
  world:look_at(lap * SPEED, 300 + 220 * math.sin(lap * 0.6), FRAME)
  world:pump(budget)
  if flying() == nil then land() end
end

local function draw()
  love.graphics.clear(0.05, 0.07, 0.10)
  world:draw()
  overlay.plane(love.timer.getTime())
  overlay.histograms(all, world.way, world:loading())
  love.graphics.present()
end

local function handle_events()
  love.event.pump()
  for name, a in love.event.poll() do
    if name == "quit" or (name == "keypressed" and a == "escape") then finished = true end
    if name == "keypressed" and a == "space" and flight and not seconds then
      take_off(flight.way == "rota" and "main" or "rota")
    end
  end
end

function love.load(arguments)
  local folder, columns, rows = arguments[1], tonumber(arguments[2]), tonumber(arguments[3])
  assert(folder and columns and rows, "usage: love examples/love TILES COLUMNS ROWS [OUT SECONDS ROUNDS [BUDGET_MS]]")
  world = new_world(folder, columns, rows)
  world:start_engine()
  out, seconds = arguments[4], tonumber(arguments[5])
  budget = (tonumber(arguments[7]) or budget * 1000) / 1000
  for _ = 1, tonumber(arguments[6]) or 0 do
    table.insert(flights, "main")
    table.insert(flights, "rota")
  end
  take_off(table.remove(flights, 1) or "rota")
end

-- The frame loop. The pace is kept here, not by a display: each frame starts a sixtieth of a second after the last one
-- did, or at once when that is over.
function love.run()
  love.load(love.arg.parseGameArguments(arg))
  local started, due, had = love.timer.getTime(), love.timer.getTime(), world.thread_time()
  return function()
    handle_events()
    local recorded = flying()
    update()
    draw()
    due = math.max(due + FRAME, love.timer.getTime())
    love.timer.sleep(due - love.timer.getTime())
    local now, has = love.timer.getTime(), world.thread_time()
    if recorded then recorded:add(now - started, has - had) end
    started, had = now, has
    if finished then
      world:close()
      return 0
    end
  end
end
