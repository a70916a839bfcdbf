// SPDX-License-Identifier: MIT
//
// KqueuePoller over the double of kqueue, as FreeBSD and as macOS, held to the contract of every poller.
#include "core/io/bsd/kqueue_poller.h"

#include <cstdlib>

#include "core/io/bsd/kqueue_readiness.h"
#include "core/io/contract/unix.h"
#include "core/platform/bsd/kqueue_signal.h"
#include "core/platform/kqueue_double/fake_kqueue.h"

namespace rota::io::contract {

using platform::fake::DarwinKqueue;
using platform::fake::FreeBsdKqueue;

// The set of core/platform/bsd/signal.cc.
template <class System>
class FakeSet {
 public:
  ~FakeSet() { Signals::close(handle_); }
  Status open() { return Signals::open(handle_); }
  Status add(intptr_t member) { return Signals::add_member(handle_, member); }
  void settle() { Signals::settle(handle_); }
  intptr_t handle() const {
    platform::fake::settle_kernel(static_cast<int>(handle_));
    return handle_;
  }

 private:
  using Signals = platform::KqueueSignals<System>;
  intptr_t handle_ = platform::kNoHandle;
};

struct FreeBsd : UnixBackend {
  using Poller = KqueuePoller<FreeBsdKqueue>;
  using Set = FakeSet<FreeBsdKqueue>;
  static constexpr bool kTellsUrgent = false;
  static constexpr bool kWatchesSets = false;
};
struct Darwin : UnixBackend {
  using Poller = KqueuePoller<DarwinKqueue>;
  using Set = FakeSet<DarwinKqueue>;
  static constexpr bool kWatchesSets = false;
};

ROTA_UNIX_POLLER_CONTRACT(FreeBsd);
ROTA_UNIX_POLLER_CONTRACT(Darwin);

TEST_CASE("asked of a kqueue, a descriptor's readiness is what poll(2) says on Linux") {
  const auto compare = [](intptr_t fd, uint32_t sensible = kReadable | kWritable) {
    for (const uint32_t asked : {kReadable, kWritable, kReadable | kWritable}) {
      if ((asked & ~sensible) != 0) continue;
      const bool read = (asked & kReadable) != 0, write = (asked & kWritable) != 0;
      uint32_t by_kqueue = 99, by_poll = 99;
      REQUIRE(kqueue_readiness<FreeBsdKqueue>(fd, read, write, by_kqueue) == os::readiness(fd, read, write, by_poll));
      const uint32_t told = asked | kReadClosed | kError;
      CHECK((by_kqueue & told) == (by_poll & told));
    }
  };
  Pair pair;
  compare(pair.near());
  pair.send();
  wait_until_readable(pair.near());
  compare(pair.near());
  (void)Pair::fill(pair.near());
  compare(pair.near());
  REQUIRE(ok(os::shutdown(pair.far(), os::Half::kWrite)));
  compare(pair.near());
  Pair gone;
  gone.reset_far();
  compare(gone.near());
  Listener listener;
  compare(listener.handle());
  Pair accepted(listener);
  compare(listener.handle());
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  compare(file);
  ::close(file);
  compare(1'000'000);
  Pipe pipe;
  compare(pipe.reader());
  compare(pipe.writer());
  pipe.close_reader();
  compare(pipe.writer());
  Pipe other;
  other.close_writer();
  compare(other.reader(), kReadable);
}

TEST_CASE("a descriptor closed behind the backend's back makes room for the next of its number, and only then") {
  Opened<FreeBsd> opened;
  Pair pair;
  const os::Handle number = pair.near();
  REQUIRE(ok(opened.add(number, 1)));
  CHECK(opened.add(number, 2) == Status::kExists);
  (void)opened.await(1, kWritable);
  pair.close_near();
  Pair next;
  REQUIRE((next.near() == number || next.far() == number));
  REQUIRE(ok(opened.add(number, 3)));
  (void)opened.await(3, kWritable);
}

TEST_CASE("in a child the queue's number is another file's, and is left open") {
  struct Capture {
    Status add(intptr_t queue) {
      number = static_cast<int>(queue);
      return Status::kOk;
    }
    int number = -1;
  } capture;
  Opened<FreeBsd> opened;
  REQUIRE(ok(opened.poller.join(capture)));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Pipe pipe;
    int failed = ::dup2(pipe.reader(), capture.number) == capture.number ? 0 : 1;
    if (!ok(opened.poller.after_fork())) failed |= 2;
    if (::fcntl(capture.number, F_GETFD) < 0) failed |= 4;
    opened.poller.close();
    if (::fcntl(capture.number, F_GETFD) < 0) failed |= 8;
    ::_exit(failed);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("an error in the event list makes both directions ready") {
  FreeBsdKqueue::Event event{};
  event.filter = FreeBsdKqueue::kRead;
  event.flags = FreeBsdKqueue::kError;
  event.data = EBADF;
  CHECK(ready_of<FreeBsdKqueue>(event) == (kReadable | kWritable | kError));
}

TEST_CASE("the tokens' table comes from the runtime's memory, and goes back there") {
  long bytes = 0;
  const platform::Memory memory(
      [](void* user, size_t size, size_t align) -> void* {
        *static_cast<long*>(user) += static_cast<long>(size);
        return std::aligned_alloc(align, (size + align - 1) / align * align);
      },
      [](void* user, void* block, size_t size, size_t) {
        *static_cast<long*>(user) -= static_cast<long>(size);
        std::free(block);
      },
      &bytes);
  KqueuePoller<FreeBsdKqueue> poller;
  KqueuePoller<FreeBsdKqueue>::Entry entry;
  REQUIRE(ok(poller.open(memory)));
  Pair pair;
  REQUIRE(ok(poller.add(pair.near(), 1, entry)));
  CHECK(bytes > 0);
  poller.close();
  CHECK(bytes == 0);
}

TEST_CASE("without memory nothing is added, and nothing is left behind") {
  const platform::Memory none([](void*, size_t, size_t) -> void* { return nullptr; },
                              [](void*, void*, size_t, size_t) {}, nullptr);
  KqueuePoller<FreeBsdKqueue> poller;
  KqueuePoller<FreeBsdKqueue>::Entry entry;
  REQUIRE(ok(poller.open(none)));
  Pair pair;
  CHECK(poller.add(pair.near(), 1, entry) == Status::kNoMemory);
  uint32_t count = 0;
  REQUIRE(ok(poller.poll(0, count)));
  CHECK(count == 0);
}

}  // namespace rota::io::contract
