-- SPDX-License-Identifier: MIT
--
-- rota.lua: rota for LuaJIT, over ffi alone. docs/guide/lua.md is its guide.
--
--   local rota = require("rota")
--   local runtime = rota.runtime({ workers = 2 })
--   rota.go(function()
--     rota.await(runtime:spawn_blocking(lib.load, asset, lib.drop)) -- C code, on a thread of the engine
--     show(asset)                                                   -- Lua code, in rota.pump on this thread
--   end)
--   while playing do
--     rota.pump(0.002)
--     draw()
--   end
--
-- No Lua runs on a thread of the engine and no C calls Lua: completions are pulled by pump. So the JIT may compile all
-- of it. Units: seconds, as Lua numbers. Errors are raised: rota.Error values {status, name, message, what} for what
-- the engine says, strings for wrong arguments. Thread safety: everything belongs to the Lua state that made it.
local ffi = require("ffi")
local core = require("rota_core")
local coroutines = require("rota_coroutine")

local C, K = core.C, core.K
local check, misuse, nanoseconds, c_function = core.check, core.misuse, core.nanoseconds, core.c_function

local Runtime = {}
Runtime.__index = Runtime

local rota = {
  C = C, -- the library as ffi sees it: everything of rota.h
  constants = K, -- ROTA_OK, ROTA_ECANCELED and so on
  Error = core.Error,
  Task = core.Task,
  Job = coroutines.Job,
  Runtime = Runtime,
  load = core.load,
  go = coroutines.go,
  async = coroutines.async,
  await = coroutines.await,
}

local BATCH = 32 -- completions taken from the queue at a time

local open = {} -- every runtime that is not closed, for rota.pump
local kept = {} -- what calls that outlived their runtime's close still use: never freed

-- The name of a rota error ("ROTA_ECANCELED"), nil for any other value: for what pcall caught.
function rota.error_name(value) return getmetatable(value) == core.Error and value.name or nil end

-- -------------------------------------------------------------------------------------------- starting and stopping

local NUMBERS = { workers = "workers", blocking_max = "blocking_max", stack_size = "stack_size" }

local function set_option(raw, key, value)
  if NUMBERS[key] then
    if type(value) ~= "number" or not (value >= 0 and value < 2 ^ 32) then
      error(("rota: runtime: %s must be a number, 0 or more, not %s"):format(key, tostring(value)), 4)
    end
    raw[key] = value
  elseif key == "name" then
    if type(value) ~= "string" then error("rota: runtime: name must be a string", 4) end
    raw.name, raw.name_len = value, #value
  elseif key == "keep_alive" then
    raw.blocking_keep_alive_ns = nanoseconds(value, "runtime: keep_alive")
  elseif key == "hooks" then
    raw.hooks = value
  else
    error(("rota: runtime: there is no option %s"):format(tostring(key)), 4)
  end
end

