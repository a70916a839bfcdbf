// SPDX-License-Identifier: MIT
//
// What lies between tasks and threads, used by both at once.
#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include "tests/integration/support.h"

using namespace rota_test;

namespace {

void* pointer(uintptr_t number) { return reinterpret_cast<void*>(number); }
uintptr_t number(void* pointer) { return reinterpret_cast<uintptr_t>(pointer); }

}  // namespace

TEST_CASE("a bounded channel carries everything from threads and tasks, once and in each sender's order") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    constexpr uintptr_t kSenders = 4, kEach = 2000;
    rota_channel* channel = nullptr;
    REQUIRE(rota_channel_create(runtime, 16, nullptr, &channel) == ROTA_OK);
    // Half of the senders are threads that wait, half are tasks that poll.
    std::vector<Task> tasks;
    for (uintptr_t sender = 0; sender < kSenders / 2; ++sender) {
      struct State {
        uintptr_t sent = 0;
        Task sending;
      };
      auto state = std::make_shared<State>();
      tasks.push_back(spawn(runtime, [channel, sender, state](rota_context* cx) -> rota_status {
        while (state->sent < kEach || state->sending != nullptr) {
          if (state->sending != nullptr) {
            if (const rota_status status = rota_task_poll(state->sending, cx); status != ROTA_OK) return status;
            state->sending = Task();
            continue;
          }
          rota_task* raw = nullptr;
          const uintptr_t value = sender << 16 | ++state->sent;
          if (const rota_status status = rota_channel_send(channel, pointer(value), &raw); status != ROTA_OK) {
            return status;
          }
          state->sending = Task(raw);
        }
        return ROTA_OK;
      }));
    }
    std::atomic<int> wrong{0};
    // On a hosted runtime only this thread does the engine's work, so the receiver must be on it: the threads wait for
    // room that it makes.
    std::vector<std::thread> threads;
    for (uintptr_t sender = kSenders / 2; sender < kSenders; ++sender) {
      threads.emplace_back([&, sender] {
        for (uintptr_t i = 1; i <= kEach; ++i) {
          rota_task* raw = nullptr;
          if (rota_channel_send(channel, pointer(sender << 16 | i), &raw) != ROTA_OK || Task(raw).wait() != ROTA_OK) {
            ++wrong;
          }
        }
      });
    }
    std::vector<uintptr_t> last(kSenders, 0);
    uintptr_t received = 0;
    CHECK(block_on(runtime, [&](rota_context* cx) -> rota_status {
            while (received < kSenders * kEach) {
              void* value = nullptr;
              if (const rota_status status = rota_channel_recv_poll(channel, cx, &value); status != ROTA_OK) {
                return status;
              }
              const uintptr_t sender = number(value) >> 16, index = number(value) & 0xffff;
              if (index != last[sender] + 1) ++wrong;
              last[sender] = index;
              ++received;
            }
            return ROTA_OK;
          }) == ROTA_OK);
    for (std::thread& thread : threads) thread.join();
    for (const Task& task : tasks) CHECK(task.wait() == ROTA_OK);
    CHECK(wrong == 0);
    CHECK(rota_channel_len(channel) == 0);
    rota_channel_release(channel);
  });
}

TEST_CASE("a mutex keeps tasks and threads out of each other's way") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    rota_mutex* mutex = nullptr;
    REQUIRE(rota_mutex_create(runtime, &mutex) == ROTA_OK);
    long counter = 0;  // plain: the lock protects it
    constexpr int kTasks = 4, kThreads = 3, kRounds = 500;
    std::vector<Task> tasks;
    for (int i = 0; i < kTasks; ++i) {
      struct State {
        int rounds = 0;
        Task locking;
      };
      auto state = std::make_shared<State>();
      tasks.push_back(spawn(runtime, [&, mutex, state](rota_context* cx) -> rota_status {
        while (state->rounds < kRounds) {
          if (state->locking == nullptr) {
            rota_task* raw = nullptr;
            if (const rota_status status = rota_mutex_lock(mutex, &raw); status != ROTA_OK) return status;
            state->locking = Task(raw);
          }
          if (const rota_status status = rota_task_poll(state->locking, cx); status != ROTA_OK) return status;
          state->locking = Task();
          ++counter;
          ++state->rounds;
          if (const rota_status status = rota_mutex_unlock(mutex); status != ROTA_OK) return status;
        }
        return ROTA_OK;
      }));
    }
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < kRounds; ++round) {
          rota_task* raw = nullptr;
          if (rota_mutex_lock(mutex, &raw) != ROTA_OK || Task(raw).wait() != ROTA_OK) ++wrong;
          ++counter;
          if (rota_mutex_unlock(mutex) != ROTA_OK) ++wrong;
        }
      });
    }
    for (const Task& task : tasks) CHECK(task.wait() == ROTA_OK);
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(counter == (kTasks + kThreads) * kRounds);
    CHECK(rota_mutex_unlock(mutex) == ROTA_EPERM);
    rota_mutex_release(mutex);
  });
}

