// SPDX-License-Identifier: MIT
#include "examples/tour/unix/own_path.h"

#include <mach-o/dyld.h>

#include <stdexcept>

namespace tour {

std::string own_path() {
  uint32_t size = 0;
  _NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  if (_NSGetExecutablePath(path.data(), &size) != 0) throw std::runtime_error("cannot tell where this program is");
  return path.c_str();
}

}  // namespace tour
