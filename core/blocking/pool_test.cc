// SPDX-License-Identifier: MIT
#include "core/blocking/pool.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "core/task/fake_home.h"
#include "doctest/doctest.h"

namespace rota::blocking {
namespace {

// Lets threads wait for each other.
class Gate {
 public:
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    --waiting_;
  }
  void wait_for(int waiting) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= waiting; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

// Threads inside, started and ended, as the pool's `thread` callback sees them.
struct Census {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0, started = 0;
  std::function<void()> leaving;  // called by a thread that has decided to leave, and is still counted

  static void thread(void* user, uint32_t, void (*body)(void*), void* arg) {
    auto& self = *static_cast<Census*>(user);
    {
      std::lock_guard lock(self.mutex);
      ++self.inside;
      ++self.started;
    }
    body(arg);
    if (self.leaving) self.leaving();
    std::lock_guard lock(self.mutex);
    --self.inside;
    self.changed.notify_all();
  }
  void wait_until_empty() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return inside == 0; });
  }
};

using Work = std::function<Status()>;

constexpr Job::Calls kCalls{.run = [](Job::Function, void* arg) { return (*static_cast<Work*>(arg))(); },
                            .drop = [](Job::Function, void* arg) { delete static_cast<Work*>(arg); }};

// A pool whose threads are counted; its end checks that all of its memory has come back.
struct Fixture {
  explicit Fixture(uint32_t max_threads, uint64_t keep_alive_ns = 10'000'000'000,
                   decltype(PoolOptions::start) start = nullptr)
      : home(arena.get()),
        pool(arena.get(), {.max_threads = max_threads,
                           .inline_jobs = false,
                           .keep_alive_ns = keep_alive_ns,
                           .stack_size = 0,
                           .thread = Census::thread,
                           .disturb = nullptr,
                           .user = &census,
                           .start = start}) {}
  ~Fixture() {
    pool.close();
    CHECK(pool.wait_until_stopped(platform::kForever));
  }

  // The job, queued, with one reference; nullptr: refused.
  Job* submit(Work work, Status expected = Status::kOk) {
    Job* job = Job::make(home, kCalls, nullptr, new Work(std::move(work)), nullptr);
    const Status status = pool.submit(*job);
    CHECK(status == expected);
    if (ok(status)) return job;
    CHECK(job->abandon(status));
    task::unref(*job, 2);
    return nullptr;
  }
  // Waits by way of a job that is known to come last: completion is a state, not a signal here.
  static Status finish(Job* job) {
    while (!job->state.complete()) platform::yield_thread();
    const Status result = job->result;
    task::unref(*job);
    return result;
  }

  task::TestArena arena;
  task::FakeHome home;
  Census census;
  Pool pool;
};

std::atomic<int> starts_left{0};
Status start_while_allowed(platform::Thread& thread, platform::Thread::Main main, void* arg, size_t stack_size) {
  if (starts_left.fetch_sub(1) <= 0) return Status::kAgain;
  return thread.start(main, arg, stack_size);
}

}  // namespace

TEST_CASE("a job runs on a thread of the pool and ends with what it returned") {
  Fixture f(4);
  const uint64_t here = platform::thread_id();
  std::atomic<uint64_t> there{0};
  Job* job = f.submit([&] {
    there = platform::thread_id();
    return Status::kIo;
  });
  CHECK(Fixture::finish(job) == Status::kIo);
  CHECK(there != 0);
  CHECK(there != here);
}

TEST_CASE("jobs that wait for each other all get a thread, up to the limit") {
  constexpr int kThreads = 40;
  Fixture f(kThreads);
  Gate gate;
  std::vector<Job*> jobs;
  for (int i = 0; i < kThreads; ++i) {
    jobs.push_back(f.submit([&] {
      gate.pass();
      return Status::kOk;
    }));
  }
  gate.wait_for(kThreads);
  CHECK(f.pool.metrics().threads == kThreads);
  CHECK(f.pool.metrics().running == kThreads);
  // One more has to wait, and can be cancelled meanwhile.
  bool ran = false;
  Job* queued = f.submit([&] {
    ran = true;
    return Status::kOk;
  });
  CHECK(f.pool.metrics().queued == 1);
  CHECK(task::cancel(*queued) == Status::kOk);
  CHECK(task::cancel(*queued) == Status::kAlready);
  CHECK(Fixture::finish(queued) == Status::kCancelled);
  CHECK(task::cancel(*jobs[0]) == Status::kBusy);
  gate.open();
  for (Job* job : jobs) CHECK(Fixture::finish(job) == Status::kOk);
  CHECK_FALSE(ran);
}

TEST_CASE("many producers lose nothing") {
  Fixture f(8);
  std::atomic<int> ran{0};
  constexpr int kProducers = 4, kEach = 500;
  std::vector<platform::Thread> producers(kProducers);
  struct Producer {
    Fixture* f;
    std::atomic<int>* ran;
    std::vector<Job*> jobs;
  };
  std::vector<Producer> state(kProducers, Producer{&f, &ran, {}});
  for (int i = 0; i < kProducers; ++i) {
    REQUIRE(ok(producers[i].start(
        [](void* arg) -> void* {
          auto& self = *static_cast<Producer*>(arg);
          for (int n = 0; n < kEach; ++n) {
            self.jobs.push_back(self.f->submit([&self] {
              ++*self.ran;
              return Status::kOk;
            }));
          }
          return nullptr;
        },
        &state[i], 0)));
  }
  for (platform::Thread& producer : producers) producer.join();
  for (Producer& producer : state) {
    for (Job* job : producer.jobs) CHECK(Fixture::finish(job) == Status::kOk);
  }
  CHECK(ran == kProducers * kEach);
  CHECK(f.pool.metrics().jobs == kProducers * kEach);
}

