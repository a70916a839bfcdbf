// SPDX-License-Identifier: MIT
//
// Spawning, joining, waking, cancelling, on every kind of scheduler.
#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/support.h"

namespace rota_test {

TEST_CASE("a thousand tasks run, each once, and end with their own status") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    std::atomic<int> polls{0};
    std::vector<Task> tasks;
    for (int i = 0; i < 1000; ++i) {
      tasks.push_back(spawn(runtime, [&polls, i](rota_context*) -> rota_status {
        ++polls;
        return i % 2 == 0 ? ROTA_OK : ROTA_EIO;
      }));
    }
    for (int i = 0; i < 1000; ++i) CHECK(tasks[i].wait() == (i % 2 == 0 ? ROTA_OK : ROTA_EIO));
    CHECK(polls == 1000);
  });
}

TEST_CASE("a task that nobody holds runs all the same") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    std::atomic<int> ran{0};
    for (int i = 0; i < 100; ++i) {
      rota_spawn_desc desc = describe([&ran](rota_context*) -> rota_status {
        ++ran;
        return ROTA_OK;
      });
      REQUIRE(rota_spawn(runtime, &desc, nullptr) == ROTA_OK);
    }
    // A yielding task comes behind all of them on a hosted runtime; with workers it asks until they have run.
    CHECK(block_on(runtime, [&ran](rota_context* cx) { return ran == 100 ? ROTA_OK : rota_yield(cx); }) == ROTA_OK);
  });
}

TEST_CASE("tasks that spawn and join tasks, three levels deep") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    std::atomic<int> leaves{0};
    std::function<Poll(int)> node = [&](int depth) -> Poll {
      auto children = std::make_shared<std::vector<Task>>();
      return [&, depth, children](rota_context* cx) -> rota_status {
        if (depth == 0) {
          ++leaves;
          return ROTA_OK;
        }
        while (children->size() < 8) children->push_back(spawn(rota_context_runtime(cx), node(depth - 1)));
        for (const Task& child : *children) {
          if (const rota_status status = rota_task_poll(child, cx); status != ROTA_OK) return status;
        }
        return ROTA_OK;
      };
    };
    CHECK(block_on(runtime, node(3)) == ROTA_OK);
    CHECK(leaves == 512);
  });
}

TEST_CASE("a waker kept by a plain thread makes its task run again") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    std::atomic<rota_waker*> waker{nullptr};
    std::atomic<bool> ready{false};
    Task task = spawn(runtime, [&](rota_context* cx) -> rota_status {
      if (ready) return ROTA_OK;
      rota_waker* mine = rota_waker_clone(cx);
      CHECK(rota_waker_is_current(mine, cx) == 1);
      rota_waker_release(waker.exchange(mine));
      return ready ? ROTA_OK : ROTA_PENDING;
    });
    std::thread other([&] {
      while (waker == nullptr) std::this_thread::yield();
      ready = true;
      rota_waker* mine = waker.exchange(nullptr);
      CHECK(rota_waker_wake(mine) == ROTA_OK);
      CHECK(rota_waker_wake(mine) == ROTA_OK);  // harmless
      rota_waker_release(mine);
    });
    CHECK(task.wait() == ROTA_OK);
    other.join();
    rota_waker_release(waker);
  });
}

TEST_CASE("a cancelled task drops its state and says so to everybody who waits") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    auto held = std::make_shared<int>(0);
    std::atomic<bool> polled{false};
    Task task = spawn(runtime, [held, &polled](rota_context*) -> rota_status {
      polled = true;
      return ROTA_PENDING;
    });
    CHECK(block_on(runtime, [&](rota_context* cx) { return polled ? ROTA_OK : rota_yield(cx); }) == ROTA_OK);
    CHECK(rota_task_cancel(task) == ROTA_OK);
    CHECK(task.wait() == ROTA_ECANCELED);
    CHECK(rota_task_cancel(task) == ROTA_EALREADY);
    CHECK(held.use_count() == 1);
    CHECK(block_on(runtime, [&](rota_context* cx) { return rota_task_poll(task, cx); }) == ROTA_ECANCELED);
  });
}

TEST_CASE("a task cancelled before its first poll never runs") {
  Runtime runtime(1);
  Event blocked, go;
  Task busy = spawn(runtime, [&](rota_context*) -> rota_status {
    blocked.set();
    go.wait();
    return ROTA_OK;
  });
  blocked.wait();
  bool ran = false;
  Task task = spawn(runtime, [&ran](rota_context*) -> rota_status {
    ran = true;
    return ROTA_OK;
  });
  CHECK(rota_task_cancel(task) == ROTA_OK);
  go.set();
  CHECK(task.wait() == ROTA_ECANCELED);
  CHECK(busy.wait() == ROTA_OK);
  CHECK_FALSE(ran);
}

