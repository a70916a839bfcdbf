// SPDX-License-Identifier: MIT
#include "core/net/host_fd.h"

#include "core/net/os_socket.h"

namespace rota::net {

Result<HostFd*> HostFd::create(const scheduler::Services& services, intptr_t descriptor) {
  Result<io::Registration*> registration = services.io.add(descriptor);
  if (!registration.ok()) return registration.status();
  auto* fd = services.arena.make<HostFd>(services, descriptor, *registration.value());
  if (fd != nullptr) return fd;
  services.io.remove(*registration.value());
  return Status::kNoMemory;
}

Status HostFd::poll(task::Context& context, uint32_t interest, uint32_t& ready) {
  ready = 0;
  if (!context.spend()) return Status::kPending;
  const bool read = (interest & io::kReadable) != 0;
  const bool write = (interest & io::kWritable) != 0;
  for (;;) {
    io::Registration::Seen seen;
    if (const Status status = registration_.look(seen); !ok(status)) return status;
    uint32_t now = 0;
    if (const Status status = net::os::readiness(descriptor_, read, write, now); !ok(status)) return status;
    // Deregistered meanwhile, the number may be another file's by now.
    io::Registration::Seen still;
    if (const Status status = registration_.look(still); !ok(status)) return status;
    if ((now & interest) != 0) {
      ready = now & (interest | io::kReadClosed | io::kError);
      return Status::kOk;
    }
    if (read) registration_.forget(io::Direction::kRead, seen);
    if (write) registration_.forget(io::Direction::kWrite, seen);
    if (const Status status = wait(context, interest); !ok(status)) return context.spent(status);
  }
}

// kPending: it waits for all of the interest. kOk: an event came in.
Status HostFd::wait(task::Context& context, uint32_t interest) {
  io::Registration::Seen seen;
  if ((interest & io::kReadable) != 0) {
    const Status status = registration_.poll_ready(io::Direction::kRead, context, seen);
    if (status != Status::kPending) return status;
  }
  return (interest & io::kWritable) != 0 ? registration_.poll_ready(io::Direction::kWrite, context, seen)
                                         : Status::kPending;
}

void HostFd::last_reference() {
  (void)deregister();
  services_.io.release(registration_);
  services_.arena.destroy(this);
}

}  // namespace rota::net
