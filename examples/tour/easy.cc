// SPDX-License-Identifier: MIT
#include "examples/tour/easy.h"

#include <new>
#include <stdexcept>

#include "examples/tour/progress.h"

namespace tour {
namespace {

constexpr long kConnectTimeoutMs = 3000;

size_t discard(char*, size_t size, size_t count, void*) { return size * count; }

size_t append(char* data, size_t size, size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

// Empty when the server answered, and not with an error.
std::string describe_failure(CURL* easy, CURLcode code) {
  if (code != CURLE_OK) return curl_easy_strerror(code);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status >= 200 && status < 400 ? std::string() : "HTTP status " + std::to_string(status);
}

}  // namespace

EasyPtr make_easy(const Job& job) {
  EasyPtr easy(curl_easy_init());
  if (!easy) throw std::bad_alloc();
  curl_easy_setopt(easy.get(), CURLOPT_URL, job.url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy.get(), CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, job.timeout_ms);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, discard);
  if (job.direct) curl_easy_setopt(easy.get(), CURLOPT_NOPROXY, "*");
  return easy;
}

void begin(Request& request) {
  request.began_on = current_lane();
  request.began_ns = now_ns();
}

void finish(const Job& job, Request& request, CURL* easy, CURLcode code) {
  request.ended_ns = now_ns();
  request.ended_on = current_lane();
  request.error = describe_failure(easy, code);
  if (job.progress != nullptr) job.progress->one_done();
}

std::string fetch(const Job& job) {
  std::string body;
  EasyPtr easy = make_easy(job);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &body);
  std::string failure = describe_failure(easy.get(), curl_easy_perform(easy.get()));
  if (!failure.empty()) throw std::runtime_error(job.url + ": " + failure);
  return body;
}

}  // namespace tour
