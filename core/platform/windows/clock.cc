// SPDX-License-Identifier: MIT
#include "core/platform/clock.h"

#include "core/platform/windows/win32.h"

namespace rota::platform {
namespace {

constexpr uint64_t kNsPerS = 1'000'000'000;
constexpr uint64_t kNsPerUnit = 100;  // of the system's times

using UnbiasedTime = void(WINAPI*)(PULONGLONG);

// Windows 10. Like the kernel's own time limits, and Linux's monotonic clock, it stands still while the machine sleeps.
UnbiasedTime find_unbiased_time() {
  const HMODULE kernel = ::GetModuleHandleW(L"kernelbase.dll");
  if (kernel == nullptr) return nullptr;
  return reinterpret_cast<UnbiasedTime>(
      reinterpret_cast<void*>(::GetProcAddress(kernel, "QueryUnbiasedInterruptTimePrecise")));
}

uint64_t counter_frequency() {
  LARGE_INTEGER frequency;
  ::QueryPerformanceFrequency(&frequency);
  return static_cast<uint64_t>(frequency.QuadPart);
}

uint64_t counter_ns() {
  static const uint64_t frequency = counter_frequency();
  LARGE_INTEGER counter;
  ::QueryPerformanceCounter(&counter);
  const auto ticks = static_cast<uint64_t>(counter.QuadPart);
  // In two parts, so that the product fits.
  return ticks / frequency * kNsPerS + ticks % frequency * kNsPerS / frequency;
}

}  // namespace

uint64_t now_ns() {
  static const UnbiasedTime unbiased_time = find_unbiased_time();
  if (unbiased_time == nullptr) return counter_ns();
  ULONGLONG units;
  unbiased_time(&units);
  return uint64_t{units} * kNsPerUnit;
}

}  // namespace rota::platform
