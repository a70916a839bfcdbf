// SPDX-License-Identifier: MIT
//
// An experiment: some requests, a way to make them, what is expected of it, and what came out.
#ifndef EXAMPLES_TOUR_EXPERIMENT_H_
#define EXAMPLES_TOUR_EXPERIMENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "examples/tour/request.h"

namespace tour {

// What a body works with.
struct Stage {
  rota_runtime* runtime;
  const Job& job;
  std::vector<Request>& requests;
};

struct Range {
  uint32_t low;
  uint32_t high;
  bool contains(uint32_t value) const { return value >= low && value <= high; }
};

struct Expectation {
  bool judged = true;  // false: only completion and errors are, because the server answers too soon to tell more
  double multiple;     // of the delay: how long all of it takes. Never less; how much more, the judge knows
  double slack;        // how much more it may be, as a part of `multiple`
  Range threads;
  Range in_flight;
};

struct Experiment {
  const char* id;
  const char* lesson;  // one sentence
  size_t requests;
  uint32_t workers;
  double delay_ms;
  Expectation expected;
  std::function<void(const Stage&)> body;  // returns when all requests have ended
};

struct Result {
  Experiment experiment;
  std::vector<Request> requests;
  uint64_t began_ns = 0;
  double wall_ms = 0;
  uint32_t threads = 0;
  uint32_t max_in_flight = 0;  // as the server saw it, or, when that is somebody else's, as the clients did
  uint32_t errors = 0;
  std::vector<std::string> complaints;  // what was not as expected

  bool ok() const { return complaints.empty(); }
  double multiple() const { return wall_ms / experiment.delay_ms; }
};

// "1x, 2 in flight, 1 thread"
std::string describe(const Expectation& expected);

// Fills in `threads`, `errors` and `complaints` from what was measured. `own_server`: its delays are exact.
void judge(Result& result, bool own_server);

// Most of the requests that were between their beginning and their end at the same time.
uint32_t client_side_max_in_flight(const std::vector<Request>& requests);

}  // namespace tour

#endif  // EXAMPLES_TOUR_EXPERIMENT_H_
