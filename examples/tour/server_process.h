// SPDX-License-Identifier: MIT
//
// The server as a process of its own, so that its threads and descriptors are not the tour's. It is this same program,
// started again with --serve, and ends when its standard input does: it cannot outlive the tour, however that ends.
#ifndef EXAMPLES_TOUR_SERVER_PROCESS_H_
#define EXAMPLES_TOUR_SERVER_PROCESS_H_

#include <cstdint>

#include "examples/tour/child.h"

namespace tour {

class ServerProcess {
 public:
  // Returns when the server listens. Throws std::runtime_error when it does not come to that.
  ServerProcess();

  uint16_t port() const { return port_; }

 private:
  Child child_;
  uint16_t port_ = 0;
};

}  // namespace tour

#endif  // EXAMPLES_TOUR_SERVER_PROCESS_H_
