// SPDX-License-Identifier: MIT
//
// The command line.
#ifndef EXAMPLES_TOUR_ARGS_H_
#define EXAMPLES_TOUR_ARGS_H_

#include <cstdint>
#include <stdexcept>
#include <string>

namespace tour {

struct Args {
  uint32_t requests = 500;
  uint32_t workers = 2;
  uint32_t delay_ms = 1000;
  std::string url;  // empty: the tour's own server
  std::string svg;  // empty: no timeline
  bool json = false;
  bool help = false;
  bool serve = false;  // not in the help: this process is the server (server_process.h)
};

// Its message is one line for people.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws UsageError.
Args parse_args(int argc, char** argv);

extern const char kHelp[];

}  // namespace tour

#endif  // EXAMPLES_TOUR_ARGS_H_
