// SPDX-License-Identifier: MIT
//
// ROTA_CHECK: a broken invariant of the engine itself ends the process, with file and line. Never for a caller's
// error, which is answered with a Status.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace rota::base {

[[noreturn]] inline void check_failed(const char* file, int line, const char* what) {
  std::fprintf(stderr, "rota: %s:%d: broken invariant: %s\n", file, line, what);
  std::abort();
}

}  // namespace rota::base

// That it does not return tells a compiler that the failure is the unlikely side.
#define ROTA_CHECK(condition) \
  (static_cast<bool>(condition) ? (void)0 : ::rota::base::check_failed(__FILE__, __LINE__, #condition))
