// SPDX-License-Identifier: MIT
//
// TCP echo: server and client are tasks of one runtime, two for each of 500 connections. What is counted is a round
// trip, with all connections at work.
#include "bench/echo.h"

#include "bench/tasks.h"

namespace bench {
namespace {

constexpr char kHost[] = "127.0.0.1";
constexpr size_t kHostLen = sizeof kHost - 1;

/// Sends back what it reads, until the client closes.
struct Echoer {
  rota_socket* socket;
  size_t len = 0;
  size_t written = 0;
  unsigned char buffer[kReadBuffer];

  rota_status poll(rota_context* cx) {
    for (;;) {
      while (written < len) {
        size_t count = 0;
        const rota_status status = rota_socket_write_poll(socket, cx, buffer + written, len - written, &count);
        if (status != ROTA_OK) return status;
        written += count;
      }
      written = len = 0;
      const rota_status status = rota_socket_read_poll(socket, cx, buffer, sizeof buffer, &len);
      if (status != ROTA_OK) return status;
      if (len == 0) return ROTA_OK;
    }
  }
  void drop() { rota_socket_release(socket); }
};

/// Accepts every connection and starts its server.
struct Acceptor {
  rota_socket* listener;
  size_t left = kConnections;

  rota_status poll(rota_context* cx) {
    for (; left != 0; --left) {
      rota_socket* socket = nullptr;
      const rota_status status = rota_tcp_accept_poll(listener, cx, &socket);
      if (status != ROTA_OK) return status;
      Echoer echoer = {};
      echoer.socket = socket;
      spawn_detached(rota_context_runtime(cx), copying(echoer));
    }
    return ROTA_OK;
  }
};

/// One connection's share of a round.
struct Client {
  rota_socket* socket;
  uint32_t left = kTripsEach;
  size_t written = 0;
  size_t received = 0;
  unsigned char message[kMessage] = {};
  unsigned char buffer[kReadBuffer];

  rota_status poll(rota_context* cx) {
    for (; left != 0; --left) {
      if (written == 0) stamp(message, left);
      while (written < kMessage) {
        size_t count = 0;
        const rota_status status = rota_socket_write_poll(socket, cx, message + written, kMessage - written, &count);
        if (status != ROTA_OK) return status;
        written += count;
      }
      while (received < kMessage) {
        size_t count = 0;
        const rota_status status =
            rota_socket_read_poll(socket, cx, buffer + received, sizeof buffer - received, &count);
        if (status != ROTA_OK) return status;
        if (count == 0) return ROTA_EPROTO;
        received += count;
      }
      if (received != kMessage || !is_stamped(buffer, left)) return ROTA_EPROTO;
      written = received = 0;
    }
    return ROTA_OK;
  }
};

rota_socket* listen(const Runtime& runtime, uint16_t* port) {
  rota_socket* listener = nullptr;
  check(rota_tcp_listen(runtime, kHost, kHostLen, 0, nullptr, &listener), "rota_tcp_listen");
  char text[64];
  size_t len = 0;
  check(rota_socket_local_address(listener, text, sizeof text, &len, port), "rota_socket_local_address");
  return listener;
}

/// The client's ends of all connections; each has its server.
std::vector<rota_socket*> connect_all(const Runtime& runtime) {
  uint16_t port = 0;
  rota_socket* listener = listen(runtime, &port);
  Acceptor acceptor = {listener};
  rota_task* accepting = spawn(runtime, borrowing(acceptor));
  std::vector<rota_socket*> sockets(kConnections);
  std::vector<rota_task*> connecting(kConnections);
  for (size_t i = 0; i < kConnections; ++i) {
    check(rota_tcp_connect(runtime, kHost, kHostLen, port, nullptr, &sockets[i], &connecting[i]), "rota_tcp_connect");
  }
  for (rota_task* task : connecting) wait(task);
  wait(accepting);
  rota_socket_release(listener);
  return sockets;
}

Result echo(const Options& options) {
  const Runtime runtime(options);
  const std::vector<rota_socket*> sockets = connect_all(runtime);
  std::vector<Client> clients(kConnections);
  std::vector<rota_task*> tasks(kConnections);
  const Result result = measure(kTrips, [&] {
    const uint64_t start = now_ns();
    for (size_t i = 0; i < kConnections; ++i) {
      clients[i] = {};
      clients[i].socket = sockets[i];
      tasks[i] = spawn(runtime, borrowing(clients[i]));
    }
    for (rota_task* task : tasks) wait(task);
    return now_ns() - start;
  });
  for (rota_socket* socket : sockets) rota_socket_release(socket);
  return result;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run(argc, argv, {{"echo", bench::echo}}); }
