// SPDX-License-Identifier: MIT
//
// A full descriptor table, which Unix can limit and Windows cannot.
#include <sys/resource.h>
#include <unistd.h>

#include "tests/integration/tcp_support.h"

using namespace rota_test;

TEST_CASE("accept waits out a full descriptor table") {
  Runtime runtime(1);
  Socket listener = listen(runtime);
  Socket client;
  REQUIRE(connect(runtime, "127.0.0.1", port_of(listener), client) == ROTA_OK);
  rlimit before;
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  // Not one descriptor more than there are.
  const int lowest_free = dup(0);
  close(lowest_free);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowest_free);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  rota_socket* accepted = nullptr;
  rota_task* raw = nullptr;
  REQUIRE(rota_tcp_accept(listener, &accepted, &raw) == ROTA_OK);
  Task task(raw);
  rota_metrics metrics{};
  do {  // until it has tried in vain, and set its timer
    REQUIRE(rota_metrics_read(runtime, &metrics, sizeof metrics) == ROTA_OK);
  } while (metrics.timers == 0);
  CHECK(task.status() == ROTA_PENDING);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(task.wait() == ROTA_OK);
  Socket server(accepted);
  CHECK(send(client, "still there") == ROTA_OK);
  CHECK(receive_exactly(server, 11) == "still there");
}
