// SPDX-License-Identifier: MIT
#include "core/net/host_handle.h"

#include "core/io/driver.h"
#include "core/io/windows/overlapped.h"

namespace rota::net {
namespace {

using io::Overlapped;

Result<task::Header*> start(const scheduler::Services& services, intptr_t handle, Overlapped::Kind kind,
                            uint64_t offset, void* buffer, uint32_t len, size_t* count) {
  Overlapped* operation = Overlapped::start(services.io.poller(), services.home, reinterpret_cast<HANDLE>(handle), kind,
                                            offset, buffer, len, count);
  if (operation == nullptr) return Status::kNoMemory;
  return static_cast<task::Header*>(operation);
}

}  // namespace

Result<HostHandle*> HostHandle::create(const scheduler::Services& services, intptr_t handle) {
  const Status status = services.io.poller().associate(reinterpret_cast<HANDLE>(handle));
  if (!ok(status)) return status;
  auto* made = services.arena.make<HostHandle>(services, handle);
  if (made == nullptr) return Status::kNoMemory;
  return made;
}

Result<task::Header*> HostHandle::read(uint64_t offset, void* buffer, uint32_t len, size_t* count) {
  return start(services_, handle_, Overlapped::Kind::kRead, offset, buffer, len, count);
}

Result<task::Header*> HostHandle::write(uint64_t offset, const void* buffer, uint32_t len, size_t* count) {
  return start(services_, handle_, Overlapped::Kind::kWrite, offset, const_cast<void*>(buffer), len, count);
}

Result<task::Header*> HostHandle::accept() {
  return start(services_, handle_, Overlapped::Kind::kConnectPipe, 0, nullptr, 0, nullptr);
}

}  // namespace rota::net
