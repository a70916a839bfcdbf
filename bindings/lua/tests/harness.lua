-- SPDX-License-Identifier: MIT
--
-- A test is test("sentence", function). The last line is `N passed, N failed`; the exit status says the same.
local ffi = require("ffi")
local rota = require("rota")

local harness = { passed = 0, failed = 0 }

ffi.cdef([[
typedef struct native_job { int32_t input, output; uint32_t polls; } native_job;
int native_live(void);
int native_started(void);
int native_dropped(void);
void native_open_gate(int open);
native_job *native_job_new(int32_t input);
void native_job_free(void *state);
void native_job_drop(void *state);
void native_count_drop(void *state);
rota_status native_square(void *state);
rota_status native_status(void *state);
rota_status native_gated(void *state);
rota_status native_poll(void *state, rota_context *cx);
rota_status native_never(void *state, rota_context *cx);
]])
harness.native = rota.load(os.getenv("NATIVE_LIBRARY"))

function harness.test(name, body)
  local ok, failure = xpcall(body, debug.traceback)
  if ok then
    harness.passed = harness.passed + 1
    print("ok    " .. name)
  else
    harness.failed = harness.failed + 1
    print("FAIL  " .. name .. "\n" .. tostring(failure))
  end
end

function harness.equal(got, wanted)
  if got ~= wanted then error(("%s, not %s"):format(tostring(got), tostring(wanted)), 2) end
end

-- That body() raises something whose text has `part` in it.
function harness.raises(part, body, ...)
  local ok, failure = pcall(body, ...)
  if ok then error("nothing was raised", 2) end
  if not tostring(failure):find(part, 1, true) then
    error(("%q is not in: %s"):format(part, tostring(failure)), 2)
  end
  return failure
end

-- Runs step() until it is true, a long time at most.
function harness.eventually(condition, step)
  local deadline = os.time() + 30
  while not condition() do
    if os.time() > deadline then error("it never came to be", 2) end
    if step then step() end
  end
end

function harness.finish()
  print(("%d passed, %d failed"):format(harness.passed, harness.failed))
  os.exit(harness.failed == 0 and harness.passed > 0 and 0 or 1, true)
end

return harness
