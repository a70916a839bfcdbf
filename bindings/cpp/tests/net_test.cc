// SPDX-License-Identifier: MIT
//
// rota::tcp_stream, rota::tcp_listener and rota::fd.
#include <rota/rota.hpp>

#include "doctest/doctest.h"
#include "tests/support/socket.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

rota::runtime two_workers() { return rota::runtime(rota::runtime_options().workers(2)); }

constexpr const char* kLocal = "127.0.0.1";

rota::task<std::string> read_to_end(rota::tcp_stream from) {
  std::string all;
  std::array<std::byte, 4096> part;
  for (;;) {
    const std::size_t count = (co_await from.read(part)).value();
    if (count == 0) co_return all;
    all.append(reinterpret_cast<const char*>(part.data()), count);
  }
}

rota::task<> echo(rota::tcp_stream peer) {
  std::array<char, 1000> part;
  for (;;) {
    const std::size_t count = (co_await peer.read(part.data(), part.size())).value();
    if (count == 0) break;
    (co_await peer.write_all(part.data(), count)).value();
  }
  CHECK(peer.shutdown() == ROTA_OK);
}

TEST_CASE("tcp echo: a large message comes back whole, to several clients at once") {
  rota::runtime rt = two_workers();
  auto listener = rota::tcp_listener::listen(rt, kLocal, 0).value();
  const uint16_t port = listener.local_port();
  REQUIRE(port != 0);
  constexpr int kClients = 8;
  auto serve = [](rota::tcp_listener from) -> rota::task<> {
    std::vector<rota::task<>> peers;
    for (int i = 0; i < kClients; ++i) peers.push_back(echo((co_await from.accept()).value()));
    co_await rota::join(std::move(peers));
  };
  auto client = [](uint16_t to, int number) -> rota::task<bool> {
    auto stream = (co_await rota::tcp_stream::connect(kLocal, to)).value();
    const std::string message(300'000, static_cast<char>('a' + number));
    auto send = [&]() -> rota::task<> {
      (co_await stream.write_all(message)).value();
      stream.shutdown(ROTA_SHUTDOWN_WRITE);
    };
    auto [sent, answer] = co_await rota::join(send(), read_to_end(stream));
    co_return answer == message;
  };
  auto server = rt.spawn(serve(listener));
  std::vector<rota::join_handle<bool>> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(rt.spawn(client(port, i)));
  for (auto& each : clients) CHECK(each.wait());
  server.wait();
}

TEST_CASE("names, addresses, options, gathered writes") {
  rota::runtime rt = two_workers();
  auto listener = rota::tcp_listener::listen(rt, kLocal, 0).value();
  auto body = [&]() -> rota::task<> {
    auto [client_end, server_end] =
        co_await rota::join(rota::tcp_stream::connect("localhost", listener.local_port()), listener.accept());
    auto client = std::move(client_end).value();
    auto server = std::move(server_end).value();
    CHECK(client.peer_address().value().host == kLocal);
    CHECK(client.peer_address().value().port == listener.local_port());
    CHECK(server.peer_address().value().port == client.local_address().value().port);
    CHECK(client.set_option(ROTA_SOCKET_NODELAY, 0) == ROTA_OK);
    CHECK(client.option(ROTA_SOCKET_NODELAY).value() == 0);
    CHECK(client.native().value() >= 0);
    const std::array<rota_buffer, 2> parts = {rota_buffer{"one ", 4}, rota_buffer{"two", 3}};
    CHECK((co_await client.writev(parts)).value() == 7);
    CHECK((co_await client.write("!")).value() == 1);
    client.shutdown();
    CHECK(co_await read_to_end(server) == "one two!");
  };
  rt.block_on(body());
}

TEST_CASE("failures are results") {
  rota::runtime rt = two_workers();
  CHECK(rota::tcp_listener::listen(rt, "not numeric", 0).status() < 0);
  CHECK(rota::tcp_listener::listen(kLocal, 0).status() == ROTA_EINVAL);  // no current runtime
  uint16_t nobody = 0;
  {
    auto gone = rota::tcp_listener::listen(rt, kLocal, 0).value();
    nobody = gone.local_port();
  }
  CHECK(rt.block_on(rota::tcp_stream::connect(kLocal, nobody)).status() == ROTA_ECONNREFUSED);
}

TEST_CASE("pending reads and accepts can be dropped, and closed under them") {
  rota::runtime rt = two_workers();
  auto listener = rota::tcp_listener::listen(rt, kLocal, 0).value();
  auto body = [&]() -> rota::task<> {
    auto early = co_await rota::select(listener.accept(), rota::yield());
    CHECK(early.index == 1);
    auto [client_end, server_end] =
        co_await rota::join(rota::tcp_stream::connect(kLocal, listener.local_port()), listener.accept());
    auto client = std::move(client_end).value();
    auto server = std::move(server_end).value();
    {
      std::array<std::byte, 16> short_lived;
      auto first = co_await rota::select(client.read(short_lived), rota::sleep(1ms));
      CHECK(first.index == 1);
    }
    auto close_it = [&]() -> rota::task<> {
      co_await rota::yield();
      CHECK(client.close() == ROTA_OK);
      CHECK(client.close() == ROTA_EALREADY);
    };
    std::array<std::byte, 16> buffer;
    auto [end, closed] = co_await rota::join(client.read(buffer), close_it());
    CHECK(end.status() == ROTA_ECLOSED);
    CHECK(co_await read_to_end(server) == "");
  };
  rt.block_on(body());
}

TEST_CASE("connects given up at any moment leave nothing behind") {
  rota::runtime rt = two_workers();
  auto listener = rota::tcp_listener::listen(rt, kLocal, 0).value();
  const uint16_t port = listener.local_port();
  auto body = [&](int i) -> rota::task<> {
    auto pause = [](int rounds) -> rota::task<> {
      for (int r = 0; r < rounds; ++r) co_await rota::yield();
    };
    auto first = co_await rota::select(pause(i % 5), rota::tcp_stream::connect(i % 2 ? "localhost" : kLocal, port));
    CHECK(first.index < 2);
  };
  for (int i = 0; i < 100; ++i) rt.block_on(body(i));
}

TEST_CASE("a stream of the host is ready when there is something to read") {
  rota::runtime rt = two_workers();
  os_socket ends[2];
  os_socket_pair(ends);
  {
    auto watched = rota::fd::attach(rt, ends[0]).value();
    CHECK(rota::fd::attach(rt, ends[0]).status() == ROTA_EEXIST);
    auto body = [&]() -> rota::task<> {
      auto early = co_await rota::select(watched.readable(), rota::yield());
      CHECK(early.index == 1);
      auto write_it = [&]() -> rota::task<> {
        co_await rota::yield();
        CHECK(os_socket_send(ends[1], "x", 1) == 1);
      };
      auto [ready, written] = co_await rota::join(watched.readable(), write_it());
      CHECK((ready.value() & ROTA_READABLE) != 0);
      char read_back = 0;
      CHECK(os_socket_receive(ends[0], &read_back, 1) == 1);
      auto end_it = [&]() -> rota::task<> {
        co_await rota::yield();
        CHECK(watched.deregister() == ROTA_OK);
      };
      auto [end, ended] = co_await rota::join(watched.readable(), end_it());
      CHECK(end.status() == ROTA_ECLOSED);
    };
    rt.block_on(body());
  }
  os_socket_close(ends[0]);
  os_socket_close(ends[1]);
}

}  // namespace
