// SPDX-License-Identifier: MIT
#include "examples/tour/system.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace tour {

void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

uint64_t raise_descriptor_limit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    throw std::system_error(errno, std::generic_category(), "asking for the limit of descriptors");
  }
  rlimit raised = {limit.rlim_max, limit.rlim_max};
  // Refused (some systems have limits beside this one): then it stays as it is.
  return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

bool on_terminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace tour
