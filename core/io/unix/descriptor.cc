// SPDX-License-Identifier: MIT
#include "core/io/unix/descriptor.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/platform/os_error.h"

namespace rota::io {

Status check_has_readiness(intptr_t descriptor) {
  if (descriptor < 0 || descriptor > INT_MAX) return Status::kBadDescriptor;
  struct stat kind{};
  if (::fstat(static_cast<int>(descriptor), &kind) != 0) return platform::last_os_error();
  const bool always = S_ISREG(kind.st_mode) || S_ISDIR(kind.st_mode) || S_ISBLK(kind.st_mode);
  return always ? Status::kNotSupported : Status::kOk;
}

Status open_pipe(int (&ends)[2]) {
  if (::pipe(ends) != 0) return platform::last_os_error();
  for (const int end : ends) {
    if (::fcntl(end, F_SETFD, FD_CLOEXEC) == 0 && ::fcntl(end, F_SETFL, O_NONBLOCK) == 0) continue;
    const Status status = platform::last_os_error();
    close_descriptor(ends[0]);
    close_descriptor(ends[1]);
    return status;
  }
  return Status::kOk;
}

void close_descriptor(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

}  // namespace rota::io
