-- SPDX-License-Identifier: MIT
--
-- Coroutines that await: who waits for what, and what becomes of their results and errors. Programs require "rota".
local ffi = require("ffi")
local core = require("rota_core")

local C, K = core.C, core.K
local this = {}

-- What rota.async started. rota.await(job) gives what its function returned, or raises what it raised.
local Job = {}
Job.__index = Job
this.Job = Job

local jobs = setmetatable({}, { __mode = "k" }) -- by coroutine
local failures = {} -- errors of coroutines that are nobody's job, for the next pump to raise
local ready = {} -- coroutines whose job has ended
local draining = false

local function pack(...) return { n = select("#", ...), ... } end

-- What went wrong, with where: strings get the traceback appended, rota's own errors carry it.
local function with_traceback(co, failure)
  if type(failure) == "string" then return debug.traceback(co, failure) end
  if getmetatable(failure) == core.Error and not failure.traceback then failure.traceback = debug.traceback(co) end
  return failure
end

local function step(co, ...)
  local result = pack(coroutine.resume(co, ...))
  if coroutine.status(co) ~= "dead" then return end
  local job = jobs[co]
  if not result[1] then result[2] = with_traceback(co, result[2]) end
  if not job then
    if not result[1] then failures[#failures + 1] = result[2] end
    return
  end
  job.result = result
  for _, waiter in ipairs(job.waiters) do
    ready[#ready + 1] = waiter
  end
  job.waiters = nil
end

-- Runs a coroutine until it awaits something or ends, then those that waited for it. Raises nothing: errors become
-- failures. Who waits is run by the outermost call, so that a long chain of jobs needs no deep stack.
function this.resume(co, ...)
  step(co, ...)
  if draining then return end
  draining = true
  while ready[1] do
    local list = ready
    ready = {}
    for _, waiter in ipairs(list) do
      step(waiter)
    end
  end
  draining = false
end

-- Raises the oldest failure.
function this.raise_failure()
  if failures[1] then error(table.remove(failures, 1), 0) end
end

-- Forgets the errors for which ignore(error) says so.
function this.forget_failures(ignore)
  for i = #failures, 1, -1 do
    if ignore(failures[i]) then table.remove(failures, i) end
  end
end

-- Runs fn(...) as a coroutine, at once and until it first awaits something; the pump carries it on. An error comes out
-- of the next pump.
function this.go(fn, ...)
  if type(fn) ~= "function" then core.misuse("go: a function is needed, not %s", tostring(fn)) end
  this.resume(coroutine.create(fn), ...)
end

-- The same, to be awaited: returns the Job, which keeps results and error for rota.await.
function this.async(fn, ...)
  if type(fn) ~= "function" then core.misuse("async: a function is needed, not %s", tostring(fn)) end
  local co = coroutine.create(fn)
  local job = setmetatable({ waiters = {} }, Job)
  jobs[co] = job
  this.resume(co, ...)
  return job
end

function Job:is_done() return self.result ~= nil end

-- Cancels the task that it waits for now, which raises ROTA_ECANCELED inside it: true, or false with why not.
function Job:cancel()
  if getmetatable(self) ~= Job then core.misuse("cancel: a job is needed, not %s", tostring(self)) end
  if self.result then return false, "ROTA_EALREADY" end
  if not self.awaits then return false, "ROTA_EBUSY" end
  return self.awaits:cancel()
end

function this.result_of(job)
  local result = job.result
  if not result[1] then error(result[2], 0) end
  return unpack(result, 2, result.n)
end

-- Waits in this coroutine until ended(). Who else resumes it meanwhile has no effect.
local function suspend(co, what, ended)
  local job = jobs[co]
  if job then job.awaits = what end
  repeat
    coroutine.yield()
  until ended()
  if job then job.awaits = nil end
end

local function await_job(co, job)
  if not job.result then
    if jobs[co] == job then error("rota: await: a job cannot await itself", 3) end
    table.insert(job.waiters, co)
    suspend(co, job, function() return job.result end)
  end
  return this.result_of(job)
end

-- Also a task that is complete comes through the queue: what stands after an await runs inside a pump, always, and so
-- within its budget.
local function await_task(co, task)
  local pointer = task.pointer or error("rota: await: this task was released", 3)
  local status = C.rota_task_status(pointer)
  if task.runtime.queue then
    local entry = { co = co }
    core.check(this.watch(task.runtime, pointer, entry), "await")
    suspend(co, task, function() return entry.status end)
    status = entry.status
  elseif status == K.ROTA_PENDING then
    error("rota: await: the task's runtime is closed", 3)
  end
  core.check(status, "await")
  return true
end

-- Waits, inside a coroutine, for a task (true, or its error is raised) or a job (what it returned, or its error).
-- The thread goes on meanwhile; rota.pump resumes the coroutine.
function this.await(what)
  local co, is_main = coroutine.running()
  if not co or is_main then
    error("rota: await: only inside a coroutine (see rota.async); elsewhere use task:wait or runtime:run", 2)
  end
  local kind = getmetatable(what)
  if kind == core.Task then return await_task(co, what) end
  if kind == Job then return await_job(co, what) end
  error(("rota: await: a task or a job is needed, not %s"):format(tostring(what)), 2)
end

-- Has the completion of a task come through the runtime's queue, and `entry` found by its number. Returns the status.
function this.watch(runtime, pointer, entry)
  local number = runtime.number + 1
  local status = C.rota_task_on_done(pointer, runtime.queue, nil, ffi.cast("void *", number), nil)
  if status == K.ROTA_OK then
    runtime.number = number
    runtime.waiting[number] = entry
  end
  return status
end

-- A completion has come: resumes who waits for it.
function this.complete(runtime, completion)
  local number = tonumber(ffi.cast("uintptr_t", completion.user1))
  local status = completion.status
  C.rota_task_release(completion.task)
  local entry = runtime.waiting[number]
  runtime.waiting[number] = nil
  this.finish(entry, status)
end

function this.finish(entry, status)
  entry.status = status
  if entry.co then this.resume(entry.co) end
end

return this
