// SPDX-License-Identifier: MIT
//
// HostHandle: a handle of the host's that has no readiness, whose operations the system carries out itself: a named
// pipe or file of Windows, opened for overlapped use. Other systems have no such handles (kNotSupported): there it is a
// descriptor (HostFd), or a file, for which the blocking pool is.
//
// Thread safety: any thread. Lifetime: counted. The host closes the handle when its operations are complete.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/counted.h"
#include "core/base/result.h"
#include "core/scheduler/services.h"
#include "core/task/header.h"

namespace rota::net {

class HostHandle final : public base::Counted<HostHandle> {
 public:
  static constexpr uint32_t kTag = 0x686e646c;

  // kBadDescriptor; kInvalid: not opened for overlapped use, or registered with another runtime; kNotSupported.
  static Result<HostHandle*> create(const scheduler::Services& services, intptr_t handle);
  HostHandle(const scheduler::Services& services, intptr_t handle) : services_(services), handle_(handle) {}

  // Each starts an operation, whose reference is the caller's. Buffers and `*count` are borrowed until it is complete.
  // kNoMemory.
  Result<task::Header*> read(uint64_t offset, void* buffer, uint32_t len, size_t* count);
  Result<task::Header*> write(uint64_t offset, const void* buffer, uint32_t len, size_t* count);
  // Complete when a client has opened the other end of a named pipe.
  Result<task::Header*> accept();

  const scheduler::Services& services() const { return services_; }
  void last_reference() { services_.arena.destroy(this); }

 private:
  const scheduler::Services& services_;
  [[maybe_unused]] const intptr_t handle_;  // where there are any
};

}  // namespace rota::net
