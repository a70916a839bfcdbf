// SPDX-License-Identifier: MIT
#include "core/platform/windows/afd.h"

#include <mswsock.h>

#include <atomic>

#include "core/platform/os_error.h"

// Documented for drivers; programs get it from ntdll as well.
extern "C" NTSTATUS NTAPI NtCancelIoFileEx(HANDLE file, IO_STATUS_BLOCK* request, IO_STATUS_BLOCK* status);

namespace rota::platform::afd {
namespace {

constexpr ULONG kPollControl = 0x00012024;  // IOCTL_AFD_POLL
constexpr NTSTATUS kStatusPending = 0x00000103;
constexpr auto kStatusCancelled = static_cast<NTSTATUS>(0xC0000120);

}  // namespace

Winsock::~Winsock() {
  if (started_) ::WSACleanup();
}

Status Winsock::start() {
  WSADATA data;
  if (const int error = ::WSAStartup(MAKEWORD(2, 2), &data); error != 0) return status_of_os_error(error);
  started_ = true;
  return Status::kOk;
}

HANDLE open_device() {
  // Any name below the device does.
  static constexpr wchar_t kName[] = L"\\Device\\Afd\\Rota";
  UNICODE_STRING name;
  name.Buffer = const_cast<wchar_t*>(kName);
  name.Length = sizeof kName - sizeof *kName;
  name.MaximumLength = sizeof kName;
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, 0, nullptr, nullptr);
  IO_STATUS_BLOCK status;
  HANDLE device = nullptr;
  const NTSTATUS opened = ::NtCreateFile(&device, SYNCHRONIZE, &attributes, &status, nullptr, 0,
                                         FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, 0, nullptr, 0);
  if (opened == 0) return device;
  ::SetLastError(::RtlNtStatusToDosError(opened));
  return nullptr;
}

Status base_socket(SOCKET socket, SOCKET& base) {
  // Asked first, because Wine has a base handle for any number.
  int type = 0;
  int type_size = sizeof type;
  DWORD size = 0;
  if (::getsockopt(socket, SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type), &type_size) == 0 &&
      ::WSAIoctl(socket, SIO_BASE_HANDLE, nullptr, 0, &base, sizeof base, &size, nullptr, nullptr) == 0) {
    return Status::kOk;
  }
  const int error = ::WSAGetLastError();
  DWORD flags = 0;
  // Winsock says the same of a handle that is no socket and of a number that is no handle.
  if (error == WSAENOTSOCK && !::GetHandleInformation(reinterpret_cast<HANDLE>(socket), &flags)) {
    return Status::kBadDescriptor;
  }
  return status_of_os_error(error);
}

Status Poll::start(HANDLE device, HANDLE event, void* context, SOCKET base, uint32_t events, int64_t timeout) {
  request_.timeout.QuadPart = timeout;
  request_.count = 1;
  request_.exclusive = FALSE;
  request_.entries[0] = {reinterpret_cast<HANDLE>(base), events, 0};
  status_.Status = kStatusPending;
  const NTSTATUS started = ::NtDeviceIoControlFile(device, event, nullptr, context, &status_, kPollControl, &request_,
                                                   sizeof request_, &request_, sizeof request_);
  if (started == 0 || started == kStatusPending) return Status::kOk;
  status_.Status = started;
  return status_of_os_error(static_cast<int>(::RtlNtStatusToDosError(started)));
}

void Poll::cancel(HANDLE device) {
  IO_STATUS_BLOCK status;
  // Fails when it is done already.
  (void)::NtCancelIoFileEx(device, &status_, &status);
}

bool Poll::done() const {
  auto& word = const_cast<LONG&>(reinterpret_cast<const LONG&>(status_.Status));
  return std::atomic_ref<LONG>(word).load(std::memory_order_acquire) != kStatusPending;
}

uint32_t Poll::events() const { return request_.count == 0 ? 0 : request_.entries[0].events; }
bool Poll::cancelled() const { return status_.Status == kStatusCancelled; }
bool Poll::failed() const { return !NT_SUCCESS(status_.Status); }

}  // namespace rota::platform::afd
