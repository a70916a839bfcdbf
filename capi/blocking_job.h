// SPDX-License-Identifier: MIT
//
// Jobs of the blocking pool whose functions came through the C interface: plain ones; those of a group's members, which
// are members too; those that a profiler is told of.
//
// Thread safety: any thread.
#pragma once

#include "core/base/result.h"
#include "core/blocking/job.h"
#include "core/runtime/runtime.h"
#include "rota/rota.h"

namespace rota::capi {

// A job to be submitted, with two references. On an error `arg` is still the caller's. kNoMemory, kClosed.
Result<blocking::Job*> make_job(runtime::Runtime& runtime, rota_blocking_fn fn, void* arg, rota_drop_fn drop);

// Undoes that for one that could not be submitted: its two references go, `arg` is the caller's again. False: its group
// has cancelled it already, and one reference is left, the caller's.
bool forget_job(blocking::Job& job);

}  // namespace rota::capi
