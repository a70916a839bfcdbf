// SPDX-License-Identifier: MIT
//
// Everything at once, at random, and then the end: tasks that wake each other, sleep, send, lock, block and read
// sockets, while plain threads spawn, cancel and release, until the runtime is shut down in the middle of it. What must
// hold: every state is dropped once, every callback comes once, all memory comes back.
//
// Each round has a seed, which a failure prints. ROTA_STRESS_ROUNDS and ROTA_STRESS_SEED choose how many rounds, and
// where they begin (tools/soak).
#include <atomic>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/support.h"

using namespace rota_test;

namespace {

uint64_t from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What the tasks of one round share, and what is counted of them.
struct World {
  rota_runtime* runtime = nullptr;
  rota_channel* channel = nullptr;
  rota_mutex* mutex = nullptr;
  rota_semaphore* semaphore = nullptr;
  rota_notify* notify = nullptr;
  std::atomic<long> made{0}, dropped{0};
  std::atomic<long> callbacks_set{0}, callbacks_fired{0};
  std::atomic<long> values_made{0}, values_dropped{0};
  std::atomic<long> inside_lock{0}, violations{0};
};

// A value in the channel; counted by whoever frees it.
struct Value {
  World* world;
  explicit Value(World* w) : world(w) { ++world->values_made; }
  ~Value() { ++world->values_dropped; }
};

// One task: does random things, a step after the other.
class Actor {
 public:
  Actor(World& world, uint64_t seed, int depth) : world_(world), random_(seed), depth_(depth) {
    ++world_.made;
    steps_ = 1 + random_() % 6;
  }
  ~Actor() {
    release_waiting();
    ++world_.dropped;
  }

  static rota_spawn_desc describe(World& world, uint64_t seed, int depth) {
    rota_spawn_desc desc{};
    desc.size = sizeof desc;
    desc.state = new Actor(world, seed, depth);
    desc.poll = [](void* self, rota_context* cx) { return static_cast<Actor*>(self)->poll(cx); };
    desc.drop = [](void* self) { delete static_cast<Actor*>(self); };
    return desc;
  }

 private:
  enum class Holds { kNothing, kLock, kPermit };

  rota_status poll(rota_context* cx) {
    for (;;) {
      if (waiting_ != nullptr) {
        const rota_status status = rota_task_poll(waiting_, cx);
        if (status == ROTA_PENDING) {
          // Now and then it gives up while it waits.
          if (random_() % 64 == 0) return ROTA_ECANCELED;
          return status;
        }
        arrived(status);
      }
      if (steps_ == 0) return ROTA_OK;
      --steps_;
      if (const rota_status status = step(cx); status != ROTA_OK) return status;
    }
  }

