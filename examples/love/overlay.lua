-- SPDX-License-Identifier: MIT
--
-- What is drawn over the landscape: the plane, and both histograms of frame times.
local overlay = {}

local COLOURS = { rota = { 0.36, 0.86, 0.72 }, main = { 1.0, 0.62, 0.32 } }
local NAMES = { rota = "with rota", main = "without" }
local MILLISECONDS = 64 -- shown; longer ones stand at the edge

local fonts = {}
local function font(size)
  fonts[size] = fonts[size] or love.graphics.newFont(size)
  love.graphics.setFont(fonts[size])
end

local function set(colour, alpha) love.graphics.setColor(colour[1], colour[2], colour[3], alpha or 1) end

function overlay.plane(time)
  local graphics = love.graphics
  local x, y = graphics.getWidth() * 0.5, graphics.getHeight() * 0.42 + math.sin(time * 1.7) * 4
  for shadow = 1, 0, -1 do
    graphics.push()
    graphics.translate(x + shadow * 14, y + shadow * 20)
    graphics.rotate(math.sin(time * 0.9) * 0.12)
    local body = shadow == 1 and { 0, 0, 0, 0.30 } or { 0.97, 0.96, 0.92, 1 }
    local wing = shadow == 1 and body or { 0.84, 0.25, 0.20, 1 }
    graphics.setColor(wing)
    graphics.polygon("fill", -4, -30, 5, -30, 9, 0, 5, 30, -4, 30, -7, 0)
    graphics.polygon("fill", -25, -11, -20, -11, -18, 0, -20, 11, -25, 11)
    graphics.setColor(body)
    graphics.ellipse("fill", -3, 0, 23, 4.5)
    if shadow == 0 then
      graphics.setColor(0.18, 0.28, 0.38)
      graphics.ellipse("fill", 7, 0, 4.5, 2.4)
    end
    graphics.pop()
  end
end

-- Heights grow with the logarithm of the count, so that a single bad frame is seen beside hundreds of good ones.
local function bars(frames, colour, x, y, width, height, most)
  local graphics, step = love.graphics, width / MILLISECONDS
  for bin = 1, MILLISECONDS do
    local count = frames.bins[bin]
    if bin == MILLISECONDS then
      for beyond = bin + 1, #frames.bins do
        count = count + frames.bins[beyond]
      end
    end
    if count > 0 then
      local tall = math.max(2, height * math.log(1 + count) / math.log(1 + most))
      set(colour, 0.9)
      graphics.rectangle("fill", x + (bin - 1) * step, y + height - tall, step - 1, tall)
    end
  end
end

local function row(name, frames, active, x, y, width)
  local graphics, colour, height = love.graphics, COLOURS[name], 26
  local most = math.max(1, unpack(frames.bins))
  font(11)
  set(colour, active and 1 or 0.75)
  if active then graphics.polygon("fill", x - 8, y + 3, x - 3, y + 7, x - 8, y + 11) end
  graphics.print(NAMES[name], x, y)
  font(10)
  graphics.setColor(0.86, 0.89, 0.93, 0.9)
  local text = "99 %% of frames within %.1f ms"
  text = #frames.times > 0 and text:format(frames:percentile(0.99) * 1000) or "not yet"
  graphics.printf(text, x, y + 1, width, "right")
  bars(frames, colour, x, y + 16, width, height, most)
  graphics.setColor(1, 1, 1, 0.25)
  graphics.line(x, y + 16.5 + height, x + width, y + 16.5 + height)
end

-- `all` holds the frames of each way, `way` is the one that runs.
function overlay.histograms(all, way, loading)
  local graphics = love.graphics
  local width, height = 284, 142
  local x, y = 10, graphics.getHeight() - height - 10
  graphics.setColor(0.04, 0.055, 0.08, 0.82)
  graphics.rectangle("fill", x, y, width, height, 5, 5)
  local left, inner = x + 14, width - 28
  row("main", all.main, way == "main", left, y + 8, inner)
  row("rota", all.rota, way == "rota", left, y + 62, inner)
  -- The axis, and where a frame has to end.
  local at = left + inner * (1000 / 60) / MILLISECONDS
  graphics.setColor(1, 1, 1, 0.5)
  graphics.line(at + 2, y + 22, at + 2, y + 50)
  graphics.line(at + 2, y + 76, at + 2, y + 104)
  font(9)
  graphics.setColor(0.80, 0.84, 0.90, 0.8)
  for _, milliseconds in ipairs({ 0, 16.7, 33.3, 50 }) do
    graphics.printf(("%g"):format(milliseconds), left + inner * milliseconds / MILLISECONDS - 20, y + 107, 40, "center")
  end
  graphics.printf("64+ ms", left, y + 107, inner + 8, "right")
  graphics.print(("%d frames, %d tiles on their way"):format(#all[way].times, loading), left, y + 123)
  graphics.setColor(1, 1, 1)
end

return overlay
