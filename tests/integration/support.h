// SPDX-License-Identifier: MIT
//
// What the integration tests share: lambdas as tasks over rota.h, a runtime fixture with 0 (hosted), 1, 2 and N workers
// that checks that nothing is left behind, and an event to wait for.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "doctest/doctest.h"
#include "rota/rota.h"
#include "tests/support/memory.h"

namespace rota_test {

// Counts every byte the engine takes from the host, so that a test can say that all came back.
class CountingAllocator {
 public:
  CountingAllocator() {
    allocator_.size = sizeof allocator_;
    allocator_.user = this;
    allocator_.alloc = [](void* user, size_t size, size_t align) -> void* {
      static_cast<CountingAllocator*>(user)->add(static_cast<long>(size), 1);
      return os_aligned_alloc(align, size);
    };
    allocator_.free = [](void* user, void* memory, size_t size, size_t) {
      static_cast<CountingAllocator*>(user)->add(-static_cast<long>(size), -1);
      os_aligned_free(memory);
    };
  }
  const rota_allocator* get() const { return &allocator_; }
  // Waits until everything has come back: threads of a released runtime may still be on their way out.
  void wait_until_empty() {
    std::unique_lock lock(mutex_);
    empty_.wait(lock, [this] { return blocks_ == 0 && bytes_ == 0; });
  }
  long blocks() {
    std::lock_guard lock(mutex_);
    return blocks_;
  }

 private:
  void add(long bytes, long blocks) {
    std::lock_guard lock(mutex_);
    bytes_ += bytes;
    blocks_ += blocks;
    if (blocks_ == 0) empty_.notify_all();
  }

  rota_allocator allocator_{};
  std::mutex mutex_;
  std::condition_variable empty_;
  long bytes_ = 0, blocks_ = 0;
};

// A runtime whose memory is counted; its destructor waits until all of it is back.
class Runtime {
 public:
  explicit Runtime(uint32_t workers, uint32_t blocking_max = ROTA_BLOCKING_AUTO) {
    rota_runtime_options options;
    REQUIRE(rota_runtime_options_init(&options, sizeof options) == ROTA_OK);
    options.workers = workers;
    options.blocking_max = blocking_max;
    options.blocking_keep_alive_ns = 100'000'000;
    options.allocator = allocator_.get();
    REQUIRE(rota_runtime_create(&options, &runtime_) == ROTA_OK);
  }
  ~Runtime() {
    rota_runtime_release(runtime_);
    allocator_.wait_until_empty();
  }
  Runtime(const Runtime&) = delete;

  operator rota_runtime*() const { return runtime_; }
  // The handle is given away.
  rota_runtime* take() { return std::exchange(runtime_, nullptr); }
  CountingAllocator& allocator() { return allocator_; }

 private:
  CountingAllocator allocator_;
  rota_runtime* runtime_ = nullptr;
};

using Poll = std::function<rota_status(rota_context*)>;

// A description that gives `poll` away.
inline rota_spawn_desc describe(Poll poll) {
  rota_spawn_desc desc{};
  desc.size = sizeof desc;
  desc.state = new Poll(std::move(poll));
  desc.poll = [](void* state, rota_context* cx) { return (*static_cast<Poll*>(state))(cx); };
  desc.drop = [](void* state) { delete static_cast<Poll*>(state); };
  return desc;
}

// A task handle that is released.
class Task {
 public:
  Task() = default;
  explicit Task(rota_task* task) : task_(task) {}
  Task(Task&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(task_, other.task_);
    return *this;
  }
  ~Task() { rota_task_release(task_); }
  operator rota_task*() const { return task_; }
  rota_status wait(uint64_t timeout_ns = ROTA_FOREVER) const { return rota_task_wait(task_, timeout_ns); }
  rota_status status() const { return rota_task_status(task_); }

 private:
  rota_task* task_ = nullptr;
};

inline Task spawn(rota_runtime* runtime, Poll poll, uint32_t room = ROTA_ROOM_WORKERS) {
  rota_spawn_desc desc = describe(std::move(poll));
  desc.room = room;
  rota_task* task = nullptr;
  REQUIRE(rota_spawn(runtime, &desc, &task) == ROTA_OK);
  return Task(task);
}

inline rota_status block_on(rota_runtime* runtime, Poll poll) {
  rota_spawn_desc desc = describe(std::move(poll));
  return rota_block_on(runtime, &desc);
}

// A blocking job made of a lambda.
inline Task spawn_blocking(rota_runtime* runtime, std::function<rota_status()> work) {
  using Work = std::function<rota_status()>;
  rota_task* task = nullptr;
  REQUIRE(rota_spawn_blocking(
              runtime, [](void* arg) { return (*static_cast<Work*>(arg))(); }, new Work(std::move(work)),
              [](void* arg) { delete static_cast<Work*>(arg); }, &task) == ROTA_OK);
  return Task(task);
}

// Set once, waited for by plain threads (and by code that blocks a worker on purpose).
class Event {
 public:
  void set() {
    std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return set_; });
  }
  bool is_set() {
    std::lock_guard lock(mutex_);
    return set_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

// Runs the body with a hosted runtime, and with 1, 2 and 4 workers.
template <class Body>
void with_workers(Body body) {
  for (const uint32_t workers : {0u, 1u, 2u, 4u}) {
    CAPTURE(workers);
    Runtime runtime(workers);
    body(runtime, workers);
  }
}

}  // namespace rota_test
