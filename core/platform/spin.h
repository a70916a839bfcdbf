// SPDX-License-Identifier: MIT
//
// Selector header: the processor's hint that this is a spin loop.
#pragma once

#if defined(_MSC_VER) && !defined(__clang__)
#include "core/platform/windows/win32.h"
#endif

namespace rota::platform {

inline void spin_pause() {
#if defined(_MSC_VER) && !defined(__clang__)
  YieldProcessor();
#elif defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

}  // namespace rota::platform
