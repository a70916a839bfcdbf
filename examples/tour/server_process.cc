// SPDX-License-Identifier: MIT
#include "examples/tour/server_process.h"

#include <charconv>
#include <stdexcept>
#include <string>

namespace tour {

ServerProcess::ServerProcess() : child_("--serve") {
  std::string line = child_.read_line();
  auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), port_);
  if (error != std::errc() || end != line.data() + line.size()) {
    throw std::runtime_error("the server process ended before it listened");
  }
}

}  // namespace tour
