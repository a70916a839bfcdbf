-- SPDX-License-Identifier: MIT
--
-- rota.lua against the real library. Given "early" or "close", it is a program that ends with work on its way.
local ffi = require("ffi")
local rota = require("rota")
local harness = require("harness")

local test, equal, raises, eventually, native =
  harness.test, harness.equal, harness.raises, harness.eventually, harness.native

-- A program of its own: what a Lua state leaves behind at its end must not crash.
if arg[1] == "early" then
  local runtime = rota.runtime({ workers = 2 })
  for _ = 1, 100 do
    rota.async(function() rota.await(runtime:sleep(1000)) end)
    runtime:spawn(native.native_never)
  end
  local started = native.native_started()
  runtime:spawn_blocking(native.native_gated)
  eventually(function() return native.native_started() > started end)
  os.exit(0, true) -- true: the state is closed, its libraries are unloaded, and a blocking call runs on
end

local function with_runtime(options, body)
  if not body then
    options, body = { workers = 2 }, options
  end
  local live = native.native_live()
  native.native_open_gate(0)
  local runtime = rota.runtime(options)
  local ok, failure = pcall(body, runtime)
  native.native_open_gate(1)
  runtime:close()
  if not ok then error(failure, 0) end
  equal(native.native_live(), live)
end

