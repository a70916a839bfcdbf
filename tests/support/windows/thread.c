/* SPDX-License-Identifier: MIT */
#include "tests/support/thread.h"

#include "tests/support/windows/check.h"
/* <windows.h> comes first. */
#include <process.h>
#include <string.h>
#include <tlhelp32.h>

static unsigned __stdcall run_main(void* raw) {
  struct os_thread* thread = raw;
  thread->result = thread->main(thread->arg);
  return 0;
}

void os_thread_start(struct os_thread* thread, os_thread_main main, void* arg) {
  thread->main = main;
  thread->arg = arg;
  thread->handle = _beginthreadex(NULL, 0, run_main, thread, 0, NULL);
  OS_CHECK(thread->handle != 0);
}

void* os_thread_join(struct os_thread* thread) {
  OS_CHECK(WaitForSingleObject((HANDLE)thread->handle, INFINITE) == WAIT_OBJECT_0);
  OS_CHECK(CloseHandle((HANDLE)thread->handle));
  return thread->result;
}

uint64_t os_thread_self(void) { return GetCurrentThreadId(); }

/* Names came with Windows 10, and import libraries may be older. */
typedef HRESULT(WINAPI* get_description)(HANDLE thread, PWSTR* out);

void os_thread_name(char* out, size_t size) {
  out[0] = '\0';
  union {
    FARPROC found;
    get_description get;
  } call = {GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "GetThreadDescription")};
  if (call.found == NULL) call.found = GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "GetThreadDescription");
  OS_CHECK(call.found != NULL);
  PWSTR name = NULL;
  OS_CHECK(SUCCEEDED(call.get(GetCurrentThread(), &name)));
  size_t length = 0;
  for (; length + 1 < size && name[length] != L'\0'; ++length) out[length] = (char)name[length];
  out[length] = '\0';
  LocalFree(name);
}

size_t os_thread_list(uint64_t* out, size_t capacity) {
  const HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
  OS_CHECK(all != INVALID_HANDLE_VALUE);
  THREADENTRY32 entry;
  entry.dwSize = sizeof entry;
  size_t count = 0;
  for (BOOL more = Thread32First(all, &entry); more; more = Thread32Next(all, &entry)) {
    if (entry.th32OwnerProcessID != GetCurrentProcessId()) continue;
    if (count < capacity) out[count] = entry.th32ThreadID;
    ++count;
  }
  CloseHandle(all);
  return count;
}

void os_sleep_ms(uint32_t duration_ms) { Sleep(duration_ms); }
