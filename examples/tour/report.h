// SPDX-License-Identifier: MIT
//
// The results as text for people and as JSON for programs.
#ifndef EXAMPLES_TOUR_REPORT_H_
#define EXAMPLES_TOUR_REPORT_H_

#include <string>
#include <vector>

#include "examples/tour/experiment.h"
#include "examples/tour/target.h"

namespace tour {

// What is run against what, and the head of the table.
std::string text_head(const Target& target, size_t experiments);
// A row of the table, what it teaches, and what was wrong.
std::string text_row(const Result& result);
// The verdict.
std::string text_foot(const std::vector<Result>& results);

std::string json(const std::vector<Result>& results);

}  // namespace tour

#endif  // EXAMPLES_TOUR_REPORT_H_
