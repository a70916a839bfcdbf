// SPDX-License-Identifier: MIT
//
// What README.md says of the double, sentence by sentence.
#include "core/platform/kqueue_double/fake_kqueue.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "core/platform/clock.h"
#include "doctest/doctest.h"

namespace rota::platform::fake {
namespace {

using K = KqueueBase;
constexpr timespec kNow{};

int listen_here(sockaddr_in& address) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener, 16) == 0);
  REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return listener;
}

int connect_to(const sockaddr_in& address) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  REQUIRE(socket >= 0);
  const int begun = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  REQUIRE((begun == 0 || errno == EINPROGRESS || errno == ECONNREFUSED));
  return socket;
}

struct Pair {
  Pair() {
    sockaddr_in address;
    const int listener = listen_here(address);
    near = connect_to(address);
    far = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    REQUIRE(far >= 0);
    ::close(listener);
  }
  ~Pair() {
    if (near >= 0) ::close(near);
    if (far >= 0) ::close(far);
  }
  void close_far() { ::close(std::exchange(far, -1)); }
  void close_near() { ::close(std::exchange(near, -1)); }
  void reset_far() {
    const linger gone{.l_onoff = 1, .l_linger = 0};
    REQUIRE(::setsockopt(far, SOL_SOCKET, SO_LINGER, &gone, sizeof gone) == 0);
    close_far();
  }
  void send(size_t count = 1) const {
    const std::vector<char> bytes(count);
    REQUIRE(::send(far, bytes.data(), count, MSG_NOSIGNAL) == static_cast<ssize_t>(count));
  }
  void take(size_t count = 1) const {
    std::vector<char> bytes(count);
    REQUIRE(::recv(near, bytes.data(), count, 0) == static_cast<ssize_t>(count));
  }
  int near, far;
};

struct Fixture {
  ~Fixture() { close_kqueue(kq); }

  static Event change(int ident, int16_t filter, uint16_t flags, uint32_t fflags = 0, int64_t data = 0,
                      void* udata = nullptr) {
    return {static_cast<uintptr_t>(ident), filter, flags, fflags, data, udata};
  }
  // Applies one change; an error number or 0.
  int apply(const Event& event, bool except = true) const {
    return kevent(kq, &event, 1, nullptr, 0, nullptr, except) < 0 ? errno : 0;
  }
  std::vector<Event> take(int most = 16) const {
    std::vector<Event> events(static_cast<size_t>(most));
    const int count = kevent(kq, nullptr, 0, events.data(), most, &kNow, true);
    REQUIRE(count >= 0);
    events.resize(static_cast<size_t>(count));
    return events;
  }
  bool readable() const {
    pollfd look{.fd = kq, .events = POLLIN, .revents = 0};
    return ::poll(&look, 1, 0) == 1;
  }

  int kq = kqueue();
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an event is named by ident and filter; its udata comes back; adding again replaces") {
  Pair pair;
  int first = 0, second = 0;
  CHECK(apply(change(pair.near, K::kWrite, K::kAdd | K::kClear, 0, 0, &first)) == 0);
  CHECK(apply(change(pair.near, K::kWrite, K::kAdd | K::kClear, 0, 0, &second)) == 0);
  CHECK(apply(change(pair.near, K::kRead, K::kAdd | K::kClear, 0, 0, &first)) == 0);
  pair.send();
  const std::vector<Event> events = take();
  REQUIRE(events.size() == 2);
  CHECK(events[0].filter == K::kWrite);
  CHECK(events[0].udata == &second);
  CHECK(events[1].filter == K::kRead);
  CHECK(events[1].udata == &first);
  CHECK(events[1].ident == static_cast<uintptr_t>(pair.near));
  // EV_KEEPUDATA
  CHECK(apply(change(pair.near, K::kWrite, K::kEnable | K::kKeepUdata)) == 0);
  CHECK(take().at(0).udata == &second);
  CHECK(apply(change(pair.near, K::kWrite, K::kEnable, 0, 0, &first)) == 0);
  CHECK(take().at(0).udata == &first);
}

TEST_CASE_FIXTURE(Fixture, "the filter runs at registration and again when the event is taken") {
  Pair pair;
  pair.send(3);
  CHECK(apply(change(pair.near, K::kRead, K::kAdd | K::kClear)) == 0);
  CHECK(take().at(0).data == 3);
  // What was there, registered again, occurs again.
  CHECK(apply(change(pair.near, K::kRead, K::kAdd | K::kClear)) == 0);
  CHECK(take().size() == 1);
  pair.send();
  settle_kernel(kq);
  pair.take(4);
  CHECK(readable());
  CHECK(take().empty());
  CHECK_FALSE(readable());
}