TEST_CASE("shutdown ends what stands in line, and later comers are told") {
  for (const uint32_t workers : {0u, 2u}) {
    Runtime runtime(workers);
    rota_channel* channel = nullptr;
    rota_channel* full = nullptr;
    rota_mutex* mutex = nullptr;
    rota_semaphore* semaphore = nullptr;
    rota_notify* notify = nullptr;
    rota_oneshot* oneshot = nullptr;
    REQUIRE(rota_channel_create(runtime, 0, nullptr, &channel) == ROTA_OK);
    REQUIRE(rota_channel_create(runtime, 1, nullptr, &full) == ROTA_OK);
    REQUIRE(rota_channel_try_send(full, full) == ROTA_OK);
    REQUIRE(rota_mutex_create(runtime, &mutex) == ROTA_OK);
    REQUIRE(rota_mutex_try_lock(mutex) == ROTA_OK);
    REQUIRE(rota_semaphore_create(runtime, 0, &semaphore) == ROTA_OK);
    REQUIRE(rota_notify_create(runtime, &notify) == ROTA_OK);
    REQUIRE(rota_oneshot_create(runtime, nullptr, &oneshot) == ROTA_OK);
    void* values[2];
    const auto start_all = [&](rota_status expected) {
      std::vector<Task> tasks;
      rota_task* raw = nullptr;
      CHECK(rota_channel_recv(channel, &values[0], &raw) == expected);
      tasks.emplace_back(raw);
      CHECK(rota_channel_send(full, full, &raw) == expected);
      tasks.emplace_back(raw);
      CHECK(rota_mutex_lock(mutex, &raw) == expected);
      tasks.emplace_back(raw);
      CHECK(rota_semaphore_acquire(semaphore, 1, &raw) == expected);
      tasks.emplace_back(raw);
      CHECK(rota_notify_wait(notify, &raw) == expected);
      tasks.emplace_back(raw);
      CHECK(rota_oneshot_recv(oneshot, &values[1], &raw) == expected);
      tasks.emplace_back(raw);
      return tasks;
    };
    const std::vector<Task> waiting = start_all(ROTA_OK);
    for (const Task& task : waiting) CHECK(task.status() == ROTA_PENDING);
    std::thread waiter([&] { CHECK(waiting[0].wait() == ROTA_ECANCELED); });
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    waiter.join();
    for (const Task& task : waiting) CHECK(task.wait() == ROTA_ECANCELED);
    for (const Task& task : start_all(ROTA_ESHUTDOWN)) CHECK(task == nullptr);
    // What need not wait still works.
    CHECK(rota_mutex_unlock(mutex) == ROTA_OK);
    void* value = nullptr;
    CHECK(rota_channel_try_recv(full, &value) == ROTA_OK);
    rota_channel_release(channel);
    rota_channel_release(full);
    rota_mutex_release(mutex);
    rota_semaphore_release(semaphore);
    rota_notify_release(notify);
    rota_oneshot_release(oneshot);
  }
}

TEST_CASE("a semaphore never hands out more than there is") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    rota_semaphore* semaphore = nullptr;
    constexpr int kPermits = 3;
    REQUIRE(rota_semaphore_create(runtime, kPermits, &semaphore) == ROTA_OK);
    std::atomic<int> inside{0}, most{0};
    std::vector<Task> tasks;
    for (int i = 0; i < 50; ++i) {
      struct State {
        Task acquiring;
        bool inside = false;
        int left = 20;
      };
      auto state = std::make_shared<State>();
      tasks.push_back(spawn(runtime, [&, semaphore, state](rota_context* cx) -> rota_status {
        for (;;) {
          if (state->inside) {
            state->inside = false;
            --inside;
            if (const rota_status status = rota_semaphore_add(semaphore, 1); status != ROTA_OK) return status;
            if (--state->left == 0) return ROTA_OK;
          }
          if (state->acquiring == nullptr) {
            rota_task* raw = nullptr;
            if (const rota_status status = rota_semaphore_acquire(semaphore, 1, &raw); status != ROTA_OK) return status;
            state->acquiring = Task(raw);
          }
          if (const rota_status status = rota_task_poll(state->acquiring, cx); status != ROTA_OK) return status;
          state->acquiring = Task();
          state->inside = true;
          const int now = ++inside;
          int seen = most;
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          return rota_yield(cx);  // others come while it is held
        }
      }));
    }
    for (const Task& task : tasks) CHECK(task.wait() == ROTA_OK);
    CHECK(most <= kPermits);
    CHECK(rota_semaphore_available(semaphore) == kPermits);
    rota_semaphore_release(semaphore);
  });
}
