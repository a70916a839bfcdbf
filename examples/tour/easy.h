// SPDX-License-Identifier: MIT
//
// What both clients share: a libcurl easy handle set up for one request, and the book-keeping around it.
#ifndef EXAMPLES_TOUR_EASY_H_
#define EXAMPLES_TOUR_EASY_H_

#include <curl/curl.h>

#include <memory>
#include <string>

#include "examples/tour/request.h"

namespace tour {

struct EasyCleanup {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
using EasyPtr = std::unique_ptr<CURL, EasyCleanup>;

// A request of its own connection: HTTP/1.1, nothing reused, nothing multiplexed. The body is thrown away.
EasyPtr make_easy(const Job& job);

// Notes that this thread takes up the request.
void begin(Request& request);

// Notes how it ended. `easy` may be NULL when it did not even start.
void finish(const Job& job, Request& request, CURL* easy, CURLcode code);

// Fetches a page on this thread. Throws std::runtime_error with one line for people.
std::string fetch(const Job& job);

}  // namespace tour

#endif  // EXAMPLES_TOUR_EASY_H_
