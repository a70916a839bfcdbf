// SPDX-License-Identifier: MIT
#include "core/sync/channel.h"

#include <atomic>
#include <thread>
#include <vector>

#include "core/sync/fake_home.h"
#include "doctest/doctest.h"

namespace rota::sync {
namespace {

std::atomic<int> dropped;
const Drop kCount{.call = [](Drop::Function function, void* value) { function(value); },
                  .function = [](void*) { ++dropped; }};

void* mark(uintptr_t n) { return reinterpret_cast<void*>(n); }
uintptr_t number(void* value) { return reinterpret_cast<uintptr_t>(value); }

struct Fixture {
  Fixture() { dropped = 0; }
  ~Fixture() {
    if (channel != nullptr) channel->unref();
    CHECK(home.run() == 0);
    CHECK(home.everything_freed());
  }
  Channel& open(size_t capacity) {
    channel = Channel::create(home, capacity, kCount).value();
    return *channel;
  }
  uintptr_t recv() {
    void* value = nullptr;
    CHECK(channel->try_recv(value) == Status::kOk);
    return number(value);
  }

  FakeHome home;
  Channel* channel = nullptr;
  void* got = nullptr;
};

TEST_CASE_FIXTURE(Fixture, "values come out in the order they went in, block after block") {
  for (const size_t capacity : {size_t{0}, size_t{1000}}) {
    open(capacity);
    CHECK(channel->try_recv(got) == Status::kAgain);
    uintptr_t in = 0, out = 0;
    for (int round = 1; round < 40; ++round) {
      for (int i = 0; i < round * 3; ++i) CHECK(channel->try_send(mark(++in)) == Status::kOk);
      CHECK(channel->size() == in - out);
      for (int i = 0; i < round * 3 - 1; ++i) CHECK(recv() == ++out);
    }
    while (out != in) CHECK(recv() == ++out);
    CHECK(channel->size() == 0);
    CHECK(channel->try_recv(got) == Status::kAgain);
    channel->unref();
  }
  CHECK(dropped == 0);
  open(0);
}

TEST_CASE_FIXTURE(Fixture, "a bounded channel takes as many as it says") {
  for (const size_t capacity : {size_t{1}, size_t{2}, size_t{63}, size_t{64}, size_t{200}}) {
    open(capacity);
    for (size_t i = 0; i < capacity; ++i) CHECK(channel->try_send(mark(i)) == Status::kOk);
    CHECK(channel->try_send(mark(0)) == Status::kAgain);
    CHECK(channel->size() == capacity);
    CHECK(recv() == 0);
    CHECK(channel->try_send(mark(7)) == Status::kOk);
    CHECK(channel->try_send(mark(0)) == Status::kAgain);
    channel->unref();
  }
  channel = nullptr;
  CHECK(dropped == 1 + 2 + 63 + 64 + 200);
}

TEST_CASE_FIXTURE(Fixture, "a capacity beyond all memory costs nothing until it is used") {
  open(SIZE_MAX);
  CHECK(channel->try_send(mark(1)) == Status::kOk);
  CHECK(recv() == 1);
}

TEST_CASE_FIXTURE(Fixture, "closing lets what is inside be received and takes no more") {
  open(0);
  CHECK(channel->try_send(mark(1)) == Status::kOk);
  CHECK(channel->close() == Status::kOk);
  CHECK(channel->close() == Status::kAlready);
  CHECK(channel->try_send(mark(2)) == Status::kClosed);
  CHECK(FakeHome::take(channel->send(mark(2)).value()) == Status::kClosed);
  CHECK(recv() == 1);
  CHECK(channel->try_recv(got) == Status::kClosed);
  CHECK(FakeHome::take(channel->recv(&got).value()) == Status::kClosed);
  CHECK(dropped == 0);
}

TEST_CASE_FIXTURE(Fixture, "what nobody received is dropped with the last handle") {
  open(0);
  for (int i = 0; i < 200; ++i) CHECK(channel->try_send(mark(i)) == Status::kOk);
  CHECK(recv() == 0);
  channel->unref();
  channel = nullptr;
  CHECK(dropped == 199);
}

TEST_CASE_FIXTURE(Fixture, "senders wait in line while it is full, and nobody overtakes them") {
  open(2);
  CHECK(FakeHome::take(channel->send(mark(1)).value()) == Status::kOk);
  CHECK(FakeHome::take(channel->send(mark(2)).value()) == Status::kOk);
  task::Header* third = channel->send(mark(3)).value();
  task::Header* fourth = channel->send(mark(4)).value();
  CHECK_FALSE(third->state.complete());
  CHECK(recv() == 1);
  CHECK(FakeHome::take(third) == Status::kOk);
  CHECK(channel->try_send(mark(5)) == Status::kAgain);
  CHECK(channel->size() == 2);
  CHECK(recv() == 2);
  CHECK(FakeHome::take(fourth) == Status::kOk);
  CHECK(recv() == 3);
  CHECK(channel->try_send(mark(5)) == Status::kOk);
  CHECK(recv() == 4);
  CHECK(recv() == 5);
}

TEST_CASE_FIXTURE(Fixture, "a sender that cancels keeps its value, and does not block the channel") {
  open(1);
  CHECK(channel->try_send(mark(1)) == Status::kOk);
  task::Header* waiting = channel->send(mark(2)).value();
  CHECK(task::cancel(*waiting) == Status::kOk);
  CHECK(task::cancel(*waiting) == Status::kAlready);
  CHECK(FakeHome::take(waiting) == Status::kCancelled);
  CHECK(recv() == 1);
  CHECK(channel->try_send(mark(3)) == Status::kOk);
  CHECK(recv() == 3);
  CHECK(dropped == 0);
}

TEST_CASE_FIXTURE(Fixture, "closing ends the senders in line") {
  open(1);
  CHECK(channel->try_send(mark(1)) == Status::kOk);
  task::Header* waiting = channel->send(mark(2)).value();
  CHECK(channel->close() == Status::kOk);
  CHECK(FakeHome::take(waiting) == Status::kClosed);
  CHECK(recv() == 1);
  CHECK(channel->try_recv(got) == Status::kClosed);
}

TEST_CASE_FIXTURE(Fixture, "a waiting receiver gets the next value") {
  open(0);
  task::Header* waiting = channel->recv(&got).value();
  CHECK_FALSE(waiting->state.complete());
  CHECK(channel->try_send(mark(1)) == Status::kOk);
  CHECK(FakeHome::take(waiting) == Status::kOk);
  CHECK(number(got) == 1);
  CHECK(channel->size() == 0);
  CHECK(channel->try_send(mark(2)) == Status::kOk);
  CHECK(FakeHome::take(channel->recv(&got).value()) == Status::kOk);
  CHECK(number(got) == 2);
}

TEST_CASE_FIXTURE(Fixture, "a receiver that cancels takes no value with it") {
  open(0);
  task::Header* waiting = channel->recv(&got).value();
  CHECK(task::cancel(*waiting) == Status::kOk);
  CHECK(FakeHome::take(waiting) == Status::kCancelled);
  CHECK(channel->try_send(mark(1)) == Status::kOk);
  CHECK(got == nullptr);
  CHECK(recv() == 1);
}

TEST_CASE_FIXTURE(Fixture, "closing ends the receivers in line and wakes the polling task") {
  open(0);
  task::Header* waiting = channel->recv(&got).value();
  task::Task* task = home.spawn([&](task::Context& context) { return channel->poll_recv(context, got); });
  home.run();
  CHECK(channel->close() == Status::kOk);
  CHECK(FakeHome::take(waiting) == Status::kClosed);
  home.run();
  CHECK(FakeHome::take(task) == Status::kClosed);
}

TEST_CASE_FIXTURE(Fixture, "a task that polls is woken once when values come") {
  open(0);
  int polls = 0;
  uintptr_t sum = 0;
  task::Task* task = home.spawn([&](task::Context& context) {
    ++polls;
    for (;;) {
      void* value;
      const Status status = channel->poll_recv(context, value);
      if (!ok(status)) return status;
      sum += number(value);
    }
  });
  home.run();
  CHECK(polls == 1);
  for (int i = 1; i <= 3; ++i) CHECK(channel->try_send(mark(i)) == Status::kOk);
  home.run();
  CHECK(polls == 2);
  CHECK(sum == 6);
  CHECK(channel->close() == Status::kOk);
  home.run();
  CHECK(FakeHome::take(task) == Status::kClosed);
}

TEST_CASE_FIXTURE(Fixture, "receiving spends the budget") {
  open(0);
  for (int i = 0; i < 300; ++i) CHECK(channel->try_send(mark(i)) == Status::kOk);
  std::vector<int> takes;
  task::Task* task = home.spawn([&](task::Context& context) {
    takes.push_back(0);
    while (ok(channel->poll_recv(context, got))) ++takes.back();
    return takes.size() == 3 ? Status::kOk : Status::kPending;
  });
  home.run();
  CHECK(FakeHome::take(task) == Status::kOk);
  CHECK(takes == std::vector<int>{128, 128, 44});
}

TEST_CASE_FIXTURE(Fixture, "the last handle ends senders and receivers in line") {
  open(1);
  task::Header* receiving = channel->recv(&got).value();
  channel->unref();
  CHECK(FakeHome::take(receiving) == Status::kClosed);
  open(1);
  CHECK(channel->try_send(mark(1)) == Status::kOk);
  task::Header* sending = channel->send(mark(2)).value();
  channel->unref();
  channel = nullptr;
  CHECK(FakeHome::take(sending) == Status::kClosed);
  CHECK(dropped == 1);
}

// Memory that runs out when it is told to.
struct Poor {
  static void* alloc(void* self, size_t size, size_t align) {
    auto* poor = static_cast<Poor*>(self);
    if (poor->left == 0) return nullptr;
    --poor->left;
    return platform::Memory().allocate(size, align);
  }
  static void free(void*, void* memory, size_t size, size_t align) { platform::Memory().free(memory, size, align); }
  int left = 1000;
};

TEST_CASE("when memory is out a value stays with its sender, and the channel goes on") {
  dropped = 0;
  Poor poor;
  FakeHome home(platform::Memory(Poor::alloc, Poor::free, &poor));
  Channel* channel = Channel::create(home, 100, kCount).value();
  poor.left = 0;
  CHECK(channel->try_send(mark(1)) == Status::kNoMemory);
  CHECK(channel->send(mark(1)).status() == Status::kNoMemory);
  void* got = nullptr;
  CHECK(channel->recv(&got).status() == Status::kNoMemory);
  poor.left = 1;
  int sent = 0;
  while (ok(channel->try_send(mark(++sent)))) {
  }
  CHECK(channel->size() == 63);
  CHECK(channel->try_send(mark(64)) == Status::kNoMemory);
  poor.left = 10;
  while (sent <= 100) CHECK(channel->try_send(mark(sent++)) == Status::kOk);
  task::Header* waiting = channel->send(mark(sent++)).value();
  for (uintptr_t i = 1; i <= 101; ++i) {
    CHECK(channel->try_recv(got) == Status::kOk);
    CHECK(number(got) == i);
  }
  CHECK(FakeHome::take(waiting) == Status::kOk);
  channel->unref();
  CHECK(dropped == 0);
  CHECK(home.everything_freed());
}

// Each producer sends 1, 2, 3, ... with its own mark; the consumer checks each one's order.
// `waiting_receive`: it waits with operations and sometimes cancels, else it polls as a task.
void run_producers(size_t capacity, int producers, bool waiting_receive) {
  constexpr uintptr_t kEach = 4000;
  Fixture f;
  Channel& channel = f.open(capacity);
  std::vector<std::thread> threads;
  for (int p = 0; p < producers; ++p) {
    threads.emplace_back([&, p] {
      for (uintptr_t i = 1; i <= kEach; ++i) {
        void* value = mark(i << 4 | static_cast<uintptr_t>(p));
        if (ok(channel.try_send(value))) continue;
        for (bool sent = false; !sent;) {
          task::Header* operation = channel.send(value).value();
          if (i % 64 == 0) (void)task::cancel(*operation);
          while (!operation->state.complete()) platform::yield_thread();
          const Status status = FakeHome::take(operation);
          if (status != Status::kOk && status != Status::kCancelled) std::abort();
          sent = ok(status);
        }
      }
    });
  }
  std::vector<uintptr_t> last(producers);
  uintptr_t total = 0;
  bool ordered = true;
  const auto take = [&](void* value) {
    const uintptr_t p = number(value) & 15, i = number(value) >> 4;
    ordered = ordered && i == last[p] + 1;
    last[p] = i;
    return ++total == kEach * static_cast<uintptr_t>(producers);
  };
  if (waiting_receive) {
    for (bool done = false; !done;) {
      void* value;
      task::Header* operation = channel.recv(&value).value();
      if (total % 64 == 0) (void)task::cancel(*operation);
      while (!operation->state.complete()) platform::yield_thread();
      if (ok(FakeHome::take(operation))) done = take(value);
    }
  } else {
    task::Task* task = f.home.spawn([&](task::Context& context) {
      for (;;) {
        void* value;
        const Status status = channel.poll_recv(context, value);
        if (!ok(status)) return status;
        if (take(value)) return Status::kOk;
      }
    });
    CHECK(f.home.wait(task) == Status::kOk);
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(ordered);
  CHECK(channel.size() == 0);
}

TEST_CASE("each producer's values arrive once and in order") {
  for (const size_t capacity : {size_t{0}, size_t{1}, size_t{7}, size_t{1000}}) {
    for (const int producers : {1, 3}) {
      for (const bool waiting_receive : {false, true}) {
        CAPTURE(capacity);
        CAPTURE(producers);
        CAPTURE(waiting_receive);
        run_producers(capacity, producers, waiting_receive);
      }
    }
  }
}

TEST_CASE("closing beside sends loses no value that was taken over") {
  for (int round = 0; round < 60; ++round) {
    Fixture f;
    Channel& channel = f.open(round % 2 == 0 ? 0 : 4);
    std::atomic<int> taken_over{0};
    const auto produce = [&] {
      for (;;) {
        task::Header* operation = channel.send(&f).value();
        while (!operation->state.complete()) platform::yield_thread();
        if (!ok(FakeHome::take(operation))) return;
        ++taken_over;
      }
    };
    std::thread first(produce), second(produce);
    int received = 0;
    for (;;) {
      void* value;
      const Status status = channel.try_recv(value);
      if (ok(status) && ++received == 50) CHECK(channel.close() == Status::kOk);
      if (status == Status::kClosed) break;
      if (status == Status::kAgain) platform::yield_thread();
    }
    first.join();
    second.join();
    CHECK(received == taken_over);
  }
}

}  // namespace
}  // namespace rota::sync
