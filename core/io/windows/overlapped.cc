// SPDX-License-Identifier: MIT
#include "core/io/windows/overlapped.h"

#include <atomic>
#include <new>

#include "core/platform/os_error.h"

namespace rota::io {
namespace {

// The end of a file, or of what the other side of a pipe has sent: a read of nothing, as elsewhere.
bool is_end(DWORD error) {
  return error == ERROR_HANDLE_EOF || error == ERROR_BROKEN_PIPE || error == ERROR_PIPE_NOT_CONNECTED;
}

}  // namespace

Overlapped* Overlapped::start(OverlappedOwner& owner, task::Home& home, HANDLE handle, Kind kind, uint64_t offset,
                              void* buffer, uint32_t len, size_t* count) {
  void* block = home.arena().allocate(sizeof(Overlapped));
  if (block == nullptr) return nullptr;
  auto* self = new (block) Overlapped(owner, home, handle, kind, count);
  Request& overlapped = self->request_;
  overlapped.operation = self;
  overlapped.Offset = static_cast<DWORD>(offset);
  overlapped.OffsetHigh = static_cast<DWORD>(offset >> 32);
  overlapped.hEvent = owner.end_event();
  if (!owner.enter(*self)) {
    if (self->state.claim()) task::complete(*self, Status::kShutdown);
    task::unref(*self);
    return self;
  }
  BOOL done = FALSE;
  switch (kind) {
    case Kind::kRead:
      done = ::ReadFile(handle, buffer, len, nullptr, &overlapped);
      break;
    case Kind::kWrite:
      done = ::WriteFile(handle, buffer, len, nullptr, &overlapped);
      break;
    case Kind::kConnectPipe:
      done = ::ConnectNamedPipe(handle, &overlapped);
      break;
  }
  const DWORD error = done ? ERROR_SUCCESS : ::GetLastError();
  // Done at once or not, a packet comes; also when a message did not fit.
  if (done || error == ERROR_IO_PENDING || error == ERROR_MORE_DATA) return self;
  owner.leave(*self);
  self->finish(kind == Kind::kConnectPipe && error == ERROR_PIPE_CONNECTED ? DWORD{ERROR_SUCCESS} : error, 0);
  return self;
}

void Overlapped::ended(OVERLAPPED* overlapped) {
  Overlapped& self = *static_cast<Request*>(overlapped)->operation;
  self.owner_.leave(self);
  const auto status = static_cast<NTSTATUS>(overlapped->Internal);
  self.finish(NT_SUCCESS(status) ? DWORD{ERROR_SUCCESS} : ::RtlNtStatusToDosError(status), overlapped->InternalHigh);
}

bool Overlapped::packet_waits() const {
  auto& status = const_cast<ULONG_PTR&>(request_.Internal);
  return std::atomic_ref<ULONG_PTR>(status).load(std::memory_order_acquire) != STATUS_PENDING;
}

void Overlapped::finish(DWORD error, size_t moved) {
  Status status = platform::status_of_os_error(static_cast<int>(error));
  if (kind_ == Kind::kRead && is_end(error)) status = Status::kOk;
  if (count_ != nullptr) *count_ = moved;
  if (state.claim()) task::complete(*this, status);
  task::unref(*this);
}

Status Overlapped::cancel(task::Header& header) {
  auto& self = static_cast<Overlapped&>(header);
  if (self.state.complete()) return Status::kAlready;
  // Not found: it has ended, and its packet is on its way.
  return ::CancelIoEx(self.handle_, &self.request_) ? Status::kOk : Status::kAlready;
}

void Overlapped::destroy(task::Header& header) {
  auto& self = static_cast<Overlapped&>(header);
  task::Home& home = *self.home;
  self.~Overlapped();
  task::free_block(home, &self, sizeof(Overlapped));
}

}  // namespace rota::io
