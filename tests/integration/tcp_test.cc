// SPDX-License-Identifier: MIT
//
// TCP over real sockets on loopback.
#include <string>
#include <vector>

#include "tests/integration/tcp_support.h"
#include "tests/support/socket.h"

using namespace rota_test;

namespace {

std::string pattern(size_t length) {
  std::string bytes(length, '\0');
  for (size_t i = 0; i < length; ++i) bytes[i] = static_cast<char>(i * 131 + i / 251);
  return bytes;
}

}  // namespace

TEST_CASE("bytes go both ways, and half-closing ends one of them") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Socket listener = listen(runtime);
    Pair pair = connected(runtime, listener);
    CHECK(send(pair.client, "ping") == ROTA_OK);
    CHECK(receive_exactly(pair.server, 4) == "ping");
    CHECK(rota_socket_shutdown(pair.client, ROTA_SHUTDOWN_WRITE) == ROTA_OK);
    std::string bytes;
    CHECK(receive(pair.server, bytes) == ROTA_OK);
    CHECK(bytes.empty());
    CHECK(send(pair.server, "pong") == ROTA_OK);
    CHECK(receive_exactly(pair.client, 4) == "pong");
  });
}

TEST_CASE("megabytes arrive whole although both sides must wait for each other") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Socket listener = listen(runtime);
    Pair pair = connected(runtime, listener);
    const std::string bytes = pattern(5'000'000);
    size_t written = 0;
    rota_task* task = nullptr;
    REQUIRE(rota_socket_write_all(pair.client, bytes.data(), bytes.size(), &written, &task) == ROTA_OK);
    Task writer(task);
    const bool same = receive_exactly(pair.server, bytes.size()) == bytes;
    CHECK(same);
    CHECK(writer.wait() == ROTA_OK);
    CHECK(written == bytes.size());
  });
}

TEST_CASE("a gathering write sends its buffers in order") {
  Runtime runtime(2);
  Socket listener = listen(runtime);
  Pair pair = connected(runtime, listener);
  const rota_buffer parts[] = {{"one ", 4}, {nullptr, 0}, {"two ", 4}, {"three", 5}};
  size_t count = 0;
  rota_task* task = nullptr;
  REQUIRE(rota_socket_writev(pair.client, parts, 4, &count, &task) == ROTA_OK);
  CHECK(Task(task).wait() == ROTA_OK);
  CHECK(count == 13);
  CHECK(receive_exactly(pair.server, 13) == "one two three");
  CHECK(rota_socket_writev(pair.client, parts, 1025, &count, &task) == ROTA_EOVERFLOW);
  const rota_buffer bad{nullptr, 1};
  CHECK(rota_socket_writev(pair.client, &bad, 1, &count, &task) == ROTA_EINVAL);
}

TEST_CASE("closing ends what waits, at once, and the peer sees the end") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Socket listener = listen(runtime);
    Pair pair = connected(runtime, listener);
    char buffer[16] = "untouched";
    size_t count = 7;
    rota_task* task = nullptr;
    REQUIRE(rota_socket_read(pair.client, buffer, sizeof buffer, &count, &task) == ROTA_OK);
    Task read(task);
    CHECK(read.wait(0) == ROTA_ETIMEDOUT);
    CHECK(rota_socket_close(pair.client) == ROTA_OK);
    CHECK(read.wait() == ROTA_ECLOSED);
    CHECK(count == 0);
    CHECK(std::string(buffer) == "untouched");
    CHECK(rota_socket_close(pair.client) == ROTA_EALREADY);
    CHECK(rota_socket_shutdown(pair.client, ROTA_SHUTDOWN_BOTH) == ROTA_ECLOSED);
    std::string bytes;
    CHECK(receive(pair.server, bytes) == ROTA_OK);
    CHECK(bytes.empty());
  });
}

TEST_CASE("a cancelled read leaves its buffer alone, and the bytes to the next") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Socket listener = listen(runtime);
    Pair pair = connected(runtime, listener);
    char buffer[8] = "keep";
    size_t count = 0;
    rota_task* task = nullptr;
    REQUIRE(rota_socket_read(pair.client, buffer, sizeof buffer, &count, &task) == ROTA_OK);
    Task read(task);
    CHECK(read.wait(0) == ROTA_ETIMEDOUT);
    CHECK(rota_task_cancel(read) == ROTA_OK);
    CHECK(read.wait() == ROTA_ECANCELED);
    CHECK(send(pair.server, "data") == ROTA_OK);
    CHECK(receive_exactly(pair.client, 4) == "data");
    CHECK(std::string(buffer) == "keep");
  });
}

TEST_CASE("a broken connection is told as an error") {
  Runtime runtime(2);
  Socket listener = listen(runtime);
  Pair pair = connected(runtime, listener);
  // Closing with a linger time of zero resets.
  CHECK(rota_socket_set_option(pair.server, ROTA_SOCKET_LINGER, 0) == ROTA_OK);
  pair.server.reset();
  std::string bytes;
  CHECK(receive(pair.client, bytes) == ROTA_ECONNRESET);
  CHECK(send(pair.client, "x") == ROTA_EPIPE);
}

