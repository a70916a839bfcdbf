// SPDX-License-Identifier: MIT
#include <poll.h>

#include "core/io/ready.h"
#include "core/net/os_socket.h"
#include "core/net/unix/repeat.h"
#include "core/platform/os_error.h"

namespace rota::net::os {

Status readiness(Handle descriptor, bool read, bool write, uint32_t& ready) {
  ready = 0;
  pollfd look{.fd = static_cast<int>(descriptor), .events = POLLRDHUP, .revents = 0};
  if (read) look.events |= POLLIN;
  if (write) look.events |= POLLOUT;
  if (repeat([&] { return ::poll(&look, 1, 0); }) < 0) return platform::last_os_error();
  if ((look.revents & POLLNVAL) != 0) return Status::kBadDescriptor;
  if ((look.revents & POLLIN) != 0) ready |= io::kReadable;
  if ((look.revents & POLLOUT) != 0) ready |= io::kWritable;
  if ((look.revents & POLLRDHUP) != 0) ready |= (read ? io::kReadable : 0) | io::kReadClosed;
  // Whoever tries is told at once: that is readiness for both.
  if ((look.revents & POLLHUP) != 0) ready |= io::kReadable | io::kWritable | io::kReadClosed;
  if ((look.revents & POLLERR) != 0) ready |= io::kReadable | io::kWritable | io::kError;
  return Status::kOk;
}

}  // namespace rota::net::os