  // ROTA_OK: go on (and wait for waiting_ if it is set); else what poll returns.
  rota_status step(rota_context* cx) {
    switch (random_() % 10) {
      case 0:
        return rota_yield(cx);
      case 1:
        (void)rota_sleep(world_.runtime, random_() % 400'000, &waiting_);
        return ROTA_OK;
      case 2: {
        value_ = new Value(&world_);
        if (rota_channel_send(world_.channel, value_, &waiting_) != ROTA_OK) free_value();
        return ROTA_OK;
      }
      case 3: {
        void* value = nullptr;
        if (rota_channel_try_recv(world_.channel, &value) == ROTA_OK) delete static_cast<Value*>(value);
        return ROTA_OK;
      }
      case 4:
        if (rota_mutex_lock(world_.mutex, &waiting_) == ROTA_OK) will_hold_ = Holds::kLock;
        return ROTA_OK;
      case 5:
        if (rota_semaphore_acquire(world_.semaphore, 1, &waiting_) == ROTA_OK) will_hold_ = Holds::kPermit;
        return ROTA_OK;
      case 6:
        (void)rota_notify_one(world_.notify);
        return ROTA_OK;
      case 7:
        (void)rota_spawn_blocking(world_.runtime, [](void*) { return ROTA_OK; }, nullptr, nullptr, &waiting_);
        return ROTA_OK;
      case 8: {
        if (depth_ == 0) return ROTA_OK;
        const rota_spawn_desc desc = describe(world_, random_(), depth_ - 1);
        (void)rota_spawn(world_.runtime, &desc, random_() % 2 == 0 ? &waiting_ : nullptr);
        return ROTA_OK;
      }
      default: {
        rota_waker* waker = rota_waker_clone(cx);
        (void)rota_waker_wake(waker);
        rota_waker_release(waker);
        return ROTA_PENDING;
      }
    }
  }

  void arrived(rota_status status) {
    rota_task_release(std::exchange(waiting_, nullptr));
    if (value_ != nullptr) {
      if (status == ROTA_OK) {
        value_ = nullptr;  // the channel's
      } else {
        free_value();
      }
    }
    const Holds holds = std::exchange(will_hold_, Holds::kNothing);
    if (status != ROTA_OK) return;
    if (holds == Holds::kLock) {
      if (++world_.inside_lock != 1) ++world_.violations;
      --world_.inside_lock;
      if (rota_mutex_unlock(world_.mutex) != ROTA_OK) ++world_.violations;
    } else if (holds == Holds::kPermit) {
      if (rota_semaphore_add(world_.semaphore, 1) != ROTA_OK) ++world_.violations;
    }
  }

  // Gives up what it waits for. An effect that has happened all the same is undone.
  void release_waiting() {
    if (waiting_ == nullptr) return;
    (void)rota_task_cancel(waiting_);
    // What stands in line is complete after a cancel, one way or the other. A task or a job may go on, by itself.
    const rota_status status = rota_task_status(waiting_);
    arrived(status == ROTA_PENDING ? ROTA_ECANCELED : status);
  }
  void free_value() { delete static_cast<Value*>(std::exchange(value_, nullptr)); }

  World& world_;
  std::minstd_rand random_;
  const int depth_;
  uint64_t steps_;
  rota_task* waiting_ = nullptr;
  Holds will_hold_ = Holds::kNothing;
  void* value_ = nullptr;
};

// A plain thread that interferes from outside.
void interfere(World& world, uint64_t seed) {
  std::minstd_rand random(seed);
  std::vector<rota_task*> held;
  for (int i = 0; i < 150; ++i) {
    rota_task* task = nullptr;
    const rota_spawn_desc desc = Actor::describe(world, random(), 2);
    if (rota_spawn(world.runtime, &desc, &task) != ROTA_OK) break;
    held.push_back(task);
    if (random() % 3 == 0) {
      const rota_status set = rota_task_on_done(
          task, nullptr,
          [](rota_task*, rota_status, void* self, void*) { ++static_cast<World*>(self)->callbacks_fired; }, &world,
          nullptr);
      if (set == ROTA_OK) ++world.callbacks_set;
    }
    rota_task* victim = held[random() % held.size()];
    switch (random() % 6) {
      case 0:
        (void)rota_task_cancel(victim);
        break;
      case 1:
        (void)rota_task_wait(victim, random() % 300'000);
        break;
      case 2: {
        void* value = nullptr;
        while (rota_channel_try_recv(world.channel, &value) == ROTA_OK) delete static_cast<Value*>(value);
        break;
      }
      case 3:
        (void)rota_notify_all(world.notify);
        break;
      default:
        break;
    }
  }
  for (rota_task* task : held) rota_task_release(task);
}

void round(uint64_t seed) {
  std::minstd_rand random(seed);
  const uint32_t workers = static_cast<uint32_t>(random() % 4);
  CAPTURE(seed);
  CAPTURE(workers);
  World world;
  {
    Runtime runtime(workers, workers == 0 ? 0 : 4);
    world.runtime = runtime;
    REQUIRE(rota_channel_create(
                runtime, 1 + random() % 8, [](void* value) { delete static_cast<Value*>(value); }, &world.channel) ==
            ROTA_OK);
    REQUIRE(rota_mutex_create(runtime, &world.mutex) == ROTA_OK);
    REQUIRE(rota_semaphore_create(runtime, 2, &world.semaphore) == ROTA_OK);
    REQUIRE(rota_notify_create(runtime, &world.notify) == ROTA_OK);
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&world, s = random()] { interfere(world, s); });
    if (random() % 2 == 0) {
      // In the middle of it: after so many polls, whatever goes on.
      const uint64_t enough = random() % 2000;
      rota_metrics metrics{};
      do {
        std::this_thread::yield();
        REQUIRE(rota_metrics_read(runtime, &metrics, sizeof metrics) == ROTA_OK);
      } while (metrics.polls < enough && metrics.tasks_spawned < 300);
      CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
    rota_channel_release(world.channel);
    rota_mutex_release(world.mutex);
    rota_semaphore_release(world.semaphore);
    rota_notify_release(world.notify);
  }
  CHECK(world.made == world.dropped);
  CHECK(world.callbacks_set == world.callbacks_fired);
  CHECK(world.values_made == world.values_dropped);
  CHECK(world.violations == 0);
}

}  // namespace

TEST_CASE("random work from all sides, ended at a random moment, leaves nothing behind") {
  const uint64_t first = from_environment("ROTA_STRESS_SEED", 1);
  const uint64_t rounds = from_environment("ROTA_STRESS_ROUNDS", 30);
  for (uint64_t i = 0; i < rounds; ++i) {
    if (rounds > 100 && i % 100 == 0) {
      std::printf("round %llu of %llu (seed %llu)\n", static_cast<unsigned long long>(i),
                  static_cast<unsigned long long>(rounds), static_cast<unsigned long long>(first + i));
      std::fflush(stdout);
    }
    round(first + i);
  }
}
