-- SPDX-License-Identifier: MIT
--
-- What rota.lua is built from: the library, errors, the checks of arguments, and tasks. Programs require "rota".
local ffi = require("ffi")
local K = require("rota_cdef")

local core = { K = K }

-- Names of our own: what ffi declares is shared by all of a Lua state.
if ffi.os == "Windows" then
  ffi.cdef([[
    void *rota_lua_open(const char *path) __asm__("LoadLibraryA");
    uint32_t rota_lua_wait(intptr_t handle, uint32_t milliseconds) __asm__("WaitForSingleObject");
  ]])
else
  ffi.cdef([[
    void *rota_lua_open(const char *path, int flags) __asm__("dlopen");
    typedef struct { int fd; short events, revents; } rota_lua_pollfd;
    int rota_lua_poll(rota_lua_pollfd *fds, unsigned long count, int milliseconds) __asm__("poll");
  ]])
end

-- ffi.load for a library whose functions run on the engine's threads: it stays loaded until the process ends. A library
-- that only ffi.load holds is unloaded at the end of its Lua state, under a blocking call that still runs.
function core.load(path)
  if type(path) ~= "string" then error("rota: load: a file name is needed, not " .. tostring(path), 2) end
  local library = ffi.load(path)
  -- A reference that is never given back.
  if ffi.os == "Windows" then
    ffi.C.rota_lua_open(path)
  else
    ffi.C.rota_lua_open(path, 2) -- RTLD_NOW
  end
  return library
end

local NAMES = { Windows = "rota.dll", OSX = "librota.dylib" }
local library = os.getenv("ROTA_LIBRARY") or NAMES[ffi.os] or "librota.so.0"
local C = core.load(library)
core.C = C

do
  local version = C.rota_version()
  local major, minor = bit.rshift(version, 16), bit.band(bit.rshift(version, 8), 255)
  if major ~= K.ROTA_VERSION_MAJOR or minor ~= K.ROTA_VERSION_MINOR then
    error(("rota: %s is version %d.%d, but rota_cdef.lua was made for %d.%d"):format(
      library, major, minor, K.ROTA_VERSION_MAJOR, K.ROTA_VERSION_MINOR), 0)
  end
end

local LONGEST = 9e9 -- seconds; beyond it means for ever

-- ---------------------------------------------------------------------------------------------------------- errors

-- A status that is an error, raised: {status, name, message, what}.
local Error = {}
Error.__index = Error
core.Error = Error

function Error:__tostring()
  local text = ("%s: %s: %s"):format(self.what, self.name, self.message)
  return self.traceback and text .. "\n" .. self.traceback or text
end

function core.status_name(status) return ffi.string(C.rota_status_name(status)) end

function core.make_error(status, what)
  return setmetatable({
    status = status,
    name = core.status_name(status),
    message = ffi.string(C.rota_status_message(status)),
    what = what,
  }, Error)
end

function core.check(status, what)
  if status ~= K.ROTA_OK then error(core.make_error(status, what), 0) end
end
local check = core.check

-- Complains where the function was called that calls this one.
function core.misuse(format, ...) error(("rota: " .. format):format(...), 3) end

-- Seconds as nanoseconds; nil: no limit.
function core.nanoseconds(seconds, what)
  if seconds == nil then return K.ROTA_FOREVER end
  if type(seconds) ~= "number" or not (seconds >= 0) then
    error(("rota: %s: seconds must be a number, 0 or more, not %s"):format(what, tostring(seconds)), 3)
  end
  return seconds >= LONGEST and K.ROTA_FOREVER or ffi.cast("uint64_t", seconds * 1e9)
end

-- A C function for an engine thread. A Lua function would become a callback that another thread calls, and crash.
function core.c_function(kind, value, what)
  local ok, pointer = pcall(ffi.cast, kind, type(value) == "cdata" and value or nil)
  if not ok or pointer == nil then
    local text = "rota: %s must be a C function, not %s: no Lua runs on the engine's threads"
    error(text:format(what, tostring(value)), 3)
  end
  return pointer
end

-- --------------------------------------------------------------------------------------------------------- waiting

-- Whether `handle` is readable within `seconds` (nil: no limit).
function core.wait_readable(handle, seconds)
  local limit = seconds and math.min(math.ceil(seconds * 1000), 0x7fffffff) or -1
  if ffi.os == "Windows" then return ffi.C.rota_lua_wait(handle, limit) == 0 end
  local fds = ffi.new("rota_lua_pollfd[1]", { { handle, 1, 0 } }) -- 1: POLLIN
  return ffi.C.rota_lua_poll(fds, 1, limit) > 0
end

-- ----------------------------------------------------------------------------------------------------------- tasks

-- Something pending in the engine. Dropping it, or task:release(), lets it run on.
local Task = {}
Task.__index = Task
core.Task = Task

local function pointer_of(task, what)
  if getmetatable(task) ~= Task then
    error(("rota: %s: a task is needed, not %s (write task:%s)"):format(what, tostring(task), what), 3)
  end
  return task.pointer or error(("rota: %s: this task was released"):format(what), 3)
end

-- Takes over a reference.
function core.own_task(runtime, pointer)
  return setmetatable({ runtime = runtime, pointer = ffi.gc(pointer, C.rota_task_release) }, Task)
end

-- Its status by name; "ROTA_PENDING" as long as it runs.
function Task:status() return core.status_name(C.rota_task_status(pointer_of(self, "status"))) end

function Task:is_done() return C.rota_task_status(pointer_of(self, "is_done")) ~= K.ROTA_PENDING end

-- Asks it to stop: true, or false with why not ("ROTA_EALREADY": it has ended; "ROTA_EBUSY": a blocking call that runs
-- cannot be stopped). Who awaits it gets ROTA_ECANCELED.
function Task:cancel()
  local status = C.rota_task_cancel(pointer_of(self, "cancel"))
  if status == K.ROTA_OK then return true end
  return false, core.status_name(status)
end

-- Stops this thread until it is complete or `seconds` have passed (nil: no limit). Raises its error, or ROTA_ETIMEDOUT.
-- Coroutines call rota.await instead.
function Task:wait(seconds)
  check(C.rota_task_wait(pointer_of(self, "wait"), core.nanoseconds(seconds, "wait")), "wait")
  return true
end

-- A task that ends as this one or, after `seconds`, cancels this one and ends with ROTA_ETIMEDOUT.
function Task:timeout(seconds)
  local out = ffi.new("rota_task *[1]")
  check(C.rota_timeout(pointer_of(self, "timeout"), core.nanoseconds(seconds, "timeout"), out), "timeout")
  return core.own_task(self.runtime, out[0])
end

-- Lets go of it now, not at some garbage collection. Twice is harmless.
function Task:release()
  if getmetatable(self) ~= Task then core.misuse("release: a task is needed, not %s", tostring(self)) end
  if self.pointer then C.rota_task_release(ffi.gc(self.pointer, nil)) end
  self.pointer = nil
end

return core
