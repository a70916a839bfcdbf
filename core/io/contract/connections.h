// SPDX-License-Identifier: MIT
//
// The poller contract: connections that come about, or do not.
#pragma once

#include <thread>

#include "core/io/contract/support.h"

namespace rota::io::contract {

// Connects and waits for it: the outcome.
template <class Backend>
Status connect_through(Opened<Backend>& opened, os::Handle socket, const net::Address& address) {
  const Status begun = os::connect(socket, address);
  if (!ok(begun) && begun != Status::kPending) return begun;
  if (const Status status = opened.add(socket, 5); !ok(status)) return status;
  for (;;) {
    (void)opened.await(5, kWritable);
    const Status status = os::connected(socket);
    if (status != Status::kPending) return status;
    opened.used_up(socket, Direction::kWrite);
  }
}

TEST_CASE_TEMPLATE_DEFINE("a connection that comes about is writable", Backend, poller_connect) {
  Opened<Backend> opened;
  Listener listener;
  const os::Handle socket = open_socket();
  CHECK(ok(connect_through(opened, socket, listener.address())));
  const os::Handle accepted = listener.accept();
  Pair::send(socket);
  REQUIRE(ok(opened.add(accepted, 6)));
  (void)opened.await(6, kReadable);
  abort_socket(socket);
  abort_socket(accepted);
}

TEST_CASE_TEMPLATE_DEFINE("a connection that is refused is ready, and says why when asked", Backend, poller_refused) {
  Opened<Backend> opened;
  net::Address nobody;
  {
    Listener listener;
    nobody = listener.address();
  }
  for (int round = 0; round < 20; ++round) {
    const os::Handle socket = open_socket();
    CHECK(connect_through(opened, socket, nobody) == Status::kConnectionRefused);
    opened.del(socket);
    os::close(socket);
  }
}

TEST_CASE_TEMPLATE_DEFINE("a listener is readable for every wave of connections", Backend, poller_accept_storm) {
  constexpr int kWave = 100, kWaves = 5;
  Opened<Backend> opened;
  Listener listener;
  REQUIRE(ok(opened.add(listener.handle(), 1)));
  std::vector<os::Handle> connecting, accepted;
  const auto accept_all = [&] {
    for (;;) {
      Result<os::Handle> got = os::accept(listener.handle());
      if (!got.ok()) {
        REQUIRE(got.status() == Status::kAgain);
        break;
      }
      accepted.push_back(got.value());
    }
    opened.used_up(listener.handle(), Direction::kRead);
  };
  accept_all();
  for (int wave = 1; wave <= kWaves; ++wave) {
    std::thread storm([&] {
      for (int i = 0; i < kWave; ++i) {
        connecting.push_back(open_socket());
        const Status status = os::connect(connecting.back(), listener.address());
        REQUIRE((ok(status) || status == Status::kPending));
      }
    });
    while (accepted.size() < static_cast<size_t>(kWave) * static_cast<size_t>(wave)) {
      (void)opened.await(1, kReadable);
      accept_all();
    }
    storm.join();
  }
  CHECK(accepted.size() == size_t{kWave} * kWaves);
  for (const os::Handle socket : connecting) abort_socket(socket);
  for (const os::Handle socket : accepted) abort_socket(socket);
}

}  // namespace rota::io::contract
