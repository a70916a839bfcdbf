// SPDX-License-Identifier: MIT
#include "examples/tour/target.h"

#include <algorithm>
#include <stdexcept>

#include "examples/tour/easy.h"

namespace tour {
namespace {

// What an answer may take beyond its delay before the server counts as silent.
constexpr long kPatienceMs = 10'000;

double timed_fetch(const Job& job) {
  uint64_t began = now_ns();
  fetch(job);
  return static_cast<double>(now_ns() - began) / 1e6;
}

}  // namespace

Target::Target(const std::string& url, uint32_t delay_ms) : base_(url), delay_ms_(delay_ms) {
  if (url.empty()) {
    own_ = std::make_unique<ServerProcess>();
    base_ = "http://127.0.0.1:" + std::to_string(own_->port());
    take_max_in_flight();
    return;
  }
  Job probe = job(0);
  try {
    // Twice, because what happens once only (a name looked up) and what happens by chance can only add to it.
    delay_ms_ = std::min(timed_fetch(probe), timed_fetch(probe));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string("the server cannot be used: ") + error.what());
  }
}

Job Target::job(double delay_ms) const {
  Job job;
  job.direct = ours();
  job.url = ours() ? base_ + "/delay/" + std::to_string(static_cast<uint32_t>(delay_ms)) : base_;
  job.timeout_ms = kPatienceMs + static_cast<long>(5 * delay_ms);
  return job;
}

uint32_t Target::take_max_in_flight() const {
  Job stats;
  stats.url = base_ + "/stats?reset";
  stats.timeout_ms = kPatienceMs;
  return static_cast<uint32_t>(std::stoul(fetch(stats)));
}

}  // namespace tour
