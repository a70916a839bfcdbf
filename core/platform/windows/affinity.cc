// SPDX-License-Identifier: MIT
#include "core/platform/affinity.h"

#include "core/platform/windows/win32.h"

namespace rota::platform {

// Of the thread's own processor group, of 64 cores at most.
Status set_thread_affinity(const uint32_t* cores, size_t count) {
  DWORD_PTR process = 0, system = 0;
  if (!::GetProcessAffinityMask(::GetCurrentProcess(), &process, &system)) return Status::kNotSupported;
  DWORD_PTR mask = 0;
  for (size_t i = 0; i < count; ++i) {
    if (cores[i] < sizeof mask * 8) mask |= DWORD_PTR{1} << cores[i];
  }
  // Cores that this process may not use would make the whole call fail.
  mask &= process;
  if (mask == 0) return Status::kInvalid;
  return ::SetThreadAffinityMask(::GetCurrentThread(), mask) != 0 ? Status::kOk : Status::kInvalid;
}

}  // namespace rota::platform