TEST_CASE_FIXTURE(Fixture, "EV_CLEAR: one event for all that came in, and a new one for each arrival after it") {
  Pair pair;
  CHECK(apply(change(pair.near, K::kRead, K::kAdd | K::kClear)) == 0);
  CHECK(take().empty());
  pair.send();
  pair.send();
  const std::vector<Event> events = take();
  REQUIRE(events.size() == 1);
  CHECK(events[0].data == 2);
  CHECK(take().empty());
  pair.send();
  CHECK(take().at(0).data == 3);
}

TEST_CASE_FIXTURE(Fixture, "without EV_CLEAR it is a level; with EV_ONESHOT it is deleted") {
  Pair pair;
  CHECK(apply(change(pair.near, K::kRead, K::kAdd)) == 0);
  pair.send();
  CHECK(take().size() == 1);
  CHECK(take().size() == 1);
  pair.take();
  CHECK(take().empty());
  CHECK(apply(change(pair.near, K::kRead, K::kAdd | K::kOneshot)) == 0);
  CHECK(apply(change(pair.near, K::kWrite, K::kAdd | K::kOneshot)) == 0);
  CHECK(take().size() == 1);
  CHECK(apply(change(pair.near, K::kWrite, K::kDelete)) == ENOENT);
}

TEST_CASE_FIXTURE(Fixture, "EV_DISABLE keeps an event back, EV_ENABLE lets it come") {
  Pair pair;
  CHECK(apply(change(pair.near, K::kRead, K::kAdd | K::kClear)) == 0);
  CHECK(apply(change(pair.near, K::kRead, K::kDisable)) == 0);
  pair.send();
  CHECK(take().empty());
  CHECK(apply(change(pair.near, K::kRead, K::kEnable)) == 0);
  CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "what cannot be changed is told: as -1, in the event list, or by EV_RECEIPT") {
  Pair pair;
  CHECK(apply(change(pair.near, K::kRead, K::kDelete)) == ENOENT);
  CHECK(apply(change(pair.near, K::kRead, K::kEnable)) == ENOENT);
  CHECK(apply(change(1'000'000, K::kRead, K::kAdd)) == EBADF);
  CHECK(apply(change(1'000'000, K::kRead, K::kDelete)) == EBADF);
  CHECK(apply(change(pair.near, -99, K::kAdd)) == EINVAL);
  Event told[2];
  const Event wrong = change(1'000'000, K::kRead, K::kAdd);
  REQUIRE(kevent(kq, &wrong, 1, told, 2, nullptr, true) == 1);
  CHECK((told[0].flags & K::kError) != 0);
  CHECK(told[0].data == EBADF);
  // Receipts leave what is pending where it is, even with room for it.
  pair.send();
  const Event changes[] = {change(pair.near, K::kRead, K::kAdd | K::kClear | K::kReceipt),
                           change(pair.near, K::kUser, K::kDelete | K::kReceipt)};
  Event receipts[8];
  REQUIRE(kevent(kq, changes, 2, receipts, 8, nullptr, true) == 2);
  CHECK(((receipts[0].flags & K::kError) != 0 && receipts[0].data == 0));
  CHECK(((receipts[1].flags & K::kError) != 0 && receipts[1].data == ENOENT));
  CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "closing deletes; the number then is another file's") {
  Pair pair;
  pair.send();
  CHECK(apply(change(pair.near, K::kRead, K::kAdd | K::kClear)) == 0);
  const int number = pair.near;
  pair.close_near();
  CHECK(take().empty());
  Pair other;
  const bool same = other.near == number || other.far == number;
  CHECK(same);
  CHECK(apply(change(number, K::kRead, K::kDelete)) == ENOENT);
}

