// SPDX-License-Identifier: MIT
#include "examples/tour/progress.h"

#include <cstdio>
#include <utility>

#include "examples/tour/request.h"
#include "examples/tour/system.h"

namespace tour {
namespace {

constexpr uint64_t kRepaintNs = 50'000'000;

}  // namespace

Progress::Progress() : on_terminal_(on_terminal()) {}

void Progress::begin(std::string label, size_t total) {
  label_ = std::move(label);
  total_ = total;
  done_ = 0;
  painted_ns_ = now_ns();
  if (on_terminal_) paint(0);
}

void Progress::one_done() {
  if (!on_terminal_) return;
  size_t done = ++done_;
  // Hundreds may end in the same moment; whoever claims the next repaint does it for all.
  uint64_t now = now_ns();
  uint64_t painted = painted_ns_;
  if (now - painted < kRepaintNs || !painted_ns_.compare_exchange_strong(painted, now)) return;
  paint(done);
}

void Progress::clear() {
  if (on_terminal_ && total_ != 0) std::fputs("\r\033[K", stderr);
  total_ = 0;
}

void Progress::paint(size_t done) const {
  std::fprintf(stderr, "\r\033[K%s: %zu of %zu answered", label_.c_str(), done, total_);
  std::fflush(stderr);
}

}  // namespace tour
