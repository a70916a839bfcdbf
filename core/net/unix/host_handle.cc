// SPDX-License-Identifier: MIT
#include "core/net/host_handle.h"

namespace rota::net {

Result<HostHandle*> HostHandle::create(const scheduler::Services&, intptr_t) { return Status::kNotSupported; }
Result<task::Header*> HostHandle::read(uint64_t, void*, uint32_t, size_t*) { return Status::kNotSupported; }
Result<task::Header*> HostHandle::write(uint64_t, const void*, uint32_t, size_t*) { return Status::kNotSupported; }
Result<task::Header*> HostHandle::accept() { return Status::kNotSupported; }

}  // namespace rota::net
