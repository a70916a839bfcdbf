// SPDX-License-Identifier: MIT
//
// The poller contract where there is fork, signals, and descriptors that are no sockets; and what a Unix backend's
// test says of its system.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "core/io/contract/poller_contract.h"

namespace rota::io::contract {

// What is the same for the backends of all Unix systems.
struct UnixBackend {
  static constexpr bool kTellsReadClosed = true;
  static constexpr bool kTellsOwnShutdown = true;
  static constexpr bool kTellsUrgent = true;
  static constexpr bool kForgetsClosed = true;
  // A set can be watched by a poller (Linux nests few epoll sets, of which the double of kqueue makes two each).
  static constexpr bool kWatchesSets = true;

  static bool send_urgent(os::Handle socket) { return ::send(static_cast<int>(socket), "!", 1, MSG_OOB) == 1; }
  using Set = platform::SignalSet;
  template <class S>
  static bool readable(const S& set) {
    pollfd look{.fd = static_cast<int>(set.handle()), .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&look, 1, 0) >= 0);
    return (look.revents & POLLIN) != 0;
  }
  static uint32_t sockets() {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = limit.rlim_max < 12'000 ? limit.rlim_max : 12'000;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    return static_cast<uint32_t>(limit.rlim_cur);
  }
};

class Pipe {
 public:
  Pipe() {
    REQUIRE(::pipe(ends_) == 0);
    for (const int end : ends_) REQUIRE(::fcntl(end, F_SETFL, O_NONBLOCK) == 0);
  }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_reader() { close_end(ends_[0]); }
  void close_writer() { close_end(ends_[1]); }

 private:
  static void close_end(int& end) {
    if (end >= 0) ::close(std::exchange(end, -1));
  }
  int ends_[2];
};

TEST_CASE_TEMPLATE_DEFINE("a pipe is readable at one end, writable at the other, and its end is told", Backend,
                          poller_pipe) {
  Opened<Backend> opened;
  Pipe pipe;
  REQUIRE(ok(opened.add(pipe.reader(), 1)));
  REQUIRE(ok(opened.add(pipe.writer(), 2)));
  (void)opened.await(2, kWritable);
  REQUIRE(::write(pipe.writer(), "xyz", 3) == 3);
  CHECK((opened.await(1, kReadable) & kReadClosed) == 0);
  char bytes[8];
  REQUIRE(::read(pipe.reader(), bytes, sizeof bytes) == 3);
  REQUIRE(::read(pipe.reader(), bytes, sizeof bytes) == -1);
  opened.used_up(pipe.reader(), Direction::kRead);
  opened.del(pipe.writer());
  pipe.close_writer();
  (void)opened.await(1, kReadable | kReadClosed);
  CHECK(::read(pipe.reader(), bytes, sizeof bytes) == 0);
}

TEST_CASE_TEMPLATE_DEFINE("who writes to a pipe is told that nobody reads it, be it before or after the add", Backend,
                          poller_pipe_reader_gone) {
  Opened<Backend> opened;
  for (const bool before : {true, false}) {
    Pipe pipe;
    if (before) pipe.close_reader();
    REQUIRE(ok(opened.add(pipe.writer(), 1)));
    if (!before) {
      (void)opened.await(1, kWritable);
      while (::write(pipe.writer(), "0123456789abcdef", 16) == 16) continue;
      opened.used_up(pipe.writer(), Direction::kWrite);
      (void)opened.poll(0);
      pipe.close_reader();
    }
    (void)opened.await(1, kWritable);
    CHECK(opened.poll(0).empty());
    opened.del(pipe.writer());
  }
}

TEST_CASE_TEMPLATE_DEFINE("a set that a poller has joined can be watched by another poller", Backend, poller_nested) {
  typename Backend::Set set;
  Opened<Backend> inner, outer;
  REQUIRE(ok(set.open()));
  if (!Backend::kWatchesSets || !ok(inner.poller.join(set))) {
    MESSAGE("left out: sets do not nest here");
    return;
  }
  REQUIRE(ok(outer.add(set.handle(), 1)));
  (void)outer.poll(0);
  Pair pair;
  REQUIRE(ok(inner.add(pair.near(), 2)));
  (void)outer.await(1, kReadable);
  CHECK(inner.poll(0).count(2) == 1);
  set.settle();
  inner.poller.wake();
  (void)outer.await(1, kReadable);
}

