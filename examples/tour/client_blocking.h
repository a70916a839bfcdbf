// SPDX-License-Identifier: MIT
//
// The blocking client: curl_easy_perform. Whichever thread calls it can do nothing else until the answer is there.
#ifndef EXAMPLES_TOUR_CLIENT_BLOCKING_H_
#define EXAMPLES_TOUR_CLIENT_BLOCKING_H_

#include "examples/tour/request.h"

namespace tour {

// Carries the request to its end on this thread. `job` and `request` are borrowed for the call.
void get_blocking(const Job& job, Request& request);

// The same as a future, for what it is worth: ready after its first poll, which blocks. `job` and `request` are
// borrowed until then.
Future blocking_request(const Job& job, Request& request);

}  // namespace tour

#endif  // EXAMPLES_TOUR_CLIENT_BLOCKING_H_
