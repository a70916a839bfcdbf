// SPDX-License-Identifier: MIT
#include "examples/tour/unix/own_path.h"

#include <sys/types.h>
// After its types.
#include <sys/sysctl.h>

#include <cerrno>
#include <system_error>

namespace tour {

std::string own_path() {
  const int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};
  char path[1024];
  size_t size = sizeof path;
  if (sysctl(name, 4, path, &size, nullptr, 0) != 0) {
    throw std::system_error(errno, std::generic_category(), "asking where this program is");
  }
  return path;
}

}  // namespace tour
