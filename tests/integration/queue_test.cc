// SPDX-License-Identifier: MIT
//
// Queues for hosts: completions as callbacks and as data, the pollable handle, budgets, and hosted runtimes.
#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "tests/integration/support.h"
#include "tests/support/handle.h"
#include "tests/support/thread.h"

namespace rota_test {
namespace {

class Queue {
 public:
  explicit Queue(rota_runtime* runtime) { REQUIRE(rota_queue_create(runtime, &queue_) == ROTA_OK); }
  ~Queue() { rota_queue_release(queue_); }
  operator rota_queue*() const { return queue_; }
  rota_queue* take() { return std::exchange(queue_, nullptr); }

  bool readable(int timeout_ms) const {
    intptr_t handle;
    REQUIRE(rota_queue_handle(queue_, &handle) == ROTA_OK);
    return os_handle_wait(handle, timeout_ms) == 1;
  }
  // Runs as a host would: waits for the handle, then runs, until `enough`.
  template <class Enough>
  void run_until(Enough enough) const {
    while (!enough()) {
      REQUIRE(readable(10'000));
      REQUIRE(rota_queue_run(queue_, 0, ROTA_FOREVER, nullptr) >= ROTA_OK);
    }
  }

 private:
  rota_queue* queue_ = nullptr;
};

struct Count {
  std::atomic<int> fired{0};
  std::thread::id thread;
  rota_status status = ROTA_PENDING;
};

void count(rota_task*, rota_status status, void* user, void*) {
  auto* self = static_cast<Count*>(user);
  self->thread = std::this_thread::get_id();
  self->status = status;
  ++self->fired;
}

std::set<uint64_t> threads_now() {
  uint64_t threads[256];
  const size_t count = os_thread_list(threads, std::size(threads));
  REQUIRE(count <= std::size(threads));
  return {threads, threads + count};
}

// Threads of an earlier test's runtime may still be on their way out: fewer is fine, new ones are not.
bool no_new_threads(const std::set<uint64_t>& before) {
  const std::set<uint64_t> now = threads_now();
  return std::includes(before.begin(), before.end(), now.begin(), now.end());
}

}  // namespace

TEST_CASE("a completion fires once, on the host's thread, inside run") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Queue queue(runtime);
    Count done;
    Task task = spawn(runtime, [](rota_context*) { return ROTA_EIO; });
    CHECK(rota_task_on_done(task, queue, count, &done, nullptr) == ROTA_OK);
    CHECK(done.fired == 0);  // never inside the call that set it
    queue.run_until([&] { return done.fired == 1; });
    CHECK(done.status == ROTA_EIO);
    CHECK(done.thread == std::this_thread::get_id());
    CHECK(rota_queue_run(queue, 0, ROTA_FOREVER, nullptr) == ROTA_OK);
    CHECK(done.fired == 1);
  });
}

TEST_CASE("a completion set on a task that is complete already fires too, and each of several") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Queue queue(runtime);
    Count done;
    Task task = spawn(runtime, [](rota_context*) { return ROTA_OK; });
    CHECK(task.wait() == ROTA_OK);
    for (int i = 0; i < 3; ++i) CHECK(rota_task_on_done(task, queue, count, &done, nullptr) == ROTA_OK);
    CHECK(done.fired == 0);
    queue.run_until([&] { return done.fired == 3; });
  });
}

TEST_CASE("without a queue a completion fires on a worker, also when the task is cancelled") {
  Runtime runtime(2);
  Count done;
  Event fired;
  Task task = spawn(runtime, [](rota_context*) { return ROTA_PENDING; });
  struct Both {
    Count* count;
    Event* event;
  } both{&done, &fired};
  CHECK(rota_task_on_done(
            task, nullptr,
            [](rota_task* t, rota_status status, void* raw, void*) {
              count(t, status, static_cast<Both*>(raw)->count, nullptr);
              static_cast<Both*>(raw)->event->set();
            },
            &both, nullptr) == ROTA_OK);
  CHECK(rota_task_cancel(task) == ROTA_OK);
  fired.wait();
  CHECK(done.status == ROTA_ECANCELED);
  CHECK(done.thread != std::this_thread::get_id());
}