-- Starts an engine. `options` (each may be left out): workers (threads; 0: hosted, everything runs in pump),
-- blocking_max (most threads for blocking calls), keep_alive (seconds an idle one of these stays), stack_size (bytes),
-- name (begins the threads' names), hooks (a cdata rota_thread_hooks with C functions). It runs until runtime:close(),
-- or until the Lua state ends.
function rota.runtime(options)
  options = options or {}
  if type(options) ~= "table" then misuse("runtime: options must be a table, not %s", tostring(options)) end
  local raw = ffi.new("rota_runtime_options")
  check(C.rota_runtime_options_init(raw, ffi.sizeof(raw)), "runtime")
  for key, value in pairs(options) do
    set_option(raw, key, value)
  end
  local out, queue = ffi.new("rota_runtime *[1]"), ffi.new("rota_queue *[1]")
  check(C.rota_runtime_create(raw, out), "runtime")
  local pointer = ffi.gc(out[0], C.rota_runtime_release)
  check(C.rota_queue_create(pointer, queue), "runtime")
  local self = setmetatable({
    pointer = pointer,
    queue = ffi.gc(queue[0], C.rota_queue_release),
    batch = ffi.new("rota_completion[?]", BATCH), -- taken from the queue; from `first` to `last` still to be handled
    first = 0,
    last = 0,
    count = ffi.new("uint32_t[1]"),
    number = 0, -- of the newest completion waited for
    waiting = {}, -- by number: the coroutine that waits (co), or what must stay alive until then (state)
  }, Runtime)
  open[#open + 1] = self
  return self
end

local function pointer_of(self, what)
  if getmetatable(self) ~= Runtime then
    error(("rota: %s: a runtime is needed, not %s (write runtime:%s)"):format(what, tostring(self), what), 3)
  end
  return self.pointer or error(("rota: %s: this runtime is closed"):format(what), 3)
end

-- Whether a completion is at hand; takes more from the engine when there is none.
local function take(self)
  if self.first < self.last then return true end
  local status = C.rota_queue_pop(self.queue, self.batch, BATCH, self.count)
  if status < 0 then check(status, "pump") end
  self.first, self.last, self.more = 0, self.count[0], status == K.ROTA_PENDING
  return self.last > 0
end

-- Consumes a completion that take() said is at hand.
local function next_completion(self)
  self.first = self.first + 1
  return self.batch[self.first - 1]
end

-- While a runtime closes, coroutines that end because of it end quietly.
local function is_cancelled(failure)
  local name = rota.error_name(failure)
  return name == "ROTA_ECANCELED" or name == "ROTA_ESHUTDOWN"
end

-- Ends the engine: cancels what is left, waits at most `seconds` (nil: no limit) for polls and blocking calls that run,
-- and resumes every coroutine that still waits, with ROTA_ECANCELED. Returns true, or false and "ROTA_ETIMEDOUT" when C
-- calls still run: they end by themselves, and their library must stay loaded. Twice is harmless. Raises what
-- coroutines raised meanwhile, if it was something else.
function Runtime:close(seconds)
  if getmetatable(self) ~= Runtime then misuse("close: a runtime is needed, not %s", tostring(self)) end
  if not self.pointer then return true end
  local status = C.rota_runtime_shutdown(self.pointer, nanoseconds(seconds, "close"))
  while self.queue and take(self) do -- one of those resumed may close it, too
    coroutines.complete(self, next_completion(self))
  end
  if self.pointer then
    C.rota_queue_release(ffi.gc(self.queue, nil))
    C.rota_runtime_release(ffi.gc(self.pointer, nil))
    local left = self.waiting
    self.queue, self.pointer, self.waiting = nil, nil, {}
    for i = #open, 1, -1 do
      if open[i] == self then table.remove(open, i) end
    end
    for _, entry in pairs(left) do
      kept[#kept + 1] = entry.state
      coroutines.finish(entry, K.ROTA_ESHUTDOWN)
    end
  end
  coroutines.forget_failures(is_cancelled)
  coroutines.raise_failure()
  if status == K.ROTA_OK then return true end
  return false, core.status_name(status)
end

-- -------------------------------------------------------------------------------------------------- what makes tasks

local function state_of(state, what)
  if state ~= nil and type(state) ~= "cdata" then
    error(("rota: %s: state must be a cdata pointer or nil, not %s"):format(what, tostring(state)), 3)
  end
  return ffi.cast("void *", state)
end

local function drop_of(drop, what)
  if drop ~= nil then return c_function("rota_drop_fn", drop, what .. ": drop") end
end

-- Keeps `state` alive, which C code uses, until the task is complete.
local function keep_alive(self, task, state)
  if state == nil then return end
  local status = coroutines.watch(self, task.pointer, { state = state })
  if status ~= K.ROTA_OK then kept[#kept + 1] = state end
end

-- Runs the C function fn(state) on a thread that may block; what it returns is the task's status. `state` is a cdata
-- pointer or nil. With the C function `drop` it is given away: drop(state) frees it, and a finalizer set by ffi.gc is
-- taken off. Without one it stays yours and is kept alive until the task is complete.
function Runtime:spawn_blocking(fn, state, drop)
  local pointer = pointer_of(self, "spawn_blocking")
  fn = c_function("rota_blocking_fn", fn, "spawn_blocking: fn")
  drop = drop_of(drop, "spawn_blocking")
  local argument = state_of(state, "spawn_blocking")
  if drop and state ~= nil then ffi.gc(state, nil) end
  local out = ffi.new("rota_task *[1]")
  check(C.rota_spawn_blocking(pointer, fn, argument, drop, out), "spawn_blocking")
  local task = core.own_task(self, out[0])
  if not drop then keep_alive(self, task, state) end
  return task
end

-- Starts a task whose poll function is C: poll(state, context) runs on the workers until it answers something else than
-- ROTA_PENDING. `options`: drop, and what it means for `state`, as in spawn_blocking; state_size (bytes of *state to
-- copy into the task: then drop is called with the copy, and `state` stays yours); name; blocking (true: its polls run
-- on threads that may block).
function Runtime:spawn(poll, state, options)
  local pointer = pointer_of(self, "spawn")
  options = options or {}
  if type(options) ~= "table" then misuse("spawn: options must be a table, not %s", tostring(options)) end
  local name, state_size = options.name, options.state_size or 0
  if name ~= nil and type(name) ~= "string" then misuse("spawn: name must be a string, not %s", tostring(name)) end
  if type(state_size) ~= "number" or state_size < 0 then misuse("spawn: state_size must be a number, 0 or more") end
  local desc = ffi.new("rota_spawn_desc", { size = ffi.sizeof("rota_spawn_desc") })
  desc.room = options.blocking and K.ROTA_ROOM_BLOCKING or K.ROTA_ROOM_WORKERS
  desc.poll = c_function("rota_poll_fn", poll, "spawn: poll")
  desc.drop = drop_of(options.drop, "spawn")
  desc.state = state_of(state, "spawn")
  desc.state_size = state_size
  if name then
    desc.name, desc.name_len = name, #name
  end
  local given_away = options.drop ~= nil and state_size == 0
  if given_away and state ~= nil then ffi.gc(state, nil) end
  local out = ffi.new("rota_task *[1]")
  check(C.rota_spawn(pointer, desc, out), "spawn")
  local task = core.own_task(self, out[0])
  if not given_away and state_size == 0 then keep_alive(self, task, state) end
  return task
end

-- A task that completes after `seconds`.
function Runtime:sleep(seconds)
  local pointer, out = pointer_of(self, "sleep"), ffi.new("rota_task *[1]")
  check(C.rota_sleep(pointer, nanoseconds(seconds, "sleep"), out), "sleep")
  return core.own_task(self, out[0])
end

-- The `rota_task *` that some call of rota.C gave, as a task: it owns the pointer from now on.
function Runtime:adopt(pointer)
  pointer_of(self, "adopt")
  if type(pointer) ~= "cdata" or not ffi.istype("rota_task *", pointer) or pointer == nil then
    misuse("adopt: a rota_task * is needed, not %s", tostring(pointer))
  end
  return core.own_task(self, pointer)
end

-- Seconds on the engine's clock (monotonic).
function Runtime:now() return tonumber(C.rota_now(pointer_of(self, "now"))) * 1e-9 end

-- The engine's counters: a cdata rota_metrics. Its 64-bit fields want tonumber().
function Runtime:metrics()
  local out = ffi.new("rota_metrics")
  check(C.rota_metrics_read(pointer_of(self, "metrics"), out, ffi.sizeof(out)), "metrics")
  return out
end

-- ----------------------------------------------------------------------------------------------- pulling completions

local function check_limits(budget, max_items)
  nanoseconds(budget, "pump")
  if max_items ~= nil and not (type(max_items) == "number" and max_items >= 1) then
    error(("rota: pump: max_items must be a number, 1 or more, not %s"):format(tostring(max_items)), 3)
  end
end

local function deadline_after(now, budget)
  local nanos = nanoseconds(budget, "pump")
  return nanos > K.ROTA_FOREVER - now and K.ROTA_FOREVER or now + nanos
end

local function pump_one(self, budget, max_items)
  local pointer = self.pointer
  local deadline = deadline_after(C.rota_now(pointer), budget)
  local handled, limit = 0, max_items or math.huge
  while self.pointer and take(self) do
    coroutines.complete(self, next_completion(self))
    handled = handled + 1
    if handled >= limit or not self.pointer or C.rota_now(pointer) >= deadline then break end
  end
  return handled, self.pointer ~= nil and (self.first < self.last or self.more)
end

-- Resumes the coroutines whose tasks are complete, until `budget` seconds have passed (nil: no limit; one coroutine is
-- not interrupted) or `max_items` are handled. Handles one at least. What is left stays for the next call. Does not
-- wait. Returns how many completions were handled, and whether more wait. Raises, at its end, an error of what rota.go
-- started.
function Runtime:pump(budget, max_items)
  pointer_of(self, "pump")
  check_limits(budget, max_items)
  local handled, more = pump_one(self, budget, max_items)
  coroutines.raise_failure()
  return handled, more
end

-- The same for every open runtime, one after the other within one budget.
function rota.pump(budget, max_items)
  check_limits(budget, max_items)
  local handled, more, left, limit = 0, false, budget, max_items
  if open[2] then table.insert(open, table.remove(open, 1)) end -- nobody is always first
  for _, runtime in ipairs({ unpack(open) }) do
    local pointer = runtime.pointer
    if (limit == nil or limit > 0) and pointer then
      local start = C.rota_now(pointer)
      local count, rest = pump_one(runtime, left, limit)
      handled, more = handled + count, more or rest
      limit = limit and limit - count
      left = left and math.max(0, left - tonumber(C.rota_now(pointer) - start) * 1e-9)
    end
  end
  coroutines.raise_failure()
  return handled, more
end

-- A descriptor (a HANDLE on Windows) that is readable while pump has something to do: for hosts with a loop of their
-- own. Poll it, never read or close it.
function Runtime:handle()
  pointer_of(self, "handle")
  local out = ffi.new("intptr_t[1]")
  check(C.rota_queue_handle(self.queue, out), "handle")
  return tonumber(out[0])
end

-- Sleeps until pump has something to do, or `seconds` have passed (nil: no limit). Returns whether pump has.
function Runtime:wait(seconds)
  local handle = self:handle()
  return self.first < self.last or core.wait_readable(handle, seconds)
end

-- For programs without a loop: runs fn(...) as rota.async does, pumps until it has ended, and returns what it returned
-- or raises what it raised.
function Runtime:run(fn, ...)
  pointer_of(self, "run")
  local job = coroutines.async(fn, ...)
  while not job:is_done() do
    self:wait()
    self:pump()
  end
  return coroutines.result_of(job)
end

return rota
