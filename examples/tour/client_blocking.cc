// SPDX-License-Identifier: MIT
#include "examples/tour/client_blocking.h"

#include "examples/tour/easy.h"

namespace tour {

void get_blocking(const Job& job, Request& request) {
  begin(request);
  EasyPtr easy = make_easy(job);
  CURLcode code = curl_easy_perform(easy.get());
  finish(job, request, easy.get(), code);
}

Future blocking_request(const Job& job, Request& request) {
  return [&job, &request](rota_context*) {
    get_blocking(job, request);
    return ROTA_OK;
  };
}

}  // namespace tour
