// SPDX-License-Identifier: MIT
//
// The echo of echo_bench without an engine: a bare epoll loop on each of two threads. Two cases:
//
//   echo_raw_epoll   a server's loop and a client's loop, as such programs are written: the yardstick
//   echo_raw_pinned  each thread has both ends of half the connections, so that nothing ever crosses between cores: the
//                    least the work can cost here, for a program that knows in advance which ends belong together
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <thread>

#include "bench/bench.h"
#include "bench/echo.h"

namespace bench {
namespace {

void expect(bool good, const char* what) {
  if (!good) fail(what, strerror(errno));  // NOLINT(concurrency-mt-unsafe): the program ends here
}

/// One end of a connection. `left` is the client's: round trips to go.
struct End {
  int fd = -1;
  bool client = false;
  uint32_t left = 0;
};

void send_message(End& end) {
  unsigned char message[kMessage] = {};
  stamp(message, end.left);
  expect(send(end.fd, message, sizeof message, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof message), "send");
}

/// Waits for events of its ends and answers each. Ends are edge-triggered: one read an event, for no more than one
/// message is ever in flight, and what comes later is an edge of its own.
class Loop {
 public:
  explicit Loop(std::atomic<size_t>& working) : working_(working) {
    expect(epoll_ >= 0 && stop_ >= 0, "epoll_create1");
    add(stop_, nullptr, EPOLLIN);
  }
  ~Loop() {
    close(stop_);
    close(epoll_);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void add(End& end) { add(end.fd, &end, EPOLLIN | EPOLLET); }

  /// From any thread: has run() return.
  void stop() {
    const uint64_t one = 1;
    expect(write(stop_, &one, sizeof one) == sizeof one, "write");
  }

  void run() {
    epoll_event events[256];
    for (;;) {
      const int count = epoll_wait(epoll_, events, 256, -1);
      expect(count >= 0 || errno == EINTR, "epoll_wait");
      for (int i = 0; i < count; ++i) {
        if (events[i].data.ptr == nullptr) return;
        serve(*static_cast<End*>(events[i].data.ptr));
      }
    }
  }

 private:
  void add(int fd, End* end, uint32_t interest) {
    epoll_event event = {};
    event.events = interest;
    event.data.ptr = end;
    expect(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
  }

  void serve(End& end) {
    unsigned char buffer[kReadBuffer];
    const ssize_t count = recv(end.fd, buffer, sizeof buffer, 0);
    // 64 bytes over the loopback come in one piece or not at all.
    expect(count == static_cast<ssize_t>(kMessage) || (count < 0 && errno == EAGAIN), "recv");
    if (count < 0) return;
    if (!end.client) {
      expect(send(end.fd, buffer, kMessage, MSG_NOSIGNAL) == static_cast<ssize_t>(kMessage), "send");
      return;
    }
    if (!is_stamped(buffer, end.left)) fail("echo", "a wrong answer");
    if (--end.left != 0) {
      send_message(end);
    } else if (working_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      working_.notify_one();
    }
  }

  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  const int stop_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::atomic<size_t>& working_;
};

int open_socket(int fd) {
  const int on = 1;
  expect(fd >= 0 && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "socket");
  return fd;
}

/// All connections: the client's end of each, then the server's.
std::vector<End> connect_all() {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t len = sizeof address;
  auto* name = reinterpret_cast<sockaddr*>(&address);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  expect(listener >= 0 && bind(listener, name, len) == 0 && listen(listener, 16) == 0, "listen");
  expect(getsockname(listener, name, &len) == 0, "getsockname");
  std::vector<End> ends(2 * kConnections);
  for (size_t i = 0; i < kConnections; ++i) {
    // Connecting blocks, everything after it does not.
    End& client = ends[2 * i];
    client.fd = open_socket(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    client.client = true;
    expect(connect(client.fd, name, len) == 0, "connect");
    ends[2 * i + 1].fd = open_socket(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    int flags = 1;
    expect(ioctl(client.fd, FIONBIO, &flags) == 0, "ioctl");
  }
  close(listener);
  return ends;
}

Result run_shape(bool both_ends) {
  std::vector<End> ends = connect_all();
  std::atomic<size_t> working = 0;
  Loop loops[2] = {Loop(working), Loop(working)};
  for (size_t i = 0; i < ends.size(); ++i) loops[both_ends ? i / 2 % 2 : i % 2].add(ends[i]);
  std::thread threads[2] = {std::thread(&Loop::run, &loops[0]), std::thread(&Loop::run, &loops[1])};
  const Result result = measure(kTrips, [&] {
    working.store(kConnections, std::memory_order_relaxed);
    const uint64_t start = now_ns();
    for (End& end : ends) {
      if (!end.client) continue;
      end.left = kTripsEach;
      send_message(end);
    }
    for (size_t now; (now = working.load(std::memory_order_acquire)) != 0;) working.wait(now);
    return now_ns() - start;
  });
  for (Loop& loop : loops) loop.stop();
  for (std::thread& thread : threads) thread.join();
  for (End& end : ends) close(end.fd);
  return result;
}

void check_workers(const Options& options) {
  if (options.workers != 2) fail("echo_raw", "is written for two threads: --workers 2");
}

Result echo_raw_epoll(const Options& options) {
  check_workers(options);
  return run_shape(false);
}

Result echo_raw_pinned(const Options& options) {
  check_workers(options);
  return run_shape(true);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"echo_raw_epoll", bench::echo_raw_epoll}, {"echo_raw_pinned", bench::echo_raw_pinned}});
}
