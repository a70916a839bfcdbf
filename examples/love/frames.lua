-- SPDX-License-Identifier: MIT
--
-- What frames took: a histogram by the millisecond, and what the test asks of it.
local frames = {}
frames.__index = frames

frames.BINS = 100 -- milliseconds; longer ones are counted in the last

function frames.new()
  local self = setmetatable({
    times = {}, -- seconds
    costs = {}, -- seconds of the main thread's processor time
    bins = {}, -- of times, by the millisecond
    cost_bins = {}, -- of costs
    requested = 0, -- tiles
    arrived = 0,
    failed = 0,
    items = 0, -- completions handled
    late_items = 0, -- of these begun after the budget
    longest_item = 0, -- seconds
  }, frames)
  for i = 1, frames.BINS do
    self.bins[i], self.cost_bins[i] = 0, 0
  end
  return self
end

local function count(bins, seconds)
  local bin = math.min(frames.BINS, math.floor(seconds * 1000) + 1)
  bins[bin] = bins[bin] + 1
end

-- A frame took `seconds`, from its start to the start of the next, and had the processor for `cost` seconds of these.
function frames:add(seconds, cost)
  self.times[#self.times + 1] = seconds
  self.costs[#self.costs + 1] = cost
  count(self.bins, seconds)
  count(self.cost_bins, cost)
end

local CLOCK = 0.0002 -- seconds between the pump's look at the clock and ours

-- A completion was handled: it began `offset` seconds after the pump did, and took `seconds`.
function frames:add_item(offset, seconds, budget)
  self.items = self.items + 1
  if offset > budget + CLOCK then self.late_items = self.late_items + 1 end
  self.longest_item = math.max(self.longest_item, seconds)
end

-- The time, or the cost, that `part` (0..1) of the frames do not exceed.
function frames:percentile(part, of)
  local sorted = {}
  for i, time in ipairs(of or self.times) do
    sorted[i] = time
  end
  table.sort(sorted)
  return sorted[math.max(1, math.ceil(part * #sorted))] or 0
end

local function number(value) return ("%.6g"):format(value) end

-- As a JSON object.
function frames:json()
  local fields = {
    ('"frames": %d'):format(#self.times),
    '"p50_ms": ' .. number(self:percentile(0.5) * 1000),
    '"p99_ms": ' .. number(self:percentile(0.99) * 1000),
    '"max_ms": ' .. number(self:percentile(1) * 1000),
    ('"requested": %d, "arrived": %d, "failed": %d'):format(self.requested, self.arrived, self.failed),
    ('"items": %d, "late_items": %d'):format(self.items, self.late_items),
    '"cpu_p99_ms": ' .. number(self:percentile(0.99, self.costs) * 1000),
    '"longest_item_ms": ' .. number(self.longest_item * 1000),
    '"cost_bins": [' .. table.concat(self.cost_bins, ", ") .. "]",
    '"bins": [' .. table.concat(self.bins, ", ") .. "]",
  }
  return "{" .. table.concat(fields, ", ") .. "}"
end

return frames