TEST_CASE("nobody listens: refused; names are looked up") {
  Runtime runtime(2);
  Socket listener = listen(runtime);
  const uint16_t port = port_of(listener);
  Socket socket;
  CHECK(connect(runtime, "localhost", port, socket) == ROTA_OK);
  CHECK(rota_socket_close(listener) == ROTA_OK);
  CHECK(connect(runtime, "127.0.0.1", port, socket) == ROTA_ECONNREFUSED);
  CHECK(static_cast<rota_socket*>(socket) == nullptr);
  CHECK(connect(runtime, "no such name", 1, socket) == ROTA_ENOENT);
}

TEST_CASE("a pending accept ends when the listener closes, or is cancelled") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Socket listener = listen(runtime);
    rota_socket* sockets[2];
    Task accepts[2];
    for (int i = 0; i < 2; ++i) {
      rota_task* task = nullptr;
      REQUIRE(rota_tcp_accept(listener, &sockets[i], &task) == ROTA_OK);
      accepts[i] = Task(task);
      CHECK(accepts[i].wait(0) == ROTA_ETIMEDOUT);
    }
    CHECK(rota_task_cancel(accepts[0]) == ROTA_OK);
    CHECK(accepts[0].wait() == ROTA_ECANCELED);
    CHECK(rota_socket_close(listener) == ROTA_OK);
    CHECK(accepts[1].wait() == ROTA_ECLOSED);
    CHECK(sockets[1] == nullptr);
  });
}

TEST_CASE("options are set and read back, and nonsense is refused") {
  Runtime runtime(1);
  rota_tcp_options options;
  REQUIRE(rota_tcp_options_init(&options, sizeof options) == ROTA_OK);
  options.recv_buffer = 65536;
  Socket listener = listen(runtime, &options);
  Pair pair = connected(runtime, listener);
  int64_t value = -7;
  CHECK(rota_socket_get_option(pair.client, ROTA_SOCKET_NODELAY, &value) == ROTA_OK);
  CHECK(value == 1);
  CHECK(rota_socket_get_option(pair.server, ROTA_SOCKET_NODELAY, &value) == ROTA_OK);
  CHECK(value == 1);
  CHECK(rota_socket_get_option(listener, ROTA_SOCKET_RECV_BUFFER, &value) == ROTA_OK);
  CHECK(value >= 65536);
  CHECK(rota_socket_set_option(pair.client, ROTA_SOCKET_LINGER, 3) == ROTA_OK);
  CHECK(rota_socket_get_option(pair.client, ROTA_SOCKET_LINGER, &value) == ROTA_OK);
  CHECK(value == 3);
  CHECK(rota_socket_set_option(pair.client, ROTA_SOCKET_LINGER, -1) == ROTA_OK);
  CHECK(rota_socket_get_option(pair.client, ROTA_SOCKET_LINGER, &value) == ROTA_OK);
  CHECK(value == -1);
  CHECK(rota_socket_set_option(pair.client, ROTA_SOCKET_NODELAY, 2) == ROTA_EINVAL);
  CHECK(rota_socket_set_option(pair.client, 99, 0) == ROTA_EINVAL);
  options.flags = 1u << 30;
  rota_socket* none;
  CHECK(rota_tcp_listen(runtime, "127.0.0.1", 9, 0, &options, &none) == ROTA_EINVAL);
  CHECK(rota_tcp_listen(runtime, "not numeric", 11, 0, nullptr, &none) == ROTA_EINVAL);
  CHECK(rota_tcp_listen(runtime, "127.0.0.1", 9, port_of(listener), nullptr, &none) == ROTA_EADDRINUSE);
  CHECK(rota_tcp_listen(runtime, "192.0.2.1", 9, 0, nullptr, &none) == ROTA_EADDRNOTAVAIL);
}

TEST_CASE("addresses are told; a stream is no listener and a listener no stream") {
  Runtime runtime(1);
  Socket listener = listen(runtime);
  Pair pair = connected(runtime, listener);
  char text[64];
  size_t length = 0;
  uint16_t port = 0;
  CHECK(rota_socket_peer_address(pair.client, text, sizeof text, &length, &port) == ROTA_OK);
  CHECK(std::string(text, length) == "127.0.0.1");
  CHECK(port == port_of(listener));
  CHECK(rota_socket_peer_address(pair.client, text, 3, &length, &port) == ROTA_EOVERFLOW);
  CHECK(length == 9);
  CHECK(rota_socket_peer_address(listener, text, sizeof text, &length, &port) == ROTA_ENOTCONN);
  std::string bytes;
  CHECK(receive(listener, bytes) == ROTA_ENOTCONN);
  rota_socket* accepted;
  rota_task* task;
  REQUIRE(rota_tcp_accept(pair.client, &accepted, &task) == ROTA_OK);
  CHECK(Task(task).wait() == ROTA_EINVAL);
}

