// SPDX-License-Identifier: MIT
//
// The adapter under a physics step and under the rules of its interface, with 0, 1, 2 and 4 workers.
#include "examples/job_system/rota_job_system.h"

#include "doctest/doctest.h"

#include <atomic>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "examples/job_system/physics.h"

namespace {

class Engine {
 public:
  explicit Engine(uint32_t workers) {
    rota_runtime_options options;
    REQUIRE(rota_runtime_options_init(&options, sizeof options) == ROTA_OK);
    options.workers = workers;
    REQUIRE(rota_runtime_create(&options, &runtime_) == ROTA_OK);
    system_ = std::make_unique<RotaJobSystem>(runtime_);
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine() { rota_runtime_release(runtime_); }
  rota_runtime* runtime() const { return runtime_; }
  // As the library sees it.
  JobSystem& system() { return *system_; }

 private:
  rota_runtime* runtime_ = nullptr;
  std::unique_ptr<RotaJobSystem> system_;
};

// Counts the jobs that are created and the calls of their functions.
class CountingSystem final : public JobSystem {
 public:
  explicit CountingSystem(JobSystem& system) : system_(system) {}
  uint32_t max_concurrency() const override { return system_.max_concurrency(); }
  JobHandle create_job(const char* name, std::function<void()> function, uint32_t dependencies) override {
    ++created;
    const auto counted = [this, function = std::move(function)] {
      if (std::this_thread::get_id() == main) ++ran_here;
      function();
      ++ran;
    };
    return system_.create_job(name, counted, dependencies);
  }
  Barrier* create_barrier() override { return system_.create_barrier(); }
  void destroy_barrier(Barrier* barrier) override { system_.destroy_barrier(barrier); }
  Wait wait_for_jobs(Barrier* barrier) override { return system_.wait_for_jobs(barrier); }

  std::atomic<uint32_t> created{0}, ran{0}, ran_here{0};
  const std::thread::id main = std::this_thread::get_id();