TEST_CASE("completions are taken as data, in pieces, with a task that is the caller's") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Queue queue(runtime);
    constexpr int kTasks = 100;
    for (int i = 0; i < kTasks; ++i) {
      Task task = spawn(runtime, [](rota_context*) { return ROTA_OK; });
      REQUIRE(rota_task_on_done(task, queue, nullptr, reinterpret_cast<void*>(static_cast<intptr_t>(i)), nullptr) ==
              ROTA_OK);
    }
    std::vector<bool> seen(kTasks);
    for (int got = 0; got < kTasks;) {
      REQUIRE(queue.readable(10'000));
      rota_completion completions[7];
      uint32_t taken = 0;
      REQUIRE(rota_queue_pop(queue, completions, 7, &taken) >= ROTA_OK);
      for (uint32_t i = 0; i < taken; ++i) {
        CHECK(completions[i].status == ROTA_OK);
        CHECK(rota_task_status(completions[i].task) == ROTA_OK);
        const auto number = reinterpret_cast<intptr_t>(completions[i].user1);
        CHECK_FALSE(seen[number]);
        seen[number] = true;
        rota_task_release(completions[i].task);
      }
      got += static_cast<int>(taken);
    }
  });
}

TEST_CASE("the handle stays readable until everything has been run") {
  Runtime runtime(1);
  Queue queue(runtime);
  Count done;
  CHECK_FALSE(queue.readable(0));
  for (int i = 0; i < 10; ++i) {
    Task task = spawn(runtime, [](rota_context*) { return ROTA_OK; });
    REQUIRE(rota_task_on_done(task, queue, count, &done, nullptr) == ROTA_OK);
    CHECK(task.wait() == ROTA_OK);
  }
  int rounds = 0;
  while (done.fired < 10) {
    REQUIRE(queue.readable(10'000));
    CHECK(queue.readable(0));  // looking does not clear it
    uint32_t ran = 0;
    const rota_status status = rota_queue_run(queue, 3, ROTA_FOREVER, &ran);
    CHECK(ran <= 3);
    CHECK(status == (done.fired == 10 ? ROTA_OK : ROTA_PENDING));
    REQUIRE(++rounds < 20);
  }
  CHECK_FALSE(queue.readable(0));
}

TEST_CASE("a time budget of zero still runs one item, so that a host gets on") {
  Runtime runtime(1);
  Queue queue(runtime);
  Count done;
  for (int i = 0; i < 4; ++i) {
    Task task = spawn(runtime, [](rota_context*) { return ROTA_OK; });
    REQUIRE(rota_task_on_done(task, queue, count, &done, nullptr) == ROTA_OK);
    CHECK(task.wait() == ROTA_OK);
  }
  for (int i = 1; i <= 4; ++i) {
    REQUIRE(queue.readable(10'000));
    uint32_t ran = 0;
    CHECK(rota_queue_run(queue, 0, 0, &ran) == (i == 4 ? ROTA_OK : ROTA_PENDING));
    CHECK(ran == 1);
  }
  CHECK(done.fired == 4);
}

TEST_CASE("run inside a callback does nothing, and releasing the queue there is fine") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Queue queue(runtime);
    struct Nested {
      rota_queue* queue;
      rota_status status = ROTA_OK;
      uint32_t ran = 9;
      std::atomic<bool> fired{false};
    } nested{queue};
    Task task = spawn(runtime, [](rota_context*) { return ROTA_OK; });
    REQUIRE(rota_task_on_done(
                task, queue,
                [](rota_task*, rota_status, void* raw, void*) {
                  auto* self = static_cast<Nested*>(raw);
                  self->status = rota_queue_run(self->queue, 0, ROTA_FOREVER, &self->ran);
                  rota_queue_release(self->queue);
                  self->fired = true;
                },
                &nested, nullptr) == ROTA_OK);
    rota_queue* raw = queue.take();
    while (!nested.fired) {
      if (rota_queue_run(raw, 0, ROTA_FOREVER, nullptr) == ROTA_OK) std::this_thread::yield();
      if (nested.fired) break;
    }
    CHECK(nested.status == ROTA_EBUSY);
    CHECK(nested.ran == 0);
  });
}

TEST_CASE("a task spawned on a queue is polled by the host's thread alone") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Queue queue(runtime);
    std::atomic<int> polls{0};
    bool right = true;
    const auto here = std::this_thread::get_id();
    Task helper;
    rota_spawn_desc desc = describe([&](rota_context* cx) -> rota_status {
      right = right && std::this_thread::get_id() == here;
      if (++polls == 1) {
        helper = spawn(rota_context_runtime(cx), [](rota_context*) { return ROTA_OK; });
      }
      return rota_task_poll(helper, cx);
    });
    desc.on = queue;
    rota_task* raw;
    REQUIRE(rota_spawn(runtime, &desc, &raw) == ROTA_OK);
    Task task(raw);
    queue.run_until([&] { return task.status() != ROTA_PENDING; });
    CHECK(task.status() == ROTA_OK);
    CHECK(right);
    CHECK(polls >= 1);
  });
}