TEST_CASE_FIXTURE(Fixture, "an end of stream is EV_EOF, with what is still to be read; a reset has an error") {
  Pair pair;
  CHECK(apply(change(pair.near, K::kRead, K::kAdd | K::kClear)) == 0);
  pair.send(2);
  REQUIRE(::shutdown(pair.far, SHUT_WR) == 0);
  const std::vector<Event> events = take();
  REQUIRE(events.size() == 1);
  CHECK((events[0].flags & K::kEof) != 0);
  CHECK(events[0].data == 2);
  CHECK(events[0].fflags == 0);

  Pair gone;
  CHECK(apply(change(gone.near, K::kRead, K::kAdd | K::kClear)) == 0);
  CHECK(apply(change(gone.near, K::kWrite, K::kAdd | K::kClear)) == 0);
  (void)take();
  gone.reset_far();
  const std::vector<Event> both = take();
  REQUIRE(both.size() == 2);
  for (const Event& event : both) {
    CHECK((event.flags & K::kEof) != 0);
    CHECK(event.fflags == ECONNRESET);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "EVFILT_WRITE: when connected, with each acknowledgement, and EV_EOF when nothing can be sent") {
  const int fresh = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  CHECK(apply(change(fresh, K::kWrite, K::kAdd | K::kClear)) == 0);
  CHECK(apply(change(fresh, K::kRead, K::kAdd | K::kClear)) == 0);
  CHECK(take().empty());
  sockaddr_in address;
  const int listener = listen_here(address);
  const int begun = ::connect(fresh, reinterpret_cast<sockaddr*>(&address), sizeof address);
  REQUIRE((begun == 0 || errno == EINPROGRESS));
  std::vector<Event> events = take();
  REQUIRE(events.size() == 1);
  CHECK(events[0].filter == K::kWrite);
  CHECK(events[0].data > 0);
  REQUIRE(::send(fresh, "x", 1, 0) == 1);
  while (take().empty()) continue;
  REQUIRE(::shutdown(fresh, SHUT_WR) == 0);
  events = take();
  REQUIRE(events.size() == 1);
  CHECK((events[0].flags & K::kEof) != 0);
  ::close(fresh);
  ::close(listener);
  // Refused.
  const int late = connect_to(address);
  CHECK(apply(change(late, K::kWrite, K::kAdd | K::kClear)) == 0);
  events = take();
  REQUIRE(events.size() == 1);
  CHECK((events[0].flags & K::kEof) != 0);
  CHECK(events[0].fflags == ECONNREFUSED);
  ::close(late);
}

TEST_CASE_FIXTURE(Fixture, "a listener's data is how many connections wait") {
  sockaddr_in address;
  const int listener = listen_here(address);
  CHECK(apply(change(listener, K::kRead, K::kAdd | K::kClear)) == 0);
  CHECK(take().empty());
  const int first = connect_to(address), second = connect_to(address);
  CHECK(take().at(0).data == 2);
  for (const int socket : {first, second, listener}) ::close(socket);
}

TEST_CASE_FIXTURE(Fixture, "pipes: an end of stream when the writer is gone; EPIPE for who would write to nobody") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  CHECK(apply(change(ends[0], K::kRead, K::kAdd | K::kClear)) == 0);
  CHECK(apply(change(ends[1], K::kWrite, K::kAdd | K::kClear)) == 0);
  CHECK(take().size() == 1);
  ::close(ends[1]);
  CHECK((take().at(0).flags & K::kEof) != 0);
  ::close(ends[0]);
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  CHECK(apply(change(ends[1], K::kWrite, K::kAdd | K::kClear)) == EPIPE);
  ::close(ends[1]);
}

TEST_CASE_FIXTURE(Fixture, "EVFILT_EXCEPT tells of urgent data on sockets, where it exists; EVFILT_READ does not") {
  Pair pair;
  CHECK(apply(change(pair.near, DarwinKqueue::kExcept, K::kAdd | K::kClear, K::kOob), false) == EINVAL);
  CHECK(apply(change(pair.near, DarwinKqueue::kExcept, K::kAdd | K::kClear, K::kOob)) == 0);
  CHECK(apply(change(pair.near, K::kRead, K::kAdd | K::kClear)) == 0);
  REQUIRE(::send(pair.far, "!", 1, MSG_OOB) == 1);
  const std::vector<Event> urgent = take();
  REQUIRE(urgent.size() == 1);
  CHECK(urgent[0].filter == DarwinKqueue::kExcept);
  CHECK((urgent[0].fflags & K::kOob) != 0);
  Pair other;
  CHECK(apply(change(other.near, DarwinKqueue::kExcept, K::kAdd | K::kClear, K::kOob)) == 0);
  other.send();
  const std::vector<Event> plain = take();
  REQUIRE(plain.size() == 1);
  CHECK((plain[0].fflags & K::kOob) == 0);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  CHECK(apply(change(ends[0], DarwinKqueue::kExcept, K::kAdd | K::kClear, K::kOob)) == EINVAL);
  for (const int end : ends) ::close(end);
}

