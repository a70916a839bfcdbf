// SPDX-License-Identifier: MIT
#include "core/io/bsd/kqueue_readiness.h"
#include "core/net/os_socket.h"
#include "core/platform/bsd/kqueue_system.h"

namespace rota::net::os {

Status readiness(Handle descriptor, bool read, bool write, uint32_t& ready) {
  return io::kqueue_readiness<platform::KqueueSystem>(descriptor, read, write, ready);
}

}  // namespace rota::net::os
