// SPDX-License-Identifier: MIT
//
// The other side of the tour: an HTTP server built on rota that takes its time.
//
//   GET /delay/MS      answers after MS milliseconds
//   GET /stats         the most /delay requests it ever had in flight, as a number
//   GET /stats?reset   the same, and starts to count again
//
// A request is in flight from when its head has been read until its delay has passed, just before the answer is sent.
// So two requests that a client makes one after the other are never counted as two at once.
#ifndef EXAMPLES_TOUR_SERVER_H_
#define EXAMPLES_TOUR_SERVER_H_

namespace tour {

// Serves on a free loopback port, which it prints as a line on standard output, until standard input ends. Returns the
// exit status of the process.
int serve();

}  // namespace tour

#endif  // EXAMPLES_TOUR_SERVER_H_
