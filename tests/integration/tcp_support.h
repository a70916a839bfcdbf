// SPDX-License-Identifier: MIT
//
// What the integration tests of TCP share: sockets that are released, a connected pair, and whole sends and reads.
#pragma once

#include <string>

#include "tests/integration/support.h"

namespace rota_test {

// A socket handle that is released.
class Socket {
 public:
  Socket() = default;
  explicit Socket(rota_socket* socket) : socket_(socket) {}
  Socket(Socket&& other) noexcept : socket_(std::exchange(other.socket_, nullptr)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  ~Socket() { rota_socket_release(socket_); }
  operator rota_socket*() const { return socket_; }
  void reset() { rota_socket_release(std::exchange(socket_, nullptr)); }

 private:
  rota_socket* socket_ = nullptr;
};

inline uint16_t port_of(rota_socket* socket) {
  char text[64];
  size_t length;
  uint16_t port = 0;
  REQUIRE(rota_socket_local_address(socket, text, sizeof text, &length, &port) == ROTA_OK);
  return port;
}

inline Socket listen(rota_runtime* runtime, const rota_tcp_options* options = nullptr) {
  rota_socket* socket = nullptr;
  REQUIRE(rota_tcp_listen(runtime, "127.0.0.1", 9, 0, options, &socket) == ROTA_OK);
  return Socket(socket);
}

inline rota_status connect(rota_runtime* runtime, const std::string& host, uint16_t port, Socket& out) {
  rota_socket* socket = nullptr;
  rota_task* task = nullptr;
  REQUIRE(rota_tcp_connect(runtime, host.data(), host.size(), port, nullptr, &socket, &task) == ROTA_OK);
  const rota_status status = Task(task).wait();
  out = Socket(socket);
  return status;
}

inline Socket accept(rota_socket* listener) {
  rota_socket* socket = nullptr;
  rota_task* task = nullptr;
  REQUIRE(rota_tcp_accept(listener, &socket, &task) == ROTA_OK);
  REQUIRE(Task(task).wait() == ROTA_OK);
  return Socket(socket);
}

struct Pair {
  Socket client, server;
};

inline Pair connected(rota_runtime* runtime, rota_socket* listener) {
  Pair pair;
  REQUIRE(connect(runtime, "127.0.0.1", port_of(listener), pair.client) == ROTA_OK);
  pair.server = accept(listener);
  return pair;
}

// Sends all of `bytes`; the status.
inline rota_status send(rota_socket* socket, const std::string& bytes) {
  rota_task* task = nullptr;
  size_t count = 0;
  REQUIRE(rota_socket_write_all(socket, bytes.data(), bytes.size(), &count, &task) == ROTA_OK);
  const rota_status status = Task(task).wait();
  if (status == ROTA_OK) CHECK(count == bytes.size());
  return status;
}

// One read of at most `most` bytes.
inline rota_status receive(rota_socket* socket, std::string& bytes, size_t most = 65536) {
  bytes.resize(most);
  rota_task* task = nullptr;
  size_t count = 0;
  REQUIRE(rota_socket_read(socket, bytes.data(), most, &count, &task) == ROTA_OK);
  const rota_status status = Task(task).wait();
  bytes.resize(count);
  return status;
}

inline std::string receive_exactly(rota_socket* socket, size_t length) {
  std::string all, part;
  while (all.size() < length) {
    REQUIRE(receive(socket, part, length - all.size()) == ROTA_OK);
    REQUIRE_FALSE(part.empty());
    all += part;
  }
  return all;
}

}  // namespace rota_test