TEST_CASE("releasing a queue delivers what has landed, and later completions come on a worker") {
  Runtime runtime(1);
  Count landed, late;
  Event fired;
  std::atomic<bool> go{false};
  Task slow = spawn(runtime, [&](rota_context* cx) { return go ? ROTA_OK : rota_yield(cx); });
  {
    Queue queue(runtime);
    Task task = spawn(runtime, [](rota_context*) { return ROTA_OK; });
    REQUIRE(rota_task_on_done(task, queue, count, &landed, nullptr) == ROTA_OK);
    REQUIRE(queue.readable(10'000));
    struct Both {
      Count* count;
      Event* event;
    };
    static Both both;
    both = {&late, &fired};
    REQUIRE(rota_task_on_done(
                slow, queue,
                [](rota_task* t, rota_status status, void* raw, void*) {
                  count(t, status, static_cast<Both*>(raw)->count, nullptr);
                  static_cast<Both*>(raw)->event->set();
                },
                &both, nullptr) == ROTA_OK);
  }
  CHECK(landed.fired == 1);
  CHECK(landed.thread == std::this_thread::get_id());
  go = true;
  fired.wait();
  CHECK(late.thread != std::this_thread::get_id());
}

TEST_CASE("a hosted runtime starts no thread and does everything inside the host's calls") {
  const std::set<uint64_t> before = threads_now();
  Runtime runtime(0);
  Queue queue(runtime);
  const auto here = std::this_thread::get_id();
  std::atomic<int> right{0};
  std::vector<Task> tasks;
  for (int i = 0; i < 20; ++i) {
    tasks.push_back(spawn(runtime, [&](rota_context*) -> rota_status {
      right += std::this_thread::get_id() == here ? 1 : 0;
      return ROTA_OK;
    }));
    tasks.push_back(spawn_blocking(runtime, [&]() -> rota_status {
      right += std::this_thread::get_id() == here ? 1 : 0;
      return ROTA_OK;
    }));
  }
  CHECK(right == 0);
  CHECK(no_new_threads(before));
  Task sleep;
  {
    rota_task* raw;
    REQUIRE(rota_sleep(runtime, 5'000'000, &raw) == ROTA_OK);
    sleep = Task(raw);
  }
  queue.run_until([&] { return right == 40 && sleep.status() == ROTA_OK; });
  for (const Task& task : tasks) CHECK(task.status() == ROTA_OK);
  CHECK(no_new_threads(before));
}

TEST_CASE("a hosted runtime's handle speaks for tasks that other threads wake") {
  Runtime runtime(0);
  Queue queue(runtime);
  std::atomic<rota_waker*> waker{nullptr};
  std::atomic<bool> ready{false};
  Task task = spawn(runtime, [&](rota_context* cx) -> rota_status {
    if (ready) return ROTA_OK;
    rota_waker_release(waker.exchange(rota_waker_clone(cx)));
    return ROTA_PENDING;
  });
  queue.run_until([&] { return waker != nullptr; });
  while (rota_queue_run(queue, 0, ROTA_FOREVER, nullptr) == ROTA_PENDING) {
  }
  CHECK_FALSE(queue.readable(0));
  std::thread other([&] {
    ready = true;
    rota_waker_wake(waker);
  });
  queue.run_until([&] { return task.status() == ROTA_OK; });
  other.join();
  rota_waker_release(waker);
}

TEST_CASE("a frame pumps within its budget while a flood of work waits") {
  Runtime runtime(0);
  Queue queue(runtime);
  std::vector<Task> tasks;
  std::atomic<int> ran{0};
  for (int i = 0; i < 5000; ++i) {
    tasks.push_back(spawn(runtime, [&](rota_context*) -> rota_status {
      ++ran;
      const uint64_t start = rota_now(runtime);
      while (rota_now(runtime) - start < 5'000) {
      }
      return ROTA_OK;
    }));
  }
  int frames = 0;
  rota_status status = ROTA_PENDING;
  while (status == ROTA_PENDING) {
    status = rota_queue_run(queue, 0, 1'000'000, nullptr);
    ++frames;
  }
  CHECK(status == ROTA_OK);
  CHECK(ran == 5000);
  CHECK(frames > 10);  // 25 ms of work in frames of 1 ms
}

TEST_CASE("a queue whose completions come while it is run is silent in the end") {
  // A ring that is on its way while the host answers must not stay.
  for (const uint32_t workers : {0u, 2u}) {
    Runtime runtime(workers);
    Queue queue(runtime);
    std::atomic<bool> stop{false};
    std::atomic<int> wanted{0};
    int fired = 0;
    std::thread producer([&] {
      for (int i = 0; i < 3000; ++i) {
        Task task = spawn(runtime, [](rota_context*) { return ROTA_OK; });
        ++wanted;
        CHECK(rota_task_on_done(
                  task, queue, [](rota_task*, rota_status, void* count, void*) { ++*static_cast<int*>(count); }, &fired,
                  nullptr) == ROTA_OK);
      }
      stop = true;
    });
    while (!stop || fired < wanted) (void)rota_queue_run(queue, 0, ROTA_FOREVER, nullptr);
    producer.join();
    while (rota_queue_run(queue, 0, ROTA_FOREVER, nullptr) == ROTA_PENDING) {
    }
    CHECK_FALSE(queue.readable(0));
  }
}

TEST_CASE("a task that is always ready starves neither the engine nor its jobs, whatever the limits") {
  for (const uint32_t most : {0u, 1u, 7u}) {
    Runtime runtime(0, 0);
    Queue queue(runtime);
    std::atomic<bool> stop{false};
    rota_spawn_desc desc = describe([&](rota_context* cx) { return stop ? ROTA_OK : rota_yield(cx); });
    desc.on = queue;
    REQUIRE(rota_spawn(runtime, &desc, nullptr) == ROTA_OK);
    Task busy = spawn(runtime, [&](rota_context* cx) { return stop ? ROTA_OK : rota_yield(cx); });
    rota_task* raw = nullptr;
    REQUIRE(rota_sleep(runtime, 2'000'000, &raw) == ROTA_OK);
    Task sleep(raw);
    Task job = spawn_blocking(runtime, []() { return ROTA_OK; });
    while (sleep.status() == ROTA_PENDING || job.status() == ROTA_PENDING) {
      CHECK(rota_queue_run(queue, most, 100'000, nullptr) == ROTA_PENDING);
    }
    stop = true;
    while (rota_queue_run(queue, 0, ROTA_FOREVER, nullptr) == ROTA_PENDING) {
    }
    CHECK(busy.status() == ROTA_OK);
    CHECK_FALSE(queue.readable(0));
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    (void)rota_queue_run(queue, 0, ROTA_FOREVER, nullptr);
    CHECK_FALSE(queue.readable(0));
  }
}

}  // namespace rota_test
