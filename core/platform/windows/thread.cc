// SPDX-License-Identifier: MIT
#include "core/platform/thread.h"

#include <bit>
#include <new>

#include "core/platform/windows/win32.h"

namespace rota::platform {
namespace {

struct Start {
  Thread::Main main;
  void* arg;
};

DWORD WINAPI run(void* raw) {
  const Start start = *static_cast<Start*>(raw);
  ::HeapFree(::GetProcessHeap(), 0, raw);
  start.main(start.arg);
  return 0;
}

HANDLE handle_of(uintptr_t handle) { return reinterpret_cast<HANDLE>(handle); }

// Cores' worth of time that a hard limit of the process's job grants, or 0 for no limit.
uint32_t job_limit_cores(uint32_t cores_of_machine) {
  constexpr uint64_t kWhole = 10'000;  // CpuRate is in hundredths of a percent of the machine
  JOBOBJECT_CPU_RATE_CONTROL_INFORMATION rate{};
  if (!::QueryInformationJobObject(nullptr, JobObjectCpuRateControlInformation, &rate, sizeof rate, nullptr)) return 0;
  constexpr DWORD kHard = JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP;
  if ((rate.ControlFlags & kHard) != kHard) return 0;
  return static_cast<uint32_t>((uint64_t{rate.CpuRate} * cores_of_machine + kWhole - 1) / kWhole);
}

}  // namespace

Status Thread::start(Main main, void* arg, size_t stack_size) {
  void* block = ::HeapAlloc(::GetProcessHeap(), 0, sizeof(Start));
  if (block == nullptr) return Status::kNoMemory;
  new (block) Start{main, arg};
  if (stack_size != 0 && stack_size < kLeastStack) stack_size = kLeastStack;
  const HANDLE thread =
      ::CreateThread(nullptr, stack_size, run, block, stack_size == 0 ? 0 : STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (thread == nullptr) {
    const DWORD error = ::GetLastError();
    ::HeapFree(::GetProcessHeap(), 0, block);
    return error == ERROR_INVALID_PARAMETER ? Status::kInvalid : Status::kAgain;
  }
  handle_ = reinterpret_cast<uintptr_t>(thread);
  started_ = true;
  return Status::kOk;
}

void Thread::join() {
  if (!started_) return;
  started_ = false;
  const HANDLE thread = handle_of(handle_);
  if (::GetThreadId(thread) != ::GetCurrentThreadId()) ::WaitForSingleObject(thread, INFINITE);
  ::CloseHandle(thread);
}

void set_thread_name(const char* name) {
  // Windows 10; older ones have no names.
  using SetDescription = HRESULT(WINAPI*)(HANDLE, PCWSTR);
  const HMODULE kernel = ::GetModuleHandleW(L"kernelbase.dll");
  if (kernel == nullptr) return;
  const auto set_description =
      reinterpret_cast<SetDescription>(reinterpret_cast<void*>(::GetProcAddress(kernel, "SetThreadDescription")));
  wchar_t wide[64];
  if (set_description == nullptr || ::MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, 64) == 0) return;
  set_description(::GetCurrentThread(), wide);
}

uint64_t thread_id() { return ::GetCurrentThreadId(); }

uint32_t available_cores() {
  const DWORD machine = ::GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
  uint32_t cores = machine == 0 ? 1 : machine;
  // With more than one processor group the mask speaks of the first only, and threads reach all of them.
  DWORD_PTR process = 0, system = 0;
  if (::GetActiveProcessorGroupCount() == 1 && ::GetProcessAffinityMask(::GetCurrentProcess(), &process, &system) &&
      process != 0) {
    cores = static_cast<uint32_t>(std::popcount(static_cast<uint64_t>(process)));
  }
  const uint32_t limit = job_limit_cores(machine);
  return limit != 0 && limit < cores ? limit : cores;
}

void yield_thread() { ::SwitchToThread(); }

}  // namespace rota::platform
