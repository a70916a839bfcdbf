// SPDX-License-Identifier: MIT
//
// What the cases of the poller contract share: TCP pairs over core/net/os_socket.h, and a backend under test.
//
// The cases are templates over a Backend, a struct that says what is tested, and what does not exist there and why:
//
//   using Poller               the backend
//   kTellsReadClosed           it tells that the peer sends no more (else only that reading is ready)
//   kTellsOwnShutdown          it counts what was shut down on this side when it tells that both sides are through
//   kTellsUrgent               it tells of urgent data as it comes in (else kUrgent comes with all that is readable)
//   kForgetsClosed             closing a descriptor takes it out of the queue
//   bool send_urgent(handle)   sends one byte of urgent data
//   Set                        what the poller joins (platform::SignalSet)
//   bool readable(set)         it is readable now, as a host would see it
//   uint32_t sockets()         how many sockets this process may have open, after asking for as many as there can be
//
// When an operation finds nothing more, the poller is told (used_up), as the engine does.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/base/mutex.h"
#include "core/io/ready.h"
#include "core/net/os_socket.h"
#include "core/platform/clock.h"
#include "core/platform/signal.h"
#include "core/platform/thread.h"
#include "doctest/doctest.h"

namespace rota::io::contract {

namespace os = net::os;

inline net::Address loopback(uint16_t port = 0) {
  net::Address address;
  REQUIRE(net::Address::parse("127.0.0.1", 9, port, address));
  return address;
}

inline os::Handle open_socket() {
  Result<os::Handle> made = os::open_tcp(loopback(), {});
  REQUIRE(made.ok());
  return made.value();
}

// Closes without a trace: no port stays behind in TIME_WAIT, and the peer sees a reset if bytes are under way.
inline void abort_socket(os::Handle socket) {
  (void)os::set_option(socket, os::Option::kLinger, 0);
  os::close(socket);
}

class Listener {
 public:
  Listener() : handle_(open_socket()) {
    os::TcpOptions options;
    REQUIRE(ok(os::bind_and_listen(handle_, loopback(), options)));
    REQUIRE(ok(os::local_address(handle_, address_)));
  }
  ~Listener() { close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void close() {
    if (handle_ != os::kNone) os::close(std::exchange(handle_, os::kNone));
  }
  os::Handle handle() const { return handle_; }
  const net::Address& address() const { return address_; }

  // The next connection; waits for it.
  os::Handle accept() {
    for (;;) {
      Result<os::Handle> accepted = os::accept(handle_);
      if (accepted.ok()) return accepted.value();
      REQUIRE(accepted.status() == Status::kAgain);
      platform::yield_thread();
    }
  }

 private:
  os::Handle handle_;
  net::Address address_;
};

// Two ends of a connection.
class Pair {
 public:
  explicit Pair(Listener& listener) : near_(open_socket()) {
    const Status status = os::connect(near_, listener.address());
    REQUIRE((ok(status) || status == Status::kPending));
    far_ = listener.accept();
    while (os::connected(near_) == Status::kPending) platform::yield_thread();
  }
  Pair() : near_(os::kNone) {
    Listener listener;
    *this = Pair(listener);
  }
  Pair(Pair&& other) noexcept
      : near_(std::exchange(other.near_, os::kNone)), far_(std::exchange(other.far_, os::kNone)) {}
  Pair& operator=(Pair&& other) noexcept {
    std::swap(near_, other.near_);
    std::swap(far_, other.far_);
    return *this;
  }
  ~Pair() {
    close_near();
    reset_far();
  }

  os::Handle near() const { return near_; }
  os::Handle far() const { return far_; }
  void close_near() {
    if (near_ != os::kNone) abort_socket(std::exchange(near_, os::kNone));
  }
  void close_far() {
    if (far_ != os::kNone) os::close(std::exchange(far_, os::kNone));
  }
  void reset_far() {
    if (far_ != os::kNone) abort_socket(std::exchange(far_, os::kNone));
  }

