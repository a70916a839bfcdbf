// SPDX-License-Identifier: MIT
//
// Readiness of descriptors that the host owns.
#include "tests/integration/support.h"
#include "tests/support/socket.h"

using namespace rota_test;

namespace {

class Fd {
 public:
  Fd(rota_runtime* runtime, os_socket descriptor) { REQUIRE(rota_fd_register(runtime, descriptor, &fd_) == ROTA_OK); }
  ~Fd() { rota_fd_release(fd_); }
  Fd(const Fd&) = delete;
  operator rota_fd*() const { return fd_; }

 private:
  rota_fd* fd_ = nullptr;
};

struct Wait {
  Wait(rota_fd* fd, uint32_t interest) {
    rota_task* raw = nullptr;
    REQUIRE(rota_fd_wait(fd, interest, &ready, &raw) == ROTA_OK);
    task = Task(raw);
  }
  uint32_t ready = 0;
  Task task;
};

// Two ends of a stream of the host.
struct Pair {
  Pair() { os_socket_pair(ends); }
  ~Pair() {
    os_socket_close(ends[0]);
    if (!ended) os_socket_close(ends[1]);
  }
  Pair(const Pair&) = delete;

  void write_far() { REQUIRE(os_socket_send(ends[1], "x", 1) == 1); }
  void read_near() {
    char byte;
    REQUIRE(os_socket_receive(ends[0], &byte, 1) == 1);
  }
  void close_far() {
    os_socket_close(ends[1]);
    ended = true;
  }
  os_socket near_end() const { return ends[0]; }

  os_socket ends[2];
  bool ended = false;
};

}  // namespace

TEST_CASE("readiness is level-triggered: it is told until the bytes are taken") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Pair pair;
    Fd fd(runtime, pair.near_end());
    for (int round = 0; round < 20; ++round) {
      Wait early(fd, ROTA_READABLE);
      CHECK(early.task.wait(0) == ROTA_ETIMEDOUT);
      pair.write_far();
      CHECK(early.task.wait() == ROTA_OK);
      CHECK(early.ready == ROTA_READABLE);
      // Nothing was read: still ready.
      Wait again(fd, ROTA_READABLE | ROTA_WRITABLE);
      CHECK(again.task.wait() == ROTA_OK);
      CHECK(again.ready == (ROTA_READABLE | ROTA_WRITABLE));
      pair.read_near();
      Wait writable(fd, ROTA_READABLE | ROTA_WRITABLE);
      CHECK(writable.task.wait() == ROTA_OK);
      CHECK(writable.ready == ROTA_WRITABLE);
    }
  });
}

TEST_CASE("the peer's end is told, for as long as one asks") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Pair pair;
    Fd fd(runtime, pair.near_end());
    Wait wait(fd, ROTA_READABLE);
    CHECK(wait.task.wait(0) == ROTA_ETIMEDOUT);
    pair.close_far();
    CHECK(wait.task.wait() == ROTA_OK);
    CHECK((wait.ready & (ROTA_READABLE | ROTA_CLOSED_READ)) == (ROTA_READABLE | ROTA_CLOSED_READ));
    Wait again(fd, ROTA_READABLE);
    CHECK(again.task.wait() == ROTA_OK);
  });
}

TEST_CASE("deregistering ends what waits and leaves the descriptor to its owner") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Pair pair;
    {
      Fd fd(runtime, pair.near_end());
      Wait wait(fd, ROTA_READABLE);
      CHECK(wait.task.wait(0) == ROTA_ETIMEDOUT);
      CHECK(rota_fd_deregister(fd) == ROTA_OK);
      CHECK(wait.task.wait() == ROTA_ECLOSED);
      CHECK(rota_fd_deregister(fd) == ROTA_EALREADY);
      Wait late(fd, ROTA_READABLE);
      CHECK(late.task.wait() == ROTA_ECLOSED);
      // It can be registered anew, and works.
      Fd second(runtime, pair.near_end());
      Wait writable(second, ROTA_WRITABLE);
      CHECK(writable.task.wait() == ROTA_OK);
    }
    CHECK(os_socket_is_open(pair.near_end()) == 1);
  });
}

TEST_CASE("what cannot be registered is refused") {
  Runtime runtime(1);
  rota_fd* fd = nullptr;
  CHECK(rota_fd_register(runtime, -1, &fd) == ROTA_EBADF);
  CHECK(rota_fd_register(runtime, 1'000'000, &fd) == ROTA_EBADF);
  const intptr_t file = os_file_open();
  CHECK(rota_fd_register(runtime, file, &fd) == ROTA_ENOTSUP);
  os_file_close(file);
  Pair pair;
  Fd first(runtime, pair.near_end());
  CHECK(rota_fd_register(runtime, pair.near_end(), &fd) == ROTA_EEXIST);
  CHECK(fd == nullptr);
  rota_task* task;
  uint32_t ready;
  CHECK(rota_fd_wait(first, 0, &ready, &task) == ROTA_EINVAL);
  CHECK(rota_fd_wait(first, ROTA_CLOSED_READ, &ready, &task) == ROTA_EINVAL);
  CHECK(rota_fd_deregister(first) == ROTA_OK);
}

TEST_CASE("shutdown ends a wait for readiness") {
  Pair pair;
  Runtime runtime(2);
  Fd fd(runtime, pair.near_end());
  Wait wait(fd, ROTA_READABLE);
  CHECK(wait.task.wait(0) == ROTA_ETIMEDOUT);
  CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
  CHECK(wait.task.wait() == ROTA_ECANCELED);
}
