// SPDX-License-Identifier: MIT
//
// The experiments of the tour, in the order in which they explain one another.
#ifndef EXAMPLES_TOUR_EXPERIMENTS_H_
#define EXAMPLES_TOUR_EXPERIMENTS_H_

#include <vector>

#include "examples/tour/args.h"
#include "examples/tour/experiment.h"
#include "examples/tour/progress.h"
#include "examples/tour/target.h"

namespace tour {

std::vector<Experiment> make_experiments(const Args& args, const Target& target);

// Runs it on a runtime of its own, and judges. `label` is what the progress line says.
Result run(const Experiment& experiment, const Target& target, Progress& progress, const std::string& label);

}  // namespace tour

#endif  // EXAMPLES_TOUR_EXPERIMENTS_H_
