// SPDX-License-Identifier: MIT
//
// Which thread is this? A lane is what the tour calls a thread in its tables and colours: the main thread, a worker, or
// a thread of the blocking pool. The engine tells through its thread hooks.
#ifndef EXAMPLES_TOUR_LANE_H_
#define EXAMPLES_TOUR_LANE_H_

#include <compare>
#include <cstdint>

#include "examples/tour/rota_ptr.h"

namespace tour {

struct Lane {
  enum Kind : uint8_t { kMain, kWorker, kBlocking };
  Kind kind = kMain;
  uint32_t index = 0;

  auto operator<=>(const Lane&) const = default;
};

// The lane of the calling thread.
Lane current_lane();

// A runtime whose threads know their lanes.
RuntimePtr make_runtime(uint32_t workers);

}  // namespace tour

#endif  // EXAMPLES_TOUR_LANE_H_