 private:
  JobSystem& system_;
};

constexpr uint32_t kWorkers[] = {0, 1, 2, 4};

}  // namespace

TEST_CASE("a physics step gives the same bits as on one thread, and runs each job once") {
  constexpr uint32_t kBalls = 3000, kSteps = 60;
  physics::World serial(kBalls);
  for (uint32_t i = 0; i < kSteps; ++i) serial.step_serially();
  const physics::World start(kBalls);
  REQUIRE(std::memcmp(start.balls().data(), serial.balls().data(), kBalls * sizeof(physics::Ball)) != 0);

  for (const uint32_t workers : kWorkers) {
    CAPTURE(workers);
    Engine engine(workers);
    JobSystem& system = engine.system();
    CountingSystem counting(system);
    CHECK(system.max_concurrency() == workers + 1);
    physics::World world(kBalls);
    uint32_t jobs = 0;
    for (uint32_t i = 0; i < kSteps; ++i) jobs += world.step(counting);
    CHECK(jobs == kSteps * (3 * 24 + 1));
    CHECK(counting.created == jobs);
    CHECK(counting.ran == jobs);
    if (workers == 0) CHECK(counting.ran_here == jobs);
    CHECK(std::memcmp(world.balls().data(), serial.balls().data(), kBalls * sizeof(physics::Ball)) == 0);
  }
}

TEST_CASE("the waiting thread helps: with every worker held up it runs all of the barrier's jobs itself") {
  Engine engine(1);
  JobSystem& system = engine.system();
  std::atomic<bool> held{false}, let_go{false};
  const JobSystem::JobHandle holder = system.create_job("holder", [&] {
    held = true;
    held.notify_one();
    let_go.wait(false);
  });
  held.wait(false);
  JobSystem::Barrier* barrier = system.create_barrier();
  std::atomic<uint32_t> here{0};
  const std::thread::id main = std::this_thread::get_id();
  const JobSystem::JobHandle last = system.create_job("last", [&] { here += std::this_thread::get_id() == main; }, 100);
  barrier->add_job(last);
  for (int i = 0; i < 100; ++i) {
    barrier->add_job(system.create_job("one", [&] {
      here += std::this_thread::get_id() == main;
      last.remove_dependency();
    }));
  }
  CHECK(system.wait_for_jobs(barrier) == JobSystem::Wait::kDone);
  CHECK(here == 101);
  CHECK(last.is_done());
  CHECK_FALSE(holder.is_done());
  let_go = true;
  let_go.notify_one();
  barrier->add_job(holder);
  CHECK(system.wait_for_jobs(barrier) == JobSystem::Wait::kDone);
  system.destroy_barrier(barrier);
}

TEST_CASE("a job starts when its last dependency ends, and not before") {
  for (const uint32_t workers : kWorkers) {
    CAPTURE(workers);
    Engine engine(workers);
    JobSystem& system = engine.system();
    JobSystem::Barrier* barrier = system.create_barrier();
    constexpr int kLong = 1000;
    std::vector<int> order;
    std::vector<JobSystem::JobHandle> chain(kLong);
    for (int i = kLong - 1; i >= 0; --i) {
      chain[i] = system.create_job(
          "link",
          [&order, &chain, i] {
            order.push_back(i);  // no lock: one follows the other
            if (i + 1 < kLong) chain[i + 1].remove_dependency();
          },
          1);
    }
    for (const JobSystem::JobHandle& job : chain) barrier->add_job(job);
    chain[0].add_dependency(2);
    chain[0].remove_dependency(2);
    CHECK(order.empty());
    CHECK_FALSE(chain[0].is_done());
    chain[0].remove_dependency();
    CHECK(system.wait_for_jobs(barrier) == JobSystem::Wait::kDone);
    REQUIRE(order.size() == kLong);
    for (int i = 0; i < kLong; ++i) CHECK(order[i] == i);
    system.destroy_barrier(barrier);
  }
}

TEST_CASE("jobs add jobs to a barrier while it is waited for") {
  for (const uint32_t workers : kWorkers) {
    CAPTURE(workers);
    Engine engine(workers);
    JobSystem& system = engine.system();
    JobSystem::Barrier* barrier = system.create_barrier();
    std::atomic<uint32_t> ran{0};
    std::function<void(uint32_t)> grow = [&](uint32_t depth) {
      ++ran;
      for (int i = 0; depth > 0 && i < 2; ++i)
        barrier->add_job(system.create_job("leaf", [&, depth] { grow(depth - 1); }));
    };
    barrier->add_job(system.create_job("root", [&] { grow(9); }));
    CHECK(system.wait_for_jobs(barrier) == JobSystem::Wait::kDone);
    CHECK(ran == (1U << 10) - 1);
    CHECK(system.wait_for_jobs(barrier) == JobSystem::Wait::kDone);  // an empty one
    system.destroy_barrier(barrier);
  }
}

TEST_CASE("inside a job, waiting helps but is refused where it would have to sleep") {
  Engine engine(1);
  JobSystem& system = engine.system();
  JobSystem::Barrier* ready = system.create_barrier();
  JobSystem::Barrier* never = system.create_barrier();
  const JobSystem::JobHandle blocked = system.create_job("blocked", [] {}, 1);
  never->add_job(blocked);
  std::atomic<bool> done{false}, refused{false};
  rota_task* task = nullptr;
  std::function<void()> body = [&] {
    ready->add_job(system.create_job("ready", [] {}));
    done = system.wait_for_jobs(ready) == JobSystem::Wait::kDone;
    refused = system.wait_for_jobs(never) == JobSystem::Wait::kRefused;
  };
  rota_spawn_desc desc{};
  desc.size = sizeof desc;
  desc.state = &body;
  desc.poll = [](void* state, rota_context*) -> rota_status {
    (*static_cast<std::function<void()>*>(state))();
    return ROTA_OK;
  };
  REQUIRE(rota_spawn(engine.runtime(), &desc, &task) == ROTA_OK);  // a worker, for sure
  CHECK(rota_task_wait(task, ROTA_FOREVER) == ROTA_OK);
  CHECK(done);
  CHECK(refused);
  blocked.remove_dependency();
  CHECK(system.wait_for_jobs(never) == JobSystem::Wait::kDone);
  rota_task_release(task);
  for (JobSystem::Barrier* barrier : {ready, never}) system.destroy_barrier(barrier);
}

TEST_CASE("a job that throws has ended all the same; after shutdown jobs run where they are created") {
  Engine engine(1);
  JobSystem& system = engine.system();
  JobSystem::Barrier* barrier = system.create_barrier();
  const JobSystem::JobHandle bad = system.create_job("bad", [] { throw std::runtime_error("bad"); });
  barrier->add_job(bad);
  try {
    CHECK(system.wait_for_jobs(barrier) == JobSystem::Wait::kDone);
  } catch (const std::runtime_error&) {  // when this very thread ran it
  }
  CHECK(system.wait_for_jobs(barrier) == JobSystem::Wait::kDone);
  CHECK(bad.is_done());
  CHECK(rota_runtime_shutdown(engine.runtime(), ROTA_FOREVER) == ROTA_OK);
  bool ran = false;
  const JobSystem::JobHandle late = system.create_job("late", [&] { ran = true; });
  CHECK(ran);
  CHECK(late.is_done());
  system.destroy_barrier(barrier);
}
