// SPDX-License-Identifier: MIT
#include "examples/tour/server.h"

#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "examples/tour/lane.h"

namespace tour {
namespace {

constexpr uint32_t kWorkers = 2;
constexpr uint32_t kBacklog = 4096;  // hundreds of connections arrive at once; the system may allow less
constexpr uint64_t kMaxDelayMs = 3'600'000;

struct Counters {
  std::atomic<uint32_t> in_flight = 0;
  std::atomic<uint32_t> max_in_flight = 0;

  void enter() {
    uint32_t now = ++in_flight;
    uint32_t most = max_in_flight;
    while (now > most && !max_in_flight.compare_exchange_weak(most, now)) {
    }
  }
  void leave() { --in_flight; }
};

// One connection, one request: its task's state, and a small state machine.
//
//   kReading --/delay--> kDelaying --> kWriting --> done
//      \------anything else------------/
class Connection {
 public:
  Connection(SocketPtr socket, std::shared_ptr<Counters> counters)
      : socket_(std::move(socket)), counters_(std::move(counters)) {}
  ~Connection() {
    if (step_ == kDelaying) counters_->leave();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // An error of the socket means that the client is gone. Nobody is left to tell: the connection just ends.
  rota_status poll(rota_context* cx) {
    for (;;) {
      rota_status status = ROTA_OK;
      switch (step_) {
        case kReading:
          status = read(cx);
          break;
        case kDelaying:
          status = delay(cx);
          break;
        case kWriting:
          status = write(cx);
          break;
        case kDone:
          return ROTA_OK;
      }
      if (status != ROTA_OK) return status;
    }
  }

 private:
  enum Step { kReading, kDelaying, kWriting, kDone };

  rota_status read(rota_context* cx) {
    size_t count = 0;
    rota_status status = rota_socket_read_poll(socket_.get(), cx, head_.data() + got_, head_.size() - got_, &count);
    if (status != ROTA_OK) return status;
    if (count == 0) return step_ = kDone, ROTA_OK;
    got_ += count;
    std::string_view head(head_.data(), got_);
    if (head.find("\r\n\r\n") != head.npos) return begin(cx, head);
    if (got_ == head_.size()) answer("431 Request Header Fields Too Large", "the request is too long\n");
    return ROTA_OK;
  }

  rota_status begin(rota_context* cx, std::string_view head) {
    std::string_view line = head.substr(0, head.find("\r\n"));
    if (!line.starts_with("GET ")) return answer("405 Method Not Allowed", "only GET\n");
    std::string_view path = line.substr(4, line.find(' ', 4) - 4);
    if (path == "/stats") return answer("200 OK", std::to_string(counters_->max_in_flight) + "\n");
    if (path == "/stats?reset") return answer("200 OK", std::to_string(counters_->max_in_flight.exchange(0)) + "\n");
    constexpr std::string_view kDelay = "/delay/";
    if (!path.starts_with(kDelay)) return answer("404 Not Found", "try /delay/1000\n");
    path.remove_prefix(kDelay.size());
    uint64_t ms = 0;
    auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), ms);
    if (error != std::errc() || end != path.data() + path.size() || ms > kMaxDelayMs) {
      return answer("400 Bad Request", "a number of milliseconds, please\n");
    }
    timer_ = make_timer(rota_context_runtime(cx));
    rota_status status = rota_timer_start(timer_.get(), ms * 1'000'000);
    if (status != ROTA_OK) return status;
    step_ = kDelaying;
    counters_->enter();
    return ROTA_OK;
  }

  rota_status delay(rota_context* cx) {
    rota_status status = rota_timer_poll(timer_.get(), cx);
    if (status != ROTA_OK) return status;
    counters_->leave();
    return answer("200 OK", "thank you for waiting\n");
  }

  rota_status answer(std::string_view status, std::string_view body) {
    answer_ = "HTTP/1.1 ";
    answer_.append(status);
    answer_ += "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size());
    answer_ += "\r\n\r\n";
    answer_.append(body);
    step_ = kWriting;
    return ROTA_OK;
  }

  rota_status write(rota_context* cx) {
    size_t count = 0;
    rota_status status =
        rota_socket_write_poll(socket_.get(), cx, answer_.data() + sent_, answer_.size() - sent_, &count);
    if (status != ROTA_OK) return status;
    sent_ += count;
    if (sent_ == answer_.size()) step_ = kDone;
    return ROTA_OK;
  }

  SocketPtr socket_;
  std::shared_ptr<Counters> counters_;
  TimerPtr timer_;
  Step step_ = kReading;
  std::array<char, 4096> head_;
  size_t got_ = 0;
  std::string answer_;
  size_t sent_ = 0;
};

// Accepts for ever; each connection becomes a task that nobody holds.
Future accept_all(SocketPtr listener) {
  auto shared = std::shared_ptr<rota_socket>(std::move(listener));
  auto counters = std::make_shared<Counters>();
  return [shared, counters](rota_context* cx) {
    for (;;) {
      rota_socket* socket = nullptr;
      rota_status status = rota_tcp_accept_poll(shared.get(), cx, &socket);
      if (status == ROTA_ECONNABORTED) continue;
      if (status != ROTA_OK) return status;
      auto connection = std::make_shared<Connection>(SocketPtr(socket), counters);
      spawn(rota_context_runtime(cx), [connection](rota_context* inner) { return connection->poll(inner); });
    }
  };
}

SocketPtr listen(rota_runtime* runtime, uint16_t* out_port) {
  constexpr std::string_view kLoopback = "127.0.0.1";
  rota_tcp_options options;
  check(rota_tcp_options_init(&options, sizeof options), "preparing to listen");
  options.backlog = kBacklog;
  rota_socket* listener = nullptr;
  check(rota_tcp_listen(runtime, kLoopback.data(), kLoopback.size(), 0, &options, &listener), "listening");
  SocketPtr owned(listener);
  std::array<char, 64> text;
  size_t length = 0;
  check(rota_socket_local_address(listener, text.data(), text.size(), &length, out_port), "asking for the port");
  return owned;
}

void wait_for_end_of_input() {
  while (std::getchar() != EOF) {
  }
}

}  // namespace

int serve() {
  RuntimePtr runtime = make_runtime(kWorkers);
  uint16_t port = 0;
  SocketPtr listener = listen(runtime.get(), &port);
  TaskPtr acceptor = spawn(runtime.get(), accept_all(std::move(listener)));
  std::printf("%u\n", static_cast<unsigned>(port));
  std::fflush(stdout);
  wait_for_end_of_input();
  return 0;
}

}  // namespace tour