  void send() { send(far_); }
  static void send(os::Handle from) {
    const os::Buffer byte{"x", 1};
    size_t count = 0;
    REQUIRE(ok(os::write(from, &byte, 1, count)));
    REQUIRE(count == 1);
  }
  // Reads all there is at `socket`; how many bytes. kAgain, or how it ended.
  static size_t drain(os::Handle socket, Status& end) {
    char bytes[4096];
    size_t total = 0;
    for (;;) {
      size_t count = 0;
      end = os::read(socket, bytes, sizeof bytes, count);
      if (!ok(end) || count == 0) return total;
      total += count;
    }
  }
  // Writes until there is no room; how many bytes.
  static size_t fill(os::Handle socket) {
    static const std::vector<char> block(65536);
    const os::Buffer buffer{block.data(), block.size()};
    for (size_t total = 0;;) {
      size_t count = 0;
      const Status status = os::write(socket, &buffer, 1, count);
      if (status == Status::kAgain) return total;
      REQUIRE(ok(status));
      total += count;
    }
  }

 private:
  os::Handle near_, far_ = os::kNone;
};

using Reports = std::map<uint64_t, uint32_t>;

// A poller, open.
template <class Backend>
class Opened {
 public:
  using Poller = typename Backend::Poller;
  // It answers questions only: see poller.h.
  static constexpr bool kAsks = Poller::kAssumed != 0;

  Opened() { REQUIRE(ok(poller.open({}))); }

  // As the engine does: what is assumed is tried, and wanted when the try finds nothing.
  Status add(intptr_t fd, uint64_t token) {
    typename Poller::Entry entry;
    if (const Status status = poller.add(fd, token, entry); !ok(status)) return status;
    {
      base::MutexLock lock(mutex_);
      entries_[fd] = std::move(entry);
      descriptors_[token] = fd;
    }
    if constexpr (kAsks) want(fd, Poller::kAssumed);
    return Status::kOk;
  }
  void del(intptr_t fd) {
    base::MutexLock lock(mutex_);
    const auto found = entries_.find(fd);
    if (found == entries_.end()) return;
    poller.del(fd, found->second);
    entries_.erase(found);
  }
  void want(intptr_t fd, uint32_t ready) {
    base::MutexLock lock(mutex_);
    const auto found = entries_.find(fd);
    if (found != entries_.end()) poller.want(found->second, ready);
  }

  // What one poll reported, by token; wakes as kWakeToken.
  Reports poll(uint64_t timeout_ns) {
    uint32_t count = UINT32_MAX;
    REQUIRE(ok(poller.poll(timeout_ns, count)));
    REQUIRE(count <= Poller::kBatch);
    Reports reports;
    for (uint32_t i = 0; i < count; ++i) {
      const Event event = poller.event(i);
      reports[event.token] |= event.token == Poller::kWakeToken ? 0 : event.ready;
    }
    return reports;
  }

  // Waits until all of `bits` have been reported for the token; what was reported for it meanwhile. Who waits says so.
  uint32_t await(uint64_t token, uint32_t bits) {
    uint32_t told = 0;
    while ((told & bits) != bits) {
      if constexpr (kAsks) want_bits(token, bits & ~told);
      const Reports reports = poll(platform::kForever);
      REQUIRE(!reports.empty());
      const auto found = reports.find(token);
      if (found != reports.end()) told |= found->second;
    }
    return told;
  }

  // An operation has found nothing more.
  void used_up(os::Handle handle, Direction direction) {
    want(handle, direction == Direction::kRead ? kReadable : kWritable);
  }
  // Reads all there is, as an operation does that waits for more.
  size_t take_all(os::Handle handle) {
    Status end;
    const size_t total = Pair::drain(handle, end);
    REQUIRE(end == Status::kAgain);
    used_up(handle, Direction::kRead);
    return total;
  }

  Poller poller;

 private:
  // Wants the directions that the bits are of.
  void want_bits(uint64_t token, uint32_t bits) {
    const uint32_t read = (bits & (kReadable | kReadClosed | kUrgent | kError)) != 0 ? kReadable : 0;
    const uint32_t write = (bits & (kWritable | kWriteClosed | kError)) != 0 ? kWritable : 0;
    intptr_t fd;
    {
      base::MutexLock lock(mutex_);
      fd = descriptors_.at(token);
    }
    want(fd, read | write);
  }

  base::Mutex mutex_;
  std::map<intptr_t, typename Poller::Entry> entries_;
  std::map<uint64_t, intptr_t> descriptors_;
};

}  // namespace rota::io::contract
