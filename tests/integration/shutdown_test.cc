// SPDX-License-Identifier: MIT
//
// How runtimes end: from outside, from inside, with work pending, with calls that do not return in time.
#include <atomic>
#include <thread>
#include <vector>

#include "tests/integration/support.h"

namespace rota_test {

TEST_CASE("shutdown cancels what waits, drops every state once, and leaves no thread") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    auto held = std::make_shared<int>(0);
    std::vector<Task> tasks;
    std::atomic<int> polled{0};
    for (int i = 0; i < 300; ++i) {
      tasks.push_back(spawn(runtime, [held, &polled](rota_context*) -> rota_status {
        ++polled;
        return ROTA_PENDING;
      }));
    }
    CHECK(block_on(runtime, [&](rota_context* cx) { return polled == 300 ? ROTA_OK : rota_yield(cx); }) == ROTA_OK);
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    CHECK(held.use_count() == 1);
    for (const Task& task : tasks) CHECK(task.wait() == ROTA_ECANCELED);
    CHECK(rota_runtime_shutdown(runtime, 0) == ROTA_OK);
  });
}

TEST_CASE("shutdown with tasks still queued cancels them") {
  Runtime runtime(1);
  Event blocked, go;
  Task busy = spawn(runtime, [&](rota_context*) -> rota_status {
    blocked.set();
    go.wait();
    return ROTA_OK;
  });
  blocked.wait();
  auto held = std::make_shared<int>(0);
  std::vector<Task> tasks;
  for (int i = 0; i < 500; ++i) tasks.push_back(spawn(runtime, [held](rota_context*) { return ROTA_OK; }));
  CHECK(rota_runtime_shutdown(runtime, 1'000'000) == ROTA_ETIMEDOUT);  // busy is mid-poll
  for (const Task& task : tasks) CHECK(task.wait() == ROTA_ECANCELED);
  CHECK(held.use_count() == 1);
  go.set();
  CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
  CHECK(busy.wait() == ROTA_OK);
}

TEST_CASE("after shutdown everything is refused, and what was given is dropped") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    auto held = std::make_shared<int>(0);
    rota_spawn_desc desc = describe([held](rota_context*) { return ROTA_OK; });
    rota_task* task = reinterpret_cast<rota_task*>(8);
    CHECK(rota_spawn(runtime, &desc, &task) == ROTA_ESHUTDOWN);
    CHECK(task == nullptr);
    CHECK(block_on(runtime, [held](rota_context*) { return ROTA_OK; }) == ROTA_ESHUTDOWN);
    CHECK(held.use_count() == 1);
    rota_queue* queue;
    CHECK(rota_queue_create(runtime, &queue) == ROTA_ESHUTDOWN);
  });
}

TEST_CASE("block_on ends when another thread shuts the runtime down") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Event polled;
    std::thread other([&] {
      polled.wait();
      CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    });
    CHECK(block_on(runtime, [&](rota_context*) -> rota_status {
            polled.set();
            return ROTA_PENDING;
          }) == ROTA_ECANCELED);
    other.join();
  });
}

TEST_CASE("shutdown from inside a task begins, and says that it cannot wait") {
  for (const uint32_t workers : {1u, 3u}) {
    Runtime runtime(workers);
    rota_status seen = ROTA_OK;
    Task task = spawn(runtime, [&](rota_context* cx) -> rota_status {
      seen = rota_runtime_shutdown(rota_context_runtime(cx), ROTA_FOREVER);
      return ROTA_PENDING;
    });
    CHECK(task.wait() == ROTA_ECANCELED);
    CHECK(seen == ROTA_EDEADLK);
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
  }
}

TEST_CASE("the last handle may be dropped inside a task of the runtime") {
  for (int round = 0; round < 50; ++round) {
    CountingAllocator allocator;
    rota_runtime_options options;
    rota_runtime_options_init(&options, sizeof options);
    options.workers = 1 + round % 3;
    options.allocator = allocator.get();
    rota_runtime* runtime;
    REQUIRE(rota_runtime_create(&options, &runtime) == ROTA_OK);
    Event go;
    {
      Task other = spawn(runtime, [](rota_context*) { return ROTA_PENDING; });
      Task task = spawn(runtime, [&go, runtime](rota_context*) -> rota_status {
        go.wait();
        rota_runtime_release(runtime);
        return ROTA_OK;
      });
      go.set();
      CHECK(task.wait() == ROTA_OK);
      CHECK(other.wait() == ROTA_ECANCELED);
    }
    allocator.wait_until_empty();
  }
}

TEST_CASE("a blocking call that outlives the deadline is reported and not waited for") {
  Runtime runtime(1);
  Event started, go;
  Task call = spawn_blocking(runtime, [&]() -> rota_status {
    started.set();
    go.wait();
    return ROTA_EIO;
  });
  started.wait();
  CHECK(rota_runtime_shutdown(runtime, 1'000'000) == ROTA_ETIMEDOUT);
  rota_metrics metrics;
  CHECK(rota_metrics_read(runtime, &metrics, sizeof metrics) == ROTA_OK);
  CHECK(metrics.blocking_running == 1);
  go.set();
  CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
  CHECK(call.wait() == ROTA_EIO);
}

