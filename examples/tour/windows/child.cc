// SPDX-License-Identifier: MIT
#include "examples/tour/child.h"

#include <windows.h>

#include <array>
#include <system_error>
#include <utility>

namespace tour {
namespace {

HANDLE handle(intptr_t number) { return reinterpret_cast<HANDLE>(number); }

[[noreturn]] void fail(const char* what) {
  throw std::system_error(static_cast<int>(GetLastError()), std::system_category(), what);
}

class Pipe {
 public:
  // The child inherits one of the ends, and only that.
  Pipe(bool child_reads) {
    if (!CreatePipe(&read_, &write_, nullptr, 0)) fail("making a pipe");
    SetHandleInformation(child_reads ? read_ : write_, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
  }
  ~Pipe() {
    if (read_ != nullptr) CloseHandle(read_);
    if (write_ != nullptr) CloseHandle(write_);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  HANDLE reading() const { return read_; }
  HANDLE writing() const { return write_; }
  // Kept open when the pipe goes.
  intptr_t take_reading() { return reinterpret_cast<intptr_t>(std::exchange(read_, nullptr)); }
  intptr_t take_writing() { return reinterpret_cast<intptr_t>(std::exchange(write_, nullptr)); }

 private:
  HANDLE read_ = nullptr;
  HANDLE write_ = nullptr;
};

std::wstring own_path() {
  std::wstring path(32768, L'\0');  // longer than any path can be
  DWORD length = GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
  if (length == 0) fail("asking where this program is");
  path.resize(length);
  return path;
}

}  // namespace

Child::Child(const char* argument) {
  Pipe input(true);
  Pipe output(false);
  STARTUPINFOW startup = {};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = input.reading();
  startup.hStdOutput = output.writing();
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  const std::string plain = argument;
  std::wstring command = L"tour " + std::wstring(plain.begin(), plain.end());
  PROCESS_INFORMATION started;
  if (!CreateProcessW(own_path().c_str(), command.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup,
                      &started)) {
    fail("starting a process");
  }
  CloseHandle(started.hThread);
  process_ = reinterpret_cast<intptr_t>(started.hProcess);
  input_ = input.take_writing();
  output_ = output.take_reading();
}

Child::~Child() {
  CloseHandle(handle(input_));
  CloseHandle(handle(output_));
  WaitForSingleObject(handle(process_), INFINITE);
  CloseHandle(handle(process_));
}

std::string Child::read_line() {
  std::string line;
  for (;;) {
    char c = 0;
    DWORD count = 0;
    if (!ReadFile(handle(output_), &c, 1, &count, nullptr) || count != 1 || c == '\n') return line;
    if (c != '\r') line += c;
  }
}

}  // namespace tour
