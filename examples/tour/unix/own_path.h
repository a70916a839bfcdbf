// SPDX-License-Identifier: MIT
//
// Where this program lies: linux/own_path.cc and so on.
#ifndef EXAMPLES_TOUR_UNIX_OWN_PATH_H_
#define EXAMPLES_TOUR_UNIX_OWN_PATH_H_

#include <string>

namespace tour {

std::string own_path();

}  // namespace tour

#endif  // EXAMPLES_TOUR_UNIX_OWN_PATH_H_