test("a coroutine awaits a task and the thread goes on meanwhile", function()
  with_runtime(function(runtime)
    local steps = {}
    local job = rota.async(function()
      steps[#steps + 1] = "before"
      rota.await(runtime:sleep(0.01))
      steps[#steps + 1] = "after"
    end)
    steps[#steps + 1] = "main"
    eventually(function() return job:is_done() end, function() rota.pump() end)
    equal(table.concat(steps, " "), "before main after")
  end)
end)

test("what stands after an await runs inside a pump, even when the task was complete before", function()
  with_runtime(function(runtime)
    local task, after = runtime:sleep(0), false
    task:wait()
    rota.go(function()
      rota.await(task)
      after = true
    end)
    equal(after, false)
    equal(runtime:pump(), 1)
    equal(after, true)
    runtime:close()
    rota.go(rota.await, task) -- no pump any more: at once
    rota.pump()
  end)
end)

test("run returns what its function returned, nils included", function()
  with_runtime(function(runtime)
    local a, b, c = runtime:run(function(x)
      rota.await(runtime:sleep(0))
      return x, nil, "c"
    end, 7)
    equal(a, 7)
    equal(b, nil)
    equal(c, "c")
  end)
end)

test("blocking work is C code on another thread; its result comes back in memory", function()
  with_runtime(function(runtime)
    local job = ffi.gc(native.native_job_new(12), native.native_job_free)
    runtime:run(function() rota.await(runtime:spawn_blocking(native.native_square, job)) end)
    equal(job.output, 144)
    native.native_job_free(ffi.gc(job, nil))
  end)
end)

test("poll functions in C run on the workers, with their state given away, copied or kept", function()
  with_runtime(function(runtime)
    local dropped = native.native_dropped()
    local kept, copied = ffi.new("native_job", { input = 3 }), ffi.new("native_job", { input = 3 })
    runtime:run(function()
      local given = native.native_job_new(3)
      rota.await(runtime:spawn(native.native_poll, given, { drop = native.native_job_drop, name = "given" }))
      rota.await(runtime:spawn(native.native_poll, kept))
      local options = { state_size = ffi.sizeof(copied), drop = native.native_count_drop, blocking = true }
      rota.await(runtime:spawn(native.native_poll, copied, options))
    end)
    eventually(function() return native.native_dropped() == dropped + 2 end)
    equal(kept.output, 9)
    equal(kept.polls, 4)
    equal(copied.polls, 0)
  end)
end)

test("a state that is given away loses its finalizer, and is dropped once on every path", function()
  with_runtime(function(runtime)
    local function given() return ffi.gc(native.native_job_new(5), native.native_job_free) end
    local dropped = native.native_dropped()
    runtime:run(function()
      rota.await(runtime:spawn_blocking(native.native_square, given(), native.native_job_drop))
      rota.await(runtime:spawn(native.native_poll, given(), { drop = native.native_job_drop }))
    end)
    eventually(function() return native.native_dropped() == dropped + 2 end)
    rota.C.rota_runtime_shutdown(runtime.pointer, rota.constants.ROTA_FOREVER)
    raises("ROTA_ESHUTDOWN", runtime.spawn_blocking, runtime, native.native_square, given(), native.native_job_drop)
    raises("ROTA_ESHUTDOWN", runtime.spawn, runtime, native.native_poll, given(), { drop = native.native_job_drop })
    collectgarbage()
    collectgarbage()
    equal(native.native_dropped(), dropped + 4)
  end)
end)

test("a state that stays ours lives until C is done with it, whoever forgets it", function()
  with_runtime(function(runtime)
    local collected = false
    do
      local state = ffi.gc(ffi.new("native_job", { input = 4 }), function() collected = true end)
      local started = native.native_started()
      runtime:spawn_blocking(native.native_gated, state)
      eventually(function() return native.native_started() > started end)
    end
    for _ = 1, 4 do
      collectgarbage()
    end
    equal(collected, false)
    native.native_open_gate(1)
    eventually(function() return collected end, function()
      runtime:wait(0.1)
      runtime:pump()
      collectgarbage()
    end)
  end)
end)

test("an error of the engine is raised with its name, and pcall catches it across the await", function()
  with_runtime(function(runtime)
    runtime:run(function()
      local state = ffi.new("native_job", { input = rota.constants.ROTA_ENOENT })
      local ok, failure = pcall(rota.await, runtime:spawn_blocking(native.native_status, state))
      equal(ok, false)
      equal(getmetatable(failure), rota.Error)
      equal(failure.status, rota.constants.ROTA_ENOENT)
      equal(rota.error_name(failure), "ROTA_ENOENT")
      equal(tostring(failure), "await: ROTA_ENOENT: no such file, host or entry")
    end)
    equal(rota.error_name("text"), nil)
  end)
end)

test("what goes wrong in rota.go comes out of the pump, with its traceback, and loses nothing else", function()
  with_runtime(function(runtime)
    local arrived = 0
    rota.go(function()
      rota.await(runtime:sleep(0))
      error("from inside")
    end)
    for _ = 1, 20 do
      rota.async(function()
        rota.await(runtime:sleep(0))
        arrived = arrived + 1
      end)
    end
    local failure
    eventually(function() return failure and arrived == 20 end, function()
      runtime:wait(0.1)
      local ok, what = pcall(runtime.pump, runtime)
      if not ok then failure = what end
    end)
    assert(failure:find("from inside") and failure:find("stack traceback"), failure)
  end)
end)

test("who awaits a job gets its results or its error, early or late", function()
  with_runtime(function(runtime)
    local function work(outcome)
      rota.await(runtime:sleep(0.001))
      if outcome == "bad" then error({ "a value" }) end
      return outcome, 2
    end
    runtime:run(function()
      local good, bad = rota.async(work, "good"), rota.async(work, "bad")
      local text, two = rota.await(good)
      equal(text, "good")
      equal(two, 2)
      equal(rota.await(good), "good")
      local ok, failure = pcall(rota.await, bad)
      equal(ok, false)
      equal(failure[1], "a value")
    end)
    local now = rota.async(function() error("at once") end)
    raises("at once", runtime.run, runtime, function() rota.await(now) end)
    runtime:pump() -- a job keeps its error
    rota.go(error, "of nobody")
    raises("of nobody", runtime.pump, runtime)
  end)
end)

test("a chain of a thousand jobs needs no deep stack", function()
  with_runtime(function(runtime)
    local job = rota.async(function()
      rota.await(runtime:sleep(0.001))
      return 0
    end)
    for _ = 1, 1000 do
      local last = job
      job = rota.async(function() return rota.await(last) + 1 end)
    end
    equal(runtime:run(function() return rota.await(job) end), 1000)
  end)
end)

test("cancelling ends an await with ROTA_ECANCELED; what cannot be cancelled says why", function()
  with_runtime({ workers = 1, blocking_max = 1 }, function(runtime)
    local started = native.native_started()
    local running = runtime:spawn_blocking(native.native_gated)
    eventually(function() return native.native_started() > started end)
    local _, why = running:cancel()
    equal(why, "ROTA_EBUSY")
    local queued = runtime:spawn_blocking(native.native_gated)
    local waits = rota.async(rota.await, queued)
    local sleeps = rota.async(function() rota.await(runtime:sleep(1000)) end)
    local outer = rota.async(function() return rota.await(sleeps) end)
    equal(queued:cancel(), true)
    equal(outer:cancel(), true) -- what it waits for in the end: the sleep
    runtime:run(function()
      for _, job in ipairs({ waits, outer }) do
        local _, failure = pcall(rota.await, job)
        equal(rota.error_name(failure), "ROTA_ECANCELED")
      end
    end)
    equal(select(2, queued:cancel()), "ROTA_EALREADY")
    equal(select(2, waits:cancel()), "ROTA_EALREADY")
    native.native_open_gate(1)
    equal(running:wait(30), true)
    equal(running:status(), "ROTA_OK")
  end)
end)

test("a timeout cancels, and a wait that takes too long is an error", function()
  with_runtime(function(runtime)
    local task = runtime:sleep(1000)
    raises("ROTA_ETIMEDOUT", task.wait, task, 0)
    local limited = task:timeout(0.001)
    raises("ROTA_ETIMEDOUT", runtime.run, runtime, function() rota.await(limited) end)
    raises("ROTA_ECANCELED", task.wait, task)
    equal(task:is_done(), true)
  end)
end)

-- Burns `seconds` on this thread.
local function burn(runtime, seconds)
  local till = runtime:now() + seconds
  while runtime:now() < till do
  end
end

-- `count` tasks that are pending until open() is called.
local function held_tasks(runtime, count)
  local C, out, tasks = rota.C, ffi.new("rota_semaphore *[1]"), {}
  equal(C.rota_semaphore_create(runtime.pointer, 0, out), 0)
  local semaphore, task = ffi.gc(out[0], C.rota_semaphore_release), ffi.new("rota_task *[1]")
  for i = 1, count do
    equal(C.rota_semaphore_acquire(semaphore, 1, task), 0)
    tasks[i] = runtime:adopt(task[0])
  end
  return tasks, function() equal(C.rota_semaphore_add(semaphore, count), 0) end
end

test("a budget is kept: nothing begins after it, and what is left comes later", function()
  with_runtime(function(runtime)
    local count, offsets, began = 100, {}, 0
    local tasks, open = held_tasks(runtime, count)
    for _, task in ipairs(tasks) do
      rota.go(function()
        rota.await(task)
        offsets[#offsets + 1] = runtime:now() - began
        burn(runtime, 0.0005)
      end)
    end
    open()
    local pumps, more = 0, true
    while more do
      local handled
      began = runtime:now()
      handled, more = runtime:pump(0.002)
      assert(handled >= 1)
      pumps = pumps + 1
    end
    equal(#offsets, count)
    assert(pumps >= count / 5, pumps .. " pumps") -- four items of half a millisecond, and the first
    -- Between the look at the clock and the item lies no more than what the system takes this thread off the core for.
    local late = 0
    for _, offset in ipairs(offsets) do
      late = late + (offset > 0.0021 and 1 or 0)
    end
    assert(late <= count / 10, late .. " late")
  end)
end)

test("a pump handles at most as many as it is told, and one at least", function()
  with_runtime(function(runtime)
    local tasks, open = held_tasks(runtime, 100)
    for _, task in ipairs(tasks) do
      rota.go(rota.await, task)
    end
    open()
    local handled, more = runtime:pump(nil, 3)
    equal(handled, 3)
    equal(more, true)
    equal(runtime:pump(0), 1)
    handled, more = rota.pump(nil, 40)
    equal(handled, 40)
    handled, more = rota.pump()
    equal(handled, 56)
    equal(more, false)
    equal(rota.pump(), 0)
  end)
end)

test("rota.pump drives every open runtime", function()
  with_runtime(function(first)
    with_runtime({ workers = 0 }, function(second)
      local done = 0
      for _, runtime in ipairs({ first, second, first, second }) do
        rota.async(function()
          rota.await(runtime:sleep(0.001))
          done = done + 1
        end)
      end
      eventually(function() return done == 4 end, function() rota.pump(0.002) end)
    end)
  end)
  equal(rota.pump(0.002), 0)
end)

test("hosted: no thread at all, timers and C polls run inside pump", function()
  with_runtime({ workers = 0, blocking_max = 0 }, function(runtime)
    local job = ffi.new("native_job", { input = 6 })
    runtime:run(function()
      rota.await(runtime:sleep(0.002))
      rota.await(runtime:spawn(native.native_poll, job))
      rota.await(runtime:spawn_blocking(native.native_square, job))
    end)
    equal(job.output, 36)
    equal(job.polls, 7)
    equal(runtime:metrics().workers, 0)
    equal(runtime:metrics().blocking_threads, 0)
  end)
end)

test("wait sleeps until there is something to pump, and not longer than it is told", function()
  with_runtime(function(runtime)
    equal(runtime:wait(0.001), false)
    rota.async(function() rota.await(runtime:sleep(0.005)) end)
    equal(runtime:wait(30), true)
    equal(runtime:wait(30), true) -- level-triggered
    equal(runtime:pump(), 1)
    equal(runtime:wait(0), false)
    assert(runtime:handle() >= 0)
  end)
end)

test("a coroutine of the program's own may await; resuming it meanwhile has no effect", function()
  with_runtime(function(runtime)
    local after = false
    local task = runtime:sleep(0.005)
    local co = coroutine.create(function()
      rota.await(task)
      after = true
    end)
    for _ = 1, 3 do
      assert(coroutine.resume(co, "nonsense"))
      equal(after, false)
    end
    eventually(function() return after end, function() runtime:pump() end)
    equal(coroutine.status(co), "dead")
  end)
end)

test("tasks of the raw interface are adopted", function()
  with_runtime(function(runtime)
    local tasks, open = held_tasks(runtime, 1)
    local job = rota.async(rota.await, tasks[1])
    equal(tasks[1]:status(), "ROTA_PENDING")
    open()
    equal(runtime:run(function() return rota.await(job) end), true)
    raises("a rota_task * is needed", runtime.adopt, runtime, ffi.new("rota_semaphore *"))
    raises("a rota_task * is needed", runtime.adopt, runtime, nil)
  end)
end)

test("close cancels, resumes everyone who waits, and answers afterwards", function()
  local runtime = rota.runtime({ workers = 2 })
  local seen = {}
  for i = 1, 50 do
    rota.async(function()
      local _, failure = pcall(rota.await, runtime:sleep(1000))
      seen[i] = rota.error_name(failure)
    end)
  end
  rota.go(function() rota.await(runtime:sleep(1000)) end) -- ends quietly
  local task = runtime:sleep(1000)
  equal(runtime:close(), true)
  equal(runtime:close(), true)
  equal(#seen, 50)
  for i = 1, 50 do
    equal(seen[i], "ROTA_ECANCELED")
  end
  equal(task:status(), "ROTA_ECANCELED")
  raises("this runtime is closed", runtime.sleep, runtime, 1)
  raises("this runtime is closed", runtime.pump, runtime)
  rota.pump()
end)

test("a coroutine that close resumes may close again", function()
  local runtime = rota.runtime({ workers = 1 })
  local closed = 0
  for _ = 1, 3 do
    rota.go(function()
      pcall(rota.await, runtime:sleep(1000))
      equal(runtime:close(), true)
      closed = closed + 1
    end)
  end
  equal(runtime:close(), true)
  equal(closed, 3)
end)

test("close gives up on a blocking call in time, and what that call uses stays", function()
  native.native_open_gate(0)
  local runtime = rota.runtime({ workers = 1 })
  local state, woken = ffi.new("native_job", { input = 8 }), nil
  local started = native.native_started()
  local task = runtime:spawn_blocking(native.native_gated, state)
  eventually(function() return native.native_started() > started end)
  rota.async(function()
    local _, failure = pcall(rota.await, task)
    woken = rota.error_name(failure)
  end)
  local done, why = runtime:close(0.01)
  equal(done, false)
  equal(why, "ROTA_ETIMEDOUT")
  equal(woken, "ROTA_ESHUTDOWN")
  rota.go(rota.await, task)
  raises("runtime is closed", rota.pump)
  native.native_open_gate(1)
  eventually(function() return task:is_done() end)
  equal(state.output, 64)
end)

test("a coroutine may close its own runtime, and its own errors still come out", function()
  local runtime = rota.runtime({ workers = 1 })
  local closed
  rota.go(function()
    rota.await(runtime:sleep(0.001))
    closed = runtime:close()
  end)
  rota.go(function()
    pcall(rota.await, runtime:sleep(1000))
    error("last words")
  end)
  local failure
  eventually(function() return closed ~= nil or failure end, function()
    runtime:wait(0.1)
    local ok, what = pcall(runtime.pump, runtime)
    failure = not ok and what or failure
  end)
  assert(tostring(failure):find("last words"), tostring(failure))
  equal(runtime.pointer, nil)
end)

test("misuse says what is wrong", function()
  with_runtime(function(runtime)
    raises("no Lua runs on the engine's threads", runtime.spawn_blocking, runtime, function() end)
    raises("fn must be a C function", runtime.spawn_blocking, runtime)
    raises("poll must be a C function", runtime.spawn, runtime, ffi.cast("rota_poll_fn", nil))
    raises("drop must be a C function", runtime.spawn_blocking, runtime, native.native_square, nil, print)
    raises("state must be a cdata pointer", runtime.spawn_blocking, runtime, native.native_square, {})
    raises("state_size must be a number", runtime.spawn, runtime, native.native_never, nil, { state_size = "x" })
    raises("ROTA_EOVERFLOW", runtime.spawn, runtime, native.native_never, nil, { name = ("x"):rep(256) })
    raises("only inside a coroutine", rota.await, runtime:sleep(0))
    raises("a task or a job is needed", runtime.run, runtime, function() rota.await(12) end)
    raises("a function is needed", rota.async, 12)
    raises("a function is needed", rota.go)
    raises("seconds must be a number", runtime.sleep, runtime, -1)
    raises("seconds must be a number", runtime.sleep, runtime, "soon")
    raises("seconds must be a number", runtime.pump, runtime, 0 / 0)
    raises("max_items must be a number", runtime.pump, runtime, 1, 0)
    raises("max_items must be a number", rota.pump, 1, "all")
    raises("a file name is needed", rota.load)
    raises("cannot open shared object", rota.load, "./no such library.so")
    raises("write runtime:sleep", runtime.sleep, 1)
    raises("no option threads", rota.runtime, { threads = 4 })
    raises("workers must be a number", rota.runtime, { workers = "two" })
    raises("ROTA_EINVAL", rota.runtime, { workers = 1025 })
    raises("options must be a table", rota.runtime, 4)
    local task = runtime:sleep(0)
    task:release()
    task:release()
    raises("this task was released", task.status, task)
    raises("this task was released", runtime.run, runtime, function() rota.await(task) end)
    raises("write task:cancel", task.cancel, nil)
    runtime:run(function()
      local job
      job = rota.async(function()
        rota.await(runtime:spawn_blocking(native.native_gated))
        rota.await(job)
      end)
      native.native_open_gate(1)
      raises("cannot await itself", rota.await, job)
    end)
  end)
end)

test("ten thousand awaits with a collector that is always at work", function()
  with_runtime(function(runtime)
    local sum, total = 0, 10000
    for worker = 1, 20 do
      rota.async(function()
        for i = 1, total / 20 do
          local state = ffi.gc(native.native_job_new(i % 3), native.native_job_free)
          rota.await(runtime:spawn_blocking(native.native_square, state, native.native_job_drop))
          sum = sum + 1
          if i % 50 == 0 then collectgarbage() end
        end
      end)
    end
    eventually(function() return sum == total end, function()
      runtime:wait(0.1)
      runtime:pump(0.002)
    end)
    eventually(function() return native.native_live() == 0 end)
    equal(next(runtime.waiting), nil)
  end)
end)

harness.finish()
