// SPDX-License-Identifier: MIT
//
// The little that the tour asks of the system itself. The systems' sides: unix/system.cc, windows/system.cc.
#ifndef EXAMPLES_TOUR_SYSTEM_H_
#define EXAMPLES_TOUR_SYSTEM_H_

#include <cstdint>

namespace tour {

// A peer that closes early is an error of that request, not the end of the program.
void ignore_broken_pipes();

// Raises this process's limit of open descriptors as far as it goes and returns it.
uint64_t raise_descriptor_limit();

// Whether standard error is a terminal, on which a line can be painted over.
bool on_terminal();

}  // namespace tour

#endif  // EXAMPLES_TOUR_SYSTEM_H_
