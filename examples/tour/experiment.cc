// SPDX-License-Identifier: MIT
#include "examples/tour/experiment.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

namespace tour {
namespace {

// A busy machine is late by so much without being wrong. Order is told apart by who was in flight when, not by this.
constexpr double kLatenessMs = 400;
// The pace of somebody else's server was measured once and varies.
constexpr double kForeignLow = 0.7;
constexpr double kForeignLatenessMs = 1500;

std::string number(const char* format, double value) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string count_text(Range range) {
  if (range.low == range.high) return std::to_string(range.low);
  if (range.low <= 1) return "at most " + std::to_string(range.high);
  return std::to_string(range.low) + " to " + std::to_string(range.high);
}

void judge_time(Result& result, bool own_server) {
  const Expectation& expected = result.experiment.expected;
  double wanted = expected.multiple * result.experiment.delay_ms;
  // Our server never answers early, so neither can the whole be; what is left is the rounding of clocks.
  double low = wanted * (own_server ? 0.995 : kForeignLow);
  double high = wanted * (1 + expected.slack) + (own_server ? kLatenessMs : kForeignLatenessMs);
  if (result.wall_ms >= low && result.wall_ms <= high) return;
  result.complaints.push_back("it took " + number("%.2fx", result.multiple()) + " the delay, not " +
                              number("%.2f", low / result.experiment.delay_ms) + " to " +
                              number("%.2fx", high / result.experiment.delay_ms));
}

void judge_count(Result& result, const char* what, uint32_t value, Range expected) {
  if (expected.contains(value)) return;
  result.complaints.push_back(std::string(what) + ": " + std::to_string(value) + ", not " + count_text(expected));
}

}  // namespace

std::string describe(const Expectation& expected) {
  if (!expected.judged) return "no errors";
  bool one = expected.threads.high == 1;
  return number("%gx", expected.multiple) + ", " + count_text(expected.in_flight) + " in flight, " +
         count_text(expected.threads) + (one ? " thread" : " threads");
}

void judge(Result& result, bool own_server) {
  std::set<Lane> lanes;
  size_t unanswered = 0;
  std::string first_error;
  for (const Request& request : result.requests) {
    if (request.ended_ns == 0) {
      ++unanswered;
      continue;
    }
    lanes.insert(request.began_on);
    lanes.insert(request.ended_on);
    if (request.error.empty()) continue;
    if (result.errors++ == 0) first_error = request.error;
  }
  result.threads = static_cast<uint32_t>(lanes.size());

  if (unanswered != 0) {
    result.errors += static_cast<uint32_t>(unanswered);
    result.complaints.push_back(std::to_string(unanswered) + " requests were never ended");
  }
  if (!first_error.empty()) result.complaints.push_back("requests failed, the first with: " + first_error);
  const Expectation& expected = result.experiment.expected;
  if (!expected.judged) return;
  judge_time(result, own_server);
  judge_count(result, "requests in flight", result.max_in_flight, expected.in_flight);
  judge_count(result, "threads that carried requests", result.threads, expected.threads);
}

uint32_t client_side_max_in_flight(const std::vector<Request>& requests) {
  // At equal times an end (-1) sorts before a beginning (+1): one after the other is not at the same time.
  std::vector<std::pair<uint64_t, int>> events;
  for (const Request& request : requests) {
    if (request.ended_ns == 0) continue;
    events.emplace_back(request.began_ns, 1);
    events.emplace_back(request.ended_ns, -1);
  }
  std::sort(events.begin(), events.end());
  int now = 0;
  int most = 0;
  for (auto [time, change] : events) most = std::max(most, now += change);
  return static_cast<uint32_t>(most);
}

}  // namespace tour
