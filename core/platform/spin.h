// SPDX-License-Identifier: MIT
//
// Selector header: the processor's hint that this is a spin loop.
#pragma once

namespace rota::platform {

inline void spin_pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

}  // namespace rota::platform