TEST_CASE("handles may be released in any order, the runtime's first") {
  for (const uint32_t workers : {0u, 2u}) {
    CountingAllocator allocator;
    rota_runtime_options options;
    rota_runtime_options_init(&options, sizeof options);
    options.workers = workers;
    options.allocator = allocator.get();
    rota_runtime* runtime;
    REQUIRE(rota_runtime_create(&options, &runtime) == ROTA_OK);
    rota_queue* queue;
    REQUIRE(rota_queue_create(runtime, &queue) == ROTA_OK);
    Task task = spawn(runtime, [](rota_context*) { return ROTA_PENDING; });
    int fired = 0;
    REQUIRE(rota_task_on_done(
                task, queue, [](rota_task*, rota_status, void* count, void*) { ++*static_cast<int*>(count); }, &fired,
                nullptr) == ROTA_OK);
    rota_runtime_release(runtime);
    CHECK(task.status() == ROTA_ECANCELED);
    uint32_t ran = 0;
    CHECK(rota_queue_run(queue, 0, ROTA_FOREVER, &ran) == ROTA_OK);
    CHECK(fired == 1);
    rota_queue_release(queue);
    CHECK(allocator.blocks() > 0);
    task = Task();
    allocator.wait_until_empty();
  }
}

TEST_CASE("two runtimes live side by side, and tasks of one wait for tasks of the other") {
  Runtime a(1), b(2);
  Task far = spawn(b, [](rota_context*) { return ROTA_EIO; });
  Task near = spawn(a, [&](rota_context* cx) { return rota_task_poll(far, cx); });
  CHECK(near.wait() == ROTA_EIO);
  CHECK(rota_runtime_shutdown(b, ROTA_FOREVER) == ROTA_OK);
  CHECK(spawn(a, [](rota_context*) { return ROTA_OK; }).wait() == ROTA_OK);
}

TEST_CASE("shutdown races with threads that spawn, and nothing is lost") {
  for (int round = 0; round < 30; ++round) {
    Runtime runtime(2);
    auto held = std::make_shared<int>(0);
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        for (;;) {
          rota_spawn_desc desc = describe([held](rota_context* cx) { return rota_yield(cx); });
          if (rota_spawn(runtime, &desc, nullptr) == ROTA_ESHUTDOWN) return;
        }
      });
    }
    CHECK(block_on(runtime, [](rota_context*) { return ROTA_OK; }) == ROTA_OK);
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    for (std::thread& thread : threads) thread.join();
    CHECK(held.use_count() == 1);
  }
}

TEST_CASE("after shutdown a callback that only its own setter could call is refused, and is never called") {
  for (const uint32_t workers : {0u, 2u}) {
    Runtime runtime(workers);
    Task task = spawn(runtime, [](rota_context*) { return ROTA_OK; });
    CHECK(task.wait() == ROTA_OK);
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    int calls = 0;
    const rota_done_fn done = [](rota_task*, rota_status, void* count, void*) { ++*static_cast<int*>(count); };
    CHECK(rota_task_on_done(task, nullptr, done, &calls, nullptr) == ROTA_ESHUTDOWN);
    CHECK(calls == 0);
  }
}

TEST_CASE("shutdown ends a chain of tasks longer than any stack is deep") {
  for (const uint32_t workers : {0u, 1u}) {
    Runtime runtime(workers);
    // Each waits for the one before it.
    std::vector<Task> chain;
    std::atomic<int> waiting{0};
    for (int i = 0; i < 50'000; ++i) {
      rota_task* before = chain.empty() ? nullptr : static_cast<rota_task*>(chain.back());
      chain.push_back(spawn(runtime, [&waiting, before](rota_context* cx) -> rota_status {
        ++waiting;
        return before == nullptr ? ROTA_PENDING : rota_task_poll(before, cx);
      }));
    }
    if (workers != 0) {
      while (waiting < 50'000) std::this_thread::yield();
    }
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    for (const Task& task : chain) CHECK(task.status() == ROTA_ECANCELED);
  }
}

TEST_CASE("a hosted runtime shuts down beside a thread that drives it, or waits for a blocking call") {
  {
    Runtime runtime(0);
    Event started;
    std::thread driver([&] {
      rota_task* sleep = nullptr;
      REQUIRE(rota_sleep(runtime, ROTA_FOREVER, &sleep) == ROTA_OK);
      started.set();
      CHECK(Task(sleep).wait() == ROTA_ECANCELED);
    });
    started.wait();
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    driver.join();
  }
  {
    Runtime runtime(0, 1);
    Event running, end;
    Task job = spawn_blocking(runtime, [&]() -> rota_status {
      running.set();
      end.wait();
      return ROTA_OK;
    });
    std::thread waiter([&] { CHECK(job.wait() == ROTA_OK); });
    running.wait();
    rota_metrics metrics{};
    do {  // until that thread drives, and sleeps in it
      REQUIRE(rota_metrics_read(runtime, &metrics, sizeof metrics) == ROTA_OK);
    } while (metrics.parks == 0);
    // The last handle goes, while a call runs and a thread that drives waits for it: nobody waits for the call here.
    rota_runtime_release(runtime.take());
    CHECK(job.status() == ROTA_PENDING);
    end.set();
    waiter.join();
  }
}

TEST_CASE("a wait inside what shutdown sets off is refused: only shutdown ends what it waits for") {
  for (const uint32_t workers : {0u, 1u}) {
    Runtime runtime(workers);
    struct State {
      Task sleep;
      rota_status waited = ROTA_OK;
      Event dropped;
    } state;
    rota_task* raw = nullptr;
    REQUIRE(rota_sleep(runtime, ROTA_FOREVER, &raw) == ROTA_OK);
    state.sleep = Task(raw);
    rota_spawn_desc desc{};
    desc.size = sizeof desc;
    desc.state = &state;
    desc.poll = [](void*, rota_context*) -> rota_status { return ROTA_PENDING; };
    desc.drop = [](void* raw_state) {
      auto* mine = static_cast<State*>(raw_state);
      mine->waited = mine->sleep.wait();
      mine->dropped.set();
    };
    REQUIRE(rota_spawn(runtime, &desc, nullptr) == ROTA_OK);
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    state.dropped.wait();
    CHECK(state.waited == ROTA_EDEADLK);
  }
}

}  // namespace rota_test
