// SPDX-License-Identifier: MIT
//
// Readiness of descriptors that the host owns.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/integration/support.h"

using namespace rota_test;

namespace {

class Fd {
 public:
  Fd(rota_runtime* runtime, int descriptor) { REQUIRE(rota_fd_register(runtime, descriptor, &fd_) == ROTA_OK); }
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

void write_byte(int fd) { REQUIRE(write(fd, "x", 1) == 1); }
void read_byte(int fd) {
  char byte;
  REQUIRE(read(fd, &byte, 1) == 1);
}

}  // namespace

TEST_CASE("readiness is level-triggered: it is told until the bytes are taken") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    {
      Fd fd(runtime, ends[0]);
      for (int round = 0; round < 20; ++round) {
        Wait early(fd, ROTA_READABLE);
        CHECK(early.task.wait(0) == ROTA_ETIMEDOUT);
        write_byte(ends[1]);
        CHECK(early.task.wait() == ROTA_OK);
        CHECK(early.ready == ROTA_READABLE);
        // Nothing was read: still ready.
        Wait again(fd, ROTA_READABLE | ROTA_WRITABLE);
        CHECK(again.task.wait() == ROTA_OK);
        CHECK(again.ready == (ROTA_READABLE | ROTA_WRITABLE));
        read_byte(ends[0]);
        Wait writable(fd, ROTA_READABLE | ROTA_WRITABLE);
        CHECK(writable.task.wait() == ROTA_OK);
        CHECK(writable.ready == ROTA_WRITABLE);
      }
    }
    close(ends[0]);
    close(ends[1]);
  });
}

TEST_CASE("the peer's end is told, for as long as one asks") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    int ends[2];
    REQUIRE(pipe2(ends, O_NONBLOCK) == 0);
    {
      Fd fd(runtime, ends[0]);
      Wait wait(fd, ROTA_READABLE);
      CHECK(wait.task.wait(0) == ROTA_ETIMEDOUT);
      close(ends[1]);
      CHECK(wait.task.wait() == ROTA_OK);
      CHECK((wait.ready & (ROTA_READABLE | ROTA_CLOSED_READ)) == (ROTA_READABLE | ROTA_CLOSED_READ));
      Wait again(fd, ROTA_READABLE);
      CHECK(again.task.wait() == ROTA_OK);
    }
    close(ends[0]);
  });
}

TEST_CASE("deregistering ends what waits and leaves the descriptor to its owner") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    const int event = eventfd(0, EFD_NONBLOCK);
    {
      Fd fd(runtime, event);
      Wait wait(fd, ROTA_READABLE);
      CHECK(wait.task.wait(0) == ROTA_ETIMEDOUT);
      CHECK(rota_fd_deregister(fd) == ROTA_OK);
      CHECK(wait.task.wait() == ROTA_ECLOSED);
      CHECK(rota_fd_deregister(fd) == ROTA_EALREADY);
      Wait late(fd, ROTA_READABLE);
      CHECK(late.task.wait() == ROTA_ECLOSED);
      // It can be registered anew, and works.
      Fd second(runtime, event);
      Wait writable(second, ROTA_WRITABLE);
      CHECK(writable.task.wait() == ROTA_OK);
    }
    CHECK(fcntl(event, F_GETFD) >= 0);
    close(event);
  });
}

TEST_CASE("what cannot be registered is refused") {
  Runtime runtime(1);
  rota_fd* fd = nullptr;
  CHECK(rota_fd_register(runtime, -1, &fd) == ROTA_EBADF);
  CHECK(rota_fd_register(runtime, 1'000'000, &fd) == ROTA_EBADF);
  const int file = open("/proc/self/exe", O_RDONLY);
  CHECK(rota_fd_register(runtime, file, &fd) == ROTA_ENOTSUP);
  close(file);
  const int event = eventfd(0, EFD_NONBLOCK);
  Fd first(runtime, event);
  CHECK(rota_fd_register(runtime, event, &fd) == ROTA_EEXIST);
  CHECK(fd == nullptr);
  rota_task* task;
  uint32_t ready;
  CHECK(rota_fd_wait(first, 0, &ready, &task) == ROTA_EINVAL);
  CHECK(rota_fd_wait(first, ROTA_CLOSED_READ, &ready, &task) == ROTA_EINVAL);
  CHECK(rota_fd_deregister(first) == ROTA_OK);
  close(event);
}

TEST_CASE("shutdown ends a wait for readiness") {
  const int event = eventfd(0, EFD_NONBLOCK);
  {
    Runtime runtime(2);
    Fd fd(runtime, event);
    Wait wait(fd, ROTA_READABLE);
    CHECK(wait.task.wait(0) == ROTA_ETIMEDOUT);
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    CHECK(wait.task.wait() == ROTA_ECANCELED);
  }
  close(event);
}