TEST_CASE("without a thread to be had a job is refused; with one, the rest are queued") {
  starts_left = 0;
  Fixture f(8, 10'000'000'000, start_while_allowed);
  CHECK(f.submit([] { return Status::kOk; }, Status::kAgain) == nullptr);
  CHECK(f.pool.metrics().threads == 0);
  starts_left = 1;
  std::vector<Job*> jobs;
  for (int i = 0; i < 100; ++i) jobs.push_back(f.submit([] { return Status::kOk; }));
  for (Job* job : jobs) CHECK(Fixture::finish(job) == Status::kOk);
  CHECK(f.census.started == 1);
}

TEST_CASE("idle threads leave after their keep-alive, and come again when needed") {
  Fixture f(4, 2'000'000);
  CHECK(Fixture::finish(f.submit([] { return Status::kOk; })) == Status::kOk);
  f.census.wait_until_empty();
  CHECK(Fixture::finish(f.submit([] { return Status::kOk; })) == Status::kOk);
  CHECK(f.census.started == 2);
}

TEST_CASE("closing cancels what is queued, refuses more, and lets what runs end") {
  Fixture f(1);
  Gate gate;
  Job* running = f.submit([&] {
    gate.pass();
    return Status::kOk;
  });
  gate.wait_for(1);
  Job* queued = f.submit([] { return Status::kOk; });
  f.pool.close();
  CHECK(Fixture::finish(queued) == Status::kCancelled);
  CHECK(f.submit([] { return Status::kOk; }, Status::kShutdown) == nullptr);
  CHECK_FALSE(f.pool.wait_until_stopped(platform::now_ns()));
  gate.open();
  CHECK(Fixture::finish(running) == Status::kOk);
  CHECK(f.pool.wait_until_stopped(platform::kForever));
}

TEST_CASE("no pool answers so") {
  Fixture f(0);
  CHECK(f.submit([] { return Status::kOk; }, Status::kNotSupported) == nullptr);
}

TEST_CASE("a pool without threads leaves the jobs to its host") {
  task::TestArena arena;
  task::FakeHome home(arena.get());
  int disturbed = 0;
  Pool pool(arena.get(), {.max_threads = 0,
                          .inline_jobs = true,
                          .keep_alive_ns = 0,
                          .stack_size = 0,
                          .thread = nullptr,
                          .disturb = [](void* count) { ++*static_cast<int*>(count); },
                          .user = &disturbed,
                          .start = nullptr});
  int ran = 0;
  for (int i = 0; i < 3; ++i) {
    Job* job = Job::make(home, kCalls, nullptr, new Work([&] {
                           ++ran;
                           return Status::kOk;
                         }),
                         nullptr);
    CHECK(ok(pool.submit(*job)));
    task::unref(*job);
  }
  CHECK(disturbed == 3);
  CHECK(pool.has_queued());
  CHECK(pool.run_queued(2) == 2);
  CHECK(ran == 2);
  pool.close();
  CHECK(ran == 2);
  CHECK_FALSE(pool.has_queued());
}

TEST_CASE("a task whose polls may block is polled by the pool") {
  Fixture f(2);
  BlockingHome home(f.arena.get(), nullptr, f.pool);
  std::atomic<int> polls{0};
  const uint64_t here = platform::thread_id();
  std::atomic<bool> elsewhere{true};
  auto poll = [&](task::Context& context) {
    if (platform::thread_id() == here) elsewhere = false;
    if (++polls < 10) {
      context.yield();
      return Status::kPending;
    }
    return Status::kOk;
  };
  auto* task = task::PollTask<decltype(poll)>::make(home, std::move(poll));
  REQUIRE(task != nullptr);
  home.submit(*task);
  while (!task->state.complete()) platform::yield_thread();
  CHECK(task->result == Status::kOk);
  CHECK(polls == 10);
  CHECK(elsewhere);
  task::unref(*task);
}

TEST_CASE("a job that comes while the last thread leaves gets another") {
  // Longer than the pool's threads, which use them.
  std::atomic<Job*> late{nullptr};
  std::atomic<bool> once{true};
  Fixture f(1, 1);  // a keep-alive of a nanosecond: it leaves after its job
  f.census.leaving = [&] {
    if (!once.exchange(false)) return;
    late = f.submit([] { return Status::kOk; });
  };
  CHECK(Fixture::finish(f.submit([] { return Status::kOk; })) == Status::kOk);
  while (late == nullptr) platform::yield_thread();
  CHECK(Fixture::finish(late) == Status::kOk);
  // By a second one: the first was on its way out.
  CHECK(f.census.started == 2);
}

}  // namespace rota::blocking
