// SPDX-License-Identifier: MIT
#include "core/platform/bsd/kqueue_system.h"

#include <fcntl.h>
#include <unistd.h>

namespace rota::platform {

int KqueueSystem::open_queue() {
  const int kq = ::kqueue();
  if (kq >= 0) (void)::fcntl(kq, F_SETFD, FD_CLOEXEC);
  return kq;
}

void KqueueSystem::close_queue(int kq) { ::close(kq); }

}  // namespace rota::platform
