// SPDX-License-Identifier: MIT
#include "examples/tour/unix/own_path.h"

namespace tour {

std::string own_path() { return "/proc/self/exe"; }

}  // namespace tour
