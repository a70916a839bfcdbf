// SPDX-License-Identifier: MIT
//
// The timeline: a panel for each experiment, in it a row for each request, coloured by the thread that carried it.
#ifndef EXAMPLES_TOUR_TIMELINE_SVG_H_
#define EXAMPLES_TOUR_TIMELINE_SVG_H_

#include <ostream>
#include <vector>

#include "examples/tour/experiment.h"

namespace tour {

// Each request is a <rect class="r">, and nothing else is of that class.
void write_timeline(std::ostream& out, const std::vector<Result>& results);

}  // namespace tour

#endif  // EXAMPLES_TOUR_TIMELINE_SVG_H_
