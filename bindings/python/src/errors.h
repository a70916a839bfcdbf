// SPDX-License-Identifier: MIT
//
// What a status of the engine is in Python: OSError by errno (and so ConnectionRefusedError, TimeoutError, ...),
// ValueError, MemoryError or RuntimeError, with a sentence that says what to do.
#pragma once

#include "rota/rota.h"
#include "state.h"

namespace rota_py {

// What was being done; picks words, and the exception of a name that is not found.
enum class Doing { kCall, kConnect, kSpawn, kRegister };

// A new exception for `status`; nullptr: another one is set.
Ref exception_for(State& state, rota_status status, Doing doing = Doing::kCall);

// Sets it, and returns nullptr.
PyObject* raise(State& state, rota_status status, Doing doing = Doing::kCall);

}  // namespace rota_py
