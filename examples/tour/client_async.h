// SPDX-License-Identifier: MIT
//
// The asynchronous client: libcurl's multi interface driven by rota. This is how a library with an event loop of its
// own plugs in: it says which sockets and which timeout it waits for, rota_fd_* and rota_timer_* wait for them, and
// curl_multi_socket_action is told what happened. No thread waits for an answer, so one carries many requests.
#ifndef EXAMPLES_TOUR_CLIENT_ASYNC_H_
#define EXAMPLES_TOUR_CLIENT_ASYNC_H_

#include <cstddef>
#include <span>

#include "examples/tour/request.h"

namespace tour {

// Most requests to give to one future. Its poll looks at each of its sockets, and a poll may do 128 operations before
// it has to let others run: this many sockets can be looked at twice. It also makes enough tasks for every worker.
inline constexpr size_t kAsyncGroup = 60;

// A future of these requests, all in flight together. `job` and `requests` are borrowed until it is ready; it always
// gets ready with ROTA_OK, the errors are in the requests.
Future async_requests(rota_runtime* runtime, const Job& job, std::span<Request> requests);

}  // namespace tour

#endif  // EXAMPLES_TOUR_CLIENT_ASYNC_H_
