// SPDX-License-Identifier: MIT
//
// The server as a process of its own, so that its threads and descriptors are not the tour's. It is this same program,
// started again with --serve, and ends when its standard input does: it cannot outlive the tour, however that ends.
#ifndef EXAMPLES_TOUR_SERVER_PROCESS_H_
#define EXAMPLES_TOUR_SERVER_PROCESS_H_

#include <sys/types.h>

#include <cstdint>

namespace tour {

class ServerProcess {
 public:
  // Returns when the server listens. Throws std::runtime_error when it does not come to that.
  ServerProcess();
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  uint16_t port() const { return port_; }

 private:
  void stop();

  pid_t pid_ = -1;
  int lifeline_ = -1;  // the writing end of the server's standard input; nothing is ever written
  uint16_t port_ = 0;
};

}  // namespace tour

#endif  // EXAMPLES_TOUR_SERVER_PROCESS_H_