TEST_CASE_TEMPLATE_DEFINE("what has no readiness is refused", Backend, poller_file) {
  Opened<Backend> opened;
  const int folder = ::open("/", O_RDONLY | O_CLOEXEC);
  REQUIRE(folder >= 0);
  CHECK(opened.add(folder, 1) == Status::kNotSupported);
  ::close(folder);
  char name[] = "/tmp/poller_contract.XXXXXX";
  const int file = ::mkstemp(name);
  REQUIRE(file >= 0);
  ::unlink(name);
  CHECK(opened.add(file, 1) == Status::kNotSupported);
  ::close(file);
  CHECK(opened.poll(0).empty());
}

TEST_CASE_TEMPLATE_DEFINE("a signal ends no poll", Backend, poller_signal) {
  struct sigaction action{};
  action.sa_handler = [](int) {};  // without SA_RESTART
  struct sigaction before{};
  REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
  Opened<Backend> opened;
  std::atomic<bool> done{false};
  const pthread_t poller = ::pthread_self();
  std::thread signals([&] {
    while (!done.load()) {
      ::pthread_kill(poller, SIGUSR1);
      platform::yield_thread();
    }
  });
  for (int round = 0; round < 20; ++round) {
    const uint64_t begin = platform::now_ns();
    CHECK(opened.poll(3'000'000).empty());
    CHECK(platform::now_ns() - begin >= 3'000'000);
  }
  std::thread waker([&] { opened.poller.wake(); });
  CHECK(opened.poll(platform::kForever).count(Backend::Poller::kWakeToken) == 1);
  waker.join();
  done.store(true);
  signals.join();
  REQUIRE(::sigaction(SIGUSR1, &before, nullptr) == 0);
}

TEST_CASE_TEMPLATE_DEFINE("in a child the queue is new and empty, and the parent's is left alone", Backend,
                          poller_fork) {
  Opened<Backend> opened;
  Pair pair;
  REQUIRE(ok(opened.add(pair.near(), 1)));
  (void)opened.await(1, kWritable);
  opened.poller.wake();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    uint32_t count = 0;
    int failed = 0;
    if (!ok(opened.poller.after_fork())) failed |= 1;
    if (opened.poller.unfinished()) failed |= 2;
    if (!ok(opened.poller.poll(0, count)) || count != 0) failed |= 4;
    if (!ok(opened.add(pair.near(), 2))) failed |= 8;
    if (!ok(opened.poller.poll(platform::kForever, count)) || count != 1 || opened.poller.event(0).token != 2) {
      failed |= 16;
    }
    opened.poller.wake();
    if (!ok(opened.poller.poll(platform::kForever, count)) || count != 1) failed |= 32;
    opened.del(pair.near());
    opened.poller.close();
    ::_exit(failed);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(opened.poll(0) == Reports{{Backend::Poller::kWakeToken, 0}});
  pair.send();
  (void)opened.await(1, kReadable);
}

}  // namespace rota::io::contract

#define ROTA_UNIX_POLLER_CONTRACT(Backend)                     \
  ROTA_POLLER_CONTRACT(Backend);                               \
  TEST_CASE_TEMPLATE_INVOKE(poller_pipe, Backend);             \
  TEST_CASE_TEMPLATE_INVOKE(poller_pipe_reader_gone, Backend); \
  TEST_CASE_TEMPLATE_INVOKE(poller_nested, Backend);           \
  TEST_CASE_TEMPLATE_INVOKE(poller_file, Backend);             \
  TEST_CASE_TEMPLATE_INVOKE(poller_signal, Backend);           \
  TEST_CASE_TEMPLATE_INVOKE(poller_fork, Backend)
