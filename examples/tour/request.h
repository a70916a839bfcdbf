// SPDX-License-Identifier: MIT
//
// One HTTP request of an experiment: what to ask for, and what became of it.
#ifndef EXAMPLES_TOUR_REQUEST_H_
#define EXAMPLES_TOUR_REQUEST_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "examples/tour/lane.h"

namespace tour {

class Progress;

inline uint64_t now_ns() {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

// What all requests of an experiment have in common. Constant while it runs.
struct Job {
  std::string url;
  bool direct = true;       // no proxy from the environment
  long timeout_ms = 30000;  // for a whole request, so that a silent server is reported and not hung on
  Progress* progress = nullptr;
};

// Written by whichever thread carries the request; read when its task is complete.
struct Request {
  uint64_t queued_ns = 0;  // handed to the engine
  uint64_t began_ns = 0;   // a thread took it up
  uint64_t ended_ns = 0;   // answered, or failed
  Lane began_on;
  Lane ended_on;
  std::string error;  // empty: answered with success
};

}  // namespace tour

#endif  // EXAMPLES_TOUR_REQUEST_H_
