// SPDX-License-Identifier: MIT
//
// Descriptors: hundreds of connections need more than the usual soft limit of 1024.
#ifndef EXAMPLES_TOUR_LIMITS_H_
#define EXAMPLES_TOUR_LIMITS_H_

#include <cstdint>

namespace tour {

// How many the tour needs for `requests` in the large experiments.
uint64_t descriptors_needed(uint32_t requests);

}  // namespace tour

#endif  // EXAMPLES_TOUR_LIMITS_H_