TEST_CASE("IPv6 works where the machine has it") {
  Runtime runtime(1);
  rota_socket* raw = nullptr;
  const rota_status status = rota_tcp_listen(runtime, "::1", 3, 0, nullptr, &raw);
  if (status == ROTA_EADDRNOTAVAIL || status == ROTA_EAFNOSUPPORT) return;
  REQUIRE(status == ROTA_OK);
  Socket listener(raw);
  Socket client;
  CHECK(connect(runtime, "::1", port_of(listener), client) == ROTA_OK);
}

TEST_CASE("300 connections echo at once, by tasks that poll their sockets") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    constexpr int kConnections = 300, kRounds = 5;
    Socket listener = listen(runtime);
    const uint16_t port = port_of(listener);
    struct Echo {
      rota_socket* socket;
      char buffer[64];
      size_t have = 0, sent = 0;
      ~Echo() { rota_socket_release(socket); }
    };
    // The acceptor spawns an echoing task for each connection.
    int accepted = 0;
    Task acceptor = spawn(runtime, [&, l = static_cast<rota_socket*>(listener)](rota_context* cx) -> rota_status {
      while (accepted < kConnections) {
        rota_socket* socket = nullptr;
        if (const rota_status status = rota_tcp_accept_poll(l, cx, &socket); status != ROTA_OK) return status;
        ++accepted;
        auto echo = std::make_shared<Echo>();
        echo->socket = socket;
        spawn(runtime, [echo](rota_context* own) -> rota_status {
          for (;;) {
            if (echo->have == echo->sent) {
              echo->sent = echo->have = 0;
              const rota_status status =
                  rota_socket_read_poll(echo->socket, own, echo->buffer, sizeof echo->buffer, &echo->have);
              if (status != ROTA_OK || echo->have == 0) return status;
            }
            size_t count = 0;
            const rota_status status =
                rota_socket_write_poll(echo->socket, own, echo->buffer + echo->sent, echo->have - echo->sent, &count);
            if (status != ROTA_OK) return status;
            echo->sent += count;
          }
        });
      }
      return ROTA_OK;
    });
    std::vector<rota_socket*> raw(kConnections, nullptr);
    std::vector<Task> tasks;
    for (int i = 0; i < kConnections; ++i) {
      rota_task* task = nullptr;
      REQUIRE(rota_tcp_connect(runtime, "127.0.0.1", 9, port, nullptr, &raw[i], &task) == ROTA_OK);
      tasks.emplace_back(task);
    }
    std::vector<Socket> sockets;
    for (int i = 0; i < kConnections; ++i) {
      REQUIRE(tasks[i].wait() == ROTA_OK);
      sockets.emplace_back(raw[i]);
    }
    CHECK(acceptor.wait() == ROTA_OK);
    for (int round = 0; round < kRounds; ++round) {
      const std::string message = "round " + std::to_string(round);
      for (Socket& socket : sockets) REQUIRE(send(socket, message) == ROTA_OK);
      for (Socket& socket : sockets) REQUIRE(receive_exactly(socket, message.size()) == message);
    }
  });
}

TEST_CASE("urgent data in the stream stops a read short, but never for good") {
  Runtime runtime(1);
  Socket listener = listen(runtime);
  Pair pair = connected(runtime, listener);
  intptr_t native = -1;
  REQUIRE(rota_socket_native(pair.client, &native) == ROTA_OK);
  REQUIRE(os_socket_send(native, "abc", 3) == 3);
  os_socket_send_urgent(native, 'X');
  REQUIRE(os_socket_send(native, "defgh", 5) == 5);
  CHECK(receive_exactly(pair.server, 8) == "abcdefgh");
}

TEST_CASE("a NUL inside a host is refused, numeric or not") {
  Runtime runtime(1);
  rota_socket* socket = nullptr;
  rota_task* task = nullptr;
  CHECK(rota_tcp_connect(runtime, "127.0.0.1\0.evil", 15, 1, nullptr, &socket, &task) == ROTA_EINVAL);
  CHECK(rota_tcp_listen(runtime, "127.0.0.1\0.evil", 15, 0, nullptr, &socket) == ROTA_EINVAL);
}

TEST_CASE("the smallest stack a host may ask for carries the largest gathering write") {
  rota_runtime_options options;
  REQUIRE(rota_runtime_options_init(&options, sizeof options) == ROTA_OK);
  options.workers = 1;
  options.stack_size = 1;
  rota_runtime* runtime = nullptr;
  REQUIRE(rota_runtime_create(&options, &runtime) == ROTA_OK);
  {
    Socket listener = listen(runtime);
    Pair pair = connected(runtime, listener);
    const std::vector<rota_buffer> parts(1024, rota_buffer{"y", 1});
    const Task writer = spawn(runtime, [&](rota_context* cx) {
      size_t count = 0;
      return rota_socket_writev_poll(pair.client, cx, parts.data(), parts.size(), &count);
    });
    CHECK(writer.wait() == ROTA_OK);
    CHECK(receive_exactly(pair.server, 1024) == std::string(1024, 'y'));
  }
  rota_runtime_release(runtime);
}