TEST_CASE("many tasks may wait for one, and many threads") {
  with_workers([](rota_runtime* runtime, uint32_t workers) {
    std::atomic<bool> go{false};
    Task target = spawn(runtime, [&](rota_context* cx) { return go ? ROTA_EIO : rota_yield(cx); });
    std::vector<Task> waiters;
    for (int i = 0; i < 50; ++i) {
      waiters.push_back(spawn(runtime, [&](rota_context* cx) { return rota_task_poll(target, cx); }));
    }
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < (workers == 0 ? 1 : 4); ++i) {
      threads.emplace_back([&] { right += target.wait() == ROTA_EIO ? 1 : 0; });
    }
    go = true;
    for (const Task& waiter : waiters) CHECK(waiter.wait() == ROTA_EIO);
    for (std::thread& thread : threads) thread.join();
    CHECK(right == static_cast<int>(threads.size()));
  });
}

TEST_CASE("a wait gives up at its limit, and the task goes on") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    std::atomic<bool> go{false};
    Task task = spawn(runtime, [&](rota_context* cx) { return go ? ROTA_OK : rota_yield(cx); });
    CHECK(task.wait(2'000'000) == ROTA_ETIMEDOUT);
    CHECK(task.wait(0) == ROTA_ETIMEDOUT);
    CHECK(task.status() == ROTA_PENDING);
    go = true;
    CHECK(task.wait() == ROTA_OK);
  });
}

TEST_CASE("yielding lets every other ready task run first") {
  Runtime runtime(1);
  std::vector<int> order;
  CHECK(block_on(runtime, [](rota_context*) { return ROTA_OK; }) == ROTA_OK);
  auto tasks = std::make_shared<std::vector<Task>>();
  Task parent = spawn(runtime, [&, tasks](rota_context* cx) -> rota_status {
    if (tasks->empty()) {
      for (int i = 0; i < 3; ++i) {
        auto first = std::make_shared<bool>(true);
        tasks->push_back(spawn(rota_context_runtime(cx), [&order, i, first](rota_context* inner) -> rota_status {
          order.push_back(i);
          return std::exchange(*first, false) ? rota_yield(inner) : ROTA_OK;
        }));
      }
    }
    for (const Task& task : *tasks) {
      if (rota_task_poll(task, cx) == ROTA_PENDING) return ROTA_PENDING;
    }
    return ROTA_OK;
  });
  CHECK(parent.wait() == ROTA_OK);
  REQUIRE(order.size() == 6);
  // Whatever the order of the first round is, nobody comes twice before everybody came once.
  CHECK(order[0] + order[1] + order[2] == 3);
  CHECK(order[0] != order[1]);
  CHECK(order[1] != order[2]);
}

TEST_CASE("spawning reaches the workers: two tasks that wait for each other inside their polls") {
  Runtime runtime(2);
  Event a, b;
  Task first = spawn(runtime, [&](rota_context*) -> rota_status {
    a.set();
    b.wait();
    return ROTA_OK;
  });
  Task second = spawn(runtime, [&](rota_context*) -> rota_status {
    b.set();
    a.wait();
    return ROTA_OK;
  });
  CHECK(first.wait() == ROTA_OK);
  CHECK(second.wait() == ROTA_OK);
}

TEST_CASE("the main thread works too: a third blocking call runs in block_on beside two workers") {
  Runtime runtime(2);
  std::atomic<int> inside{0};
  const auto meet = [&](int all) {
    ++inside;
    while (inside < all) std::this_thread::yield();
  };
  const auto task = [&](rota_context*) -> rota_status {
    meet(3);
    return ROTA_OK;
  };
  Task first = spawn(runtime, task), second = spawn(runtime, task);
  CHECK(block_on(runtime, task) == ROTA_OK);
  CHECK(first.wait() == ROTA_OK);
  CHECK(second.wait() == ROTA_OK);
}

TEST_CASE("a name is kept with the task") {
  Runtime runtime(1);
  rota_spawn_desc desc = describe([](rota_context*) { return ROTA_OK; });
  std::string name = "loader";
  desc.name = name.data();
  desc.name_len = name.size();
  rota_task* task;
  REQUIRE(rota_spawn(runtime, &desc, &task) == ROTA_OK);
  name = "gone";
  const char* text = nullptr;
  CHECK(rota_task_name(task, &text) == 6);
  CHECK(std::string(text, 6) == "loader");
  rota_task_release(task);
}

TEST_CASE("state bytes are copied into the task, aligned for any type") {
  Runtime runtime(1);
  struct State {
    std::max_align_t number;
    std::atomic<int>* drops;
  };
  static std::atomic<bool> aligned;
  aligned = false;
  std::atomic<int> drops{0};
  State state{{}, &drops};
  rota_spawn_desc desc{};
  desc.size = sizeof desc;
  desc.state = &state;
  desc.state_size = sizeof state;
  desc.poll = [](void* raw, rota_context*) -> rota_status {
    aligned = reinterpret_cast<uintptr_t>(raw) % alignof(std::max_align_t) == 0;
    return ROTA_OK;
  };
  desc.drop = [](void* raw) { ++*static_cast<State*>(raw)->drops; };
  rota_task* task;
  REQUIRE(rota_spawn(runtime, &desc, &task) == ROTA_OK);
  state.drops = nullptr;
  CHECK(rota_task_wait(task, ROTA_FOREVER) == ROTA_OK);
  CHECK(aligned);
  CHECK(drops == 1);
  rota_task_release(task);
}

}  // namespace rota_test