TEST_CASE_FIXTURE(Fixture, "EVFILT_USER occurs when triggered, by any thread, and once with EV_CLEAR") {
  int mark = 0;
  CHECK(apply(change(7, K::kUser, 0, K::kTrigger)) == ENOENT);
  CHECK(apply(change(7, K::kUser, K::kAdd | K::kClear, 0, 0, &mark)) == 0);
  CHECK(take().empty());
  std::thread other([&] { (void)apply(change(7, K::kUser, 0, K::kTrigger, 0, &mark)); });
  Event event;
  REQUIRE(kevent(kq, nullptr, 0, &event, 1, nullptr, true) == 1);
  other.join();
  CHECK(event.filter == K::kUser);
  CHECK(event.udata == &mark);
  CHECK(take().empty());
  // Registered and triggered in one.
  CHECK(apply(change(8, K::kUser, K::kAdd | K::kOneshot, K::kTrigger)) == 0);
  CHECK(take().size() == 1);
  CHECK(take().empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "EVFILT_TIMER fires not before its time, again and again or once, and starts anew when added") {
  const uint64_t begin = now_ns();
  CHECK(apply(change(1, K::kTimer, K::kAdd, K::kNanoseconds, 500'000)) == 0);
  Event event;
  for (uint64_t round = 1; round <= 3; ++round) {
    REQUIRE(kevent(kq, nullptr, 0, &event, 1, nullptr, true) == 1);
    CHECK(event.data >= 1);
    CHECK(now_ns() - begin >= round * 500'000);
  }
  CHECK(apply(change(1, K::kTimer, K::kDelete)) == 0);
  CHECK(apply(change(2, K::kTimer, K::kAdd | K::kOneshot, 0, 1)) == 0);
  const uint64_t start = now_ns();
  while (!readable()) continue;
  settle_kernel(kq);
  CHECK(readable());
  // Due, but not taken: starting it anew takes that back.
  CHECK(apply(change(2, K::kTimer, K::kAdd | K::kOneshot, 0, 2)) == 0);
  CHECK(take().empty());
  REQUIRE(kevent(kq, nullptr, 0, &event, 1, nullptr, true) == 1);
  CHECK(now_ns() - start >= 3'000'000);
  CHECK(take().empty());
}

TEST_CASE_FIXTURE(Fixture, "a kqueue can be watched by another") {
  Fixture outer;
  Pair pair;
  CHECK(outer.apply(change(kq, K::kRead, K::kAdd | K::kClear)) == 0);
  CHECK(apply(change(pair.near, K::kRead, K::kAdd | K::kClear)) == 0);
  CHECK(outer.take().empty());
  pair.send();
  CHECK(outer.take().size() == 1);
  CHECK(outer.readable() == false);
  CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "timeouts: zero only looks, others are not cut short; bad ones are refused; no list, no wait") {
  Event event;
  for (const long span : {1L, 200'000L, 1'500'000L}) {
    const timespec timeout{.tv_sec = 0, .tv_nsec = span};
    const uint64_t begin = now_ns();
    CHECK(kevent(kq, nullptr, 0, &event, 1, &timeout, true) == 0);
    CHECK(now_ns() - begin >= static_cast<uint64_t>(span));
  }
  const timespec wrong{.tv_sec = 0, .tv_nsec = 1'000'000'000};
  CHECK(kevent(kq, nullptr, 0, &event, 1, &wrong, true) == -1);
  CHECK(errno == EINVAL);
  CHECK(kevent(kq, nullptr, 0, nullptr, 0, nullptr, true) == 0);
  CHECK(kevent(kq + 1000, nullptr, 0, &event, 1, &kNow, true) == -1);
  CHECK(errno == EBADF);
}

TEST_CASE_FIXTURE(Fixture, "a signal ends a wait with EINTR, and the changes are applied") {
  struct sigaction action{}, before{};
  action.sa_handler = [](int) {};
  REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
  std::atomic<bool> done{false};
  const pthread_t waiter = ::pthread_self();
  std::thread signals([&] {
    while (!done.load()) {
      ::pthread_kill(waiter, SIGUSR1);
      ::sched_yield();
    }
  });
  const Event add = change(5, K::kUser, K::kAdd | K::kClear);
  Event event;
  CHECK(kevent(kq, &add, 1, &event, 1, nullptr, true) == -1);
  CHECK(errno == EINTR);
  done.store(true);
  signals.join();
  REQUIRE(::sigaction(SIGUSR1, &before, nullptr) == 0);
  CHECK(apply(change(5, K::kUser, 0, K::kTrigger)) == 0);
  CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a child does not have it") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Event event;
    const bool gone = kevent(kq, nullptr, 0, &event, 1, &kNow, true) == -1 && errno == EBADF;
    ::_exit(gone ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

}  // namespace rota::platform::fake
