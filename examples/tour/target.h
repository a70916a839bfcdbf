// SPDX-License-Identifier: MIT
//
// The server that is asked: the tour's own, which answers after any delay and counts, or somebody else's, of which is
// known only what can be measured from here.
#ifndef EXAMPLES_TOUR_TARGET_H_
#define EXAMPLES_TOUR_TARGET_H_

#include <cstdint>
#include <memory>
#include <string>

#include "examples/tour/request.h"
#include "examples/tour/server_process.h"

namespace tour {

class Target {
 public:
  // Starts a server when `url` is empty; asks `url` twice otherwise. Throws std::runtime_error, with one line for
  // people, when there is no server to talk to.
  Target(const std::string& url, uint32_t delay_ms);

  bool ours() const { return own_ != nullptr; }
  const std::string& base() const { return base_; }

  // How long an answer takes: as asked for, or, of somebody else's server, as measured.
  double delay_ms() const { return delay_ms_; }
  // Whether that is long enough to tell one after the other from at the same time.
  bool slow_enough_to_judge() const { return ours() || delay_ms_ >= 50; }

  // A request that our server answers after `delay_ms`; somebody else's does as it pleases.
  Job job(double delay_ms) const;

  // Most requests in flight since the last call, as the server saw it. Ours only.
  uint32_t take_max_in_flight() const;

 private:
  std::unique_ptr<ServerProcess> own_;
  std::string base_;
  double delay_ms_;
};

}  // namespace tour

#endif  // EXAMPLES_TOUR_TARGET_H_
